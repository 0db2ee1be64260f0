import { randomBytes } from "node:crypto";
import { ValType } from "./binary.js";
import type { SimulatedRoom } from "./simulated-room.js";

/** What a capability may know of the actor that calls it. */
export interface Caller {
  /** The actor's id. */
  readonly id: string;
  /** Milliseconds since the runtime started; in a timed action, when it was due. */
  time(): number;
  /** Text in the actor's memory. Raises trap `memory`. */
  text(ptr: number, units: number): string;
}

/** Does what the capability says, or throws: then the caller traps with `capability`. i64 are bigints. */
export type Capability = (caller: Caller, ...args: number[]) => number | bigint | undefined;

/** Parameters and result of an import, as value types. */
export interface Signature {
  name: string;
  params: number[];
  results: number[];
}

const { i32, i64, f32, f64 } = ValType;

/** The closed list of imports by ABI number (docs/module-abi.md section 4). */
export const IMPORTS: ReadonlyMap<number, Signature> = new Map([
  [1, { name: "send_i32", params: [i32, i32], results: [] }],
  [2, { name: "send_i64", params: [i32, i64], results: [] }],
  [3, { name: "send_f32", params: [i32, f32], results: [] }],
  [4, { name: "send_f64", params: [i32, f64], results: [] }],
  [5, { name: "send_text", params: [i32, i32, i32], results: [] }],
  [6, { name: "send_bytes", params: [i32, i32, i32], results: [] }],
  [7, { name: "send_array", params: [i32, i32, i32], results: [] }],
  [8, { name: "pass", params: [i32, i32], results: [] }],
  [9, { name: "size", params: [i32], results: [i32] }],
  [10, { name: "read", params: [i32, i32], results: [] }],
  [32, { name: "sense.temp", params: [], results: [f32] }],
  [33, { name: "sense.humidity", params: [], results: [f32] }],
  [40, { name: "io.light", params: [i32], results: [] }],
  [41, { name: "io.digitalout", params: [i32, i32], results: [] }],
  [42, { name: "io.digitalin", params: [i32], results: [i32] }],
  [48, { name: "sys.time", params: [], results: [i64] }],
  [49, { name: "sys.random", params: [], results: [i32] }],
  [50, { name: "log", params: [i32, i32], results: [] }],
]);

/** The first number that is a capability, which a runtime may lack. */
export const FIRST_CAPABILITY = 32;

/** What actors write to the log. */
export type ActorLog = (actor: string, text: string) => void;

/** The capabilities that every base runtime has. `random` gives 32 bits. */
export function systemCapabilities(log: ActorLog, random: () => number = random32): Record<string, Capability> {
  return {
    "sys.time": (caller) => BigInt(Math.floor(caller.time())),
    "sys.random": () => random() | 0,
    log: (caller, ptr, units) => {
      log(caller.id, caller.text(ptr!, units!));
      return undefined;
    },
  };
}

/** Sensors and outputs of a simulated room. */
export function simulatedCapabilities(room: SimulatedRoom): Record<string, Capability> {
  return {
    "sense.temp": () => room.temperature(),
    "io.light": (_caller, on) => {
      room.light = on !== 0;
      return undefined;
    },
    "io.digitalout": (_caller, pin, on) => {
      room.switch(pin!, on !== 0);
      return undefined;
    },
  };
}

function random32(): number {
  return randomBytes(4).readInt32LE();
}
