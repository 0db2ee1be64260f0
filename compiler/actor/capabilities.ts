/**
 * The closed import table of the module ABI (docs/module-abi.md section 4): what a module may import, under which number and
 * with which signature. Everything that needs the list takes it from here.
 */

/** WebAssembly value types of the ABI. */
export type ValueType = "i32" | "i64" | "f32" | "f64";

export interface AbiImport {
  number: number;
  /** Name; from `FIRST_CAPABILITY` on that of a capability. */
  name: string;
  params: readonly ValueType[];
  result?: ValueType;
}

/** The module name of all imports. */
export const IMPORT_MODULE = "k";

/** Imports from this number on are capabilities, which a runtime offers or not. */
export const FIRST_CAPABILITY = 32;

export const ABI_IMPORTS: readonly AbiImport[] = [
  { number: 1, name: "send_i32", params: ["i32", "i32"] },
  { number: 2, name: "send_i64", params: ["i32", "i64"] },
  { number: 3, name: "send_f32", params: ["i32", "f32"] },
  { number: 4, name: "send_f64", params: ["i32", "f64"] },
  { number: 5, name: "send_text", params: ["i32", "i32", "i32"] },
  { number: 6, name: "send_bytes", params: ["i32", "i32", "i32"] },
  { number: 7, name: "send_array", params: ["i32", "i32", "i32"] },
  { number: 8, name: "pass", params: ["i32", "i32"] },
  { number: 9, name: "size", params: ["i32"], result: "i32" },
  { number: 10, name: "read", params: ["i32", "i32"] },
  { number: 11, name: "send_end", params: ["i32"] },
  { number: 12, name: "send_exception", params: ["i32", "i32", "i32"] },
  { number: 13, name: "kind", params: ["i32"], result: "i32" },
  { number: 32, name: "sense.temp", params: [], result: "f32" },
  { number: 33, name: "sense.humidity", params: [], result: "f32" },
  { number: 40, name: "io.light", params: ["i32"] },
  { number: 41, name: "io.digitalout", params: ["i32", "i32"] },
  { number: 42, name: "io.digitalin", params: ["i32"], result: "i32" },
  { number: 48, name: "sys.time", params: [], result: "i64" },
  { number: 49, name: "sys.random", params: [], result: "i32" },
  { number: 50, name: "log", params: ["i32", "i32"] },
];

const byNumber = new Map(ABI_IMPORTS.map((entry) => [entry.number, entry]));

/** The import with an ABI number, or undefined when the ABI has none. */
export function abiImport(number: number): AbiImport | undefined {
  return byNumber.get(number);
}

/** Names of all capabilities, in order of their numbers. */
export const CAPABILITIES: readonly string[] = ABI_IMPORTS.filter((entry) => entry.number >= FIRST_CAPABILITY).map(
  (entry) => entry.name,
);

/** Actor-source modules and the names they export. */
export const SOURCE_MODULES: Readonly<Record<string, readonly string[]>> = {
  kappa: ["action", "exception", "memory", "In", "Out", "Token"],
  "kappa/sense": ["temp", "humidity"],
  "kappa/io": ["light", "digitalOut", "digitalIn"],
  "kappa/sys": ["now", "random"],
  "kappa/log": ["log"],
};
