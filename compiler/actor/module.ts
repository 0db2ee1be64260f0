import { createHash } from "node:crypto";
import { analyseFunctions, type Bounds, type FunctionFacts, staticBounds } from "./analysis.js";
import { abiImport, FIRST_CAPABILITY, IMPORT_MODULE, type ValueType } from "./capabilities.js";
import { decodeDoc, decodeManifest, encodeDoc, encodeManifest, ManifestError } from "./manifest.js";
import { ModuleError } from "./module-error.js";
import { isScalar, slotsOf, typeName } from "./token.js";
import { type ActorDoc, type Manifest, type Module, type Port, TypeCode } from "./types.js";
import {
  concatenate,
  customSection,
  type FunctionType,
  filterSections,
  readWasm,
  SectionId,
  type WasmModule,
} from "./wasm.js";

export { ModuleError, type ModuleErrorCode } from "./module-error.js";

/** Limits of the ABI (docs/module-abi.md section 1). */
export const LIMITS = {
  moduleBytes: 32 * 1024,
  functions: 128,
  mutableGlobals: 64,
  ports: 32,
  actions: 32,
  nesting: 24,
  slots: 96,
  memoryBytes: 64 * 1024,
} as const;

const MANIFEST_SECTION = "kappa";
const DOC_SECTION = "kappa.doc";

/** Reads a module and checks all that a runtime relies on. Throws ModuleError. */
export function readModule(bytes: Uint8Array): Module {
  limit("bytes of module", bytes.length, LIMITS.moduleBytes * 2);
  const wasm = readWasm(bytes);
  const device = filterSections(wasm, (s) => s.id !== 0 || s.name === MANIFEST_SECTION);
  limit("bytes of module", device.length, LIMITS.moduleBytes);
  const manifest = readManifestSection(wasm);
  checkBinary(wasm);
  checkManifest(wasm, manifest);
  const facts = checkFunctions(wasm);
  checkBounds(manifest, moduleBounds(wasm, facts, manifest));
  const docSection = wasm.sections.find((s) => s.name === DOC_SECTION);
  const doc = docSection && decodeDoc(bytes.subarray(docSection.payload, docSection.end));
  return { hash: hashOf(device), bytes: device, manifest, requires: requirements(wasm), ...(doc ? { doc } : {}) };
}

/**
 * Makes a module of a finished binary: fills in the bounds that follow from the code, appends the manifest and checks
 * everything. `doc` goes into the result, not into the bytes. Throws ModuleError.
 */
export function sealModule(binary: Uint8Array, draft: Omit<Manifest, "slots" | "fuel">, doc?: ActorDoc): Module {
  const wasm = readWasm(binary);
  const bounds = moduleBounds(wasm, analyseFunctions(wasm), draft);
  // What a start section (8) would call is exported as `init`; custom sections (0) are made anew.
  const code = filterSections(wasm, (section) => section.id !== 0 && section.id !== 8);
  const manifest = encodeManifest({ ...draft, ...bounds });
  const module = readModule(concatenate([code, customSection(MANIFEST_SECTION, manifest)]));
  return doc ? { ...module, doc } : module;
}

/** The module as a file: the device form followed by the section for people. */
export function moduleFile(module: Module): Uint8Array {
  if (!module.doc) return module.bytes;
  return concatenate([module.bytes, customSection(DOC_SECTION, encodeDoc(module.doc))]);
}

/** Hex of the first 16 bytes of SHA-256 over the device form. */
export function hashOf(device: Uint8Array): string {
  return createHash("sha256").update(device).digest("hex").slice(0, 32);
}

function limit(what: string, found: number, allowed: number): void {
  if (found > allowed) throw new ModuleError("LIMIT", `${found} ${what}, at most ${allowed} are allowed`);
}

function readManifestSection(wasm: WasmModule): Manifest {
  const sections = wasm.sections.filter((section) => section.name === MANIFEST_SECTION);
  const [section] = sections;
  if (!section || sections.length > 1) {
    throw new ModuleError("MANIFEST", `${sections.length} sections "${MANIFEST_SECTION}" instead of one`);
  }
  try {
    return decodeManifest(wasm.bytes.subarray(section.payload, section.end));
  } catch (error) {
    if (error instanceof ManifestError) throw new ModuleError(error.code, error.message);
    throw error;
  }
}

function checkBinary(wasm: WasmModule): void {
  for (const { module, name, type } of wasm.imports) checkImport(module, name, type);
  if (wasm.sections.some(({ id }) => id === SectionId.dataCount))
    throw new ModuleError("FEATURE", "a data count section");
  if (wasm.hasStart) throw new ModuleError("FEATURE", "a start section");
  limit("tables", wasm.tables, 1);
  limit("memories", wasm.memories.length, 1);
  const [memory] = wasm.memories;
  if (memory && (memory.min !== 1 || memory.max !== 1)) {
    throw new ModuleError("FEATURE", "a memory that is not declared as exactly one page");
  }
  const other = wasm.exports.find((item) => item.kind !== 0);
  if (other) throw new ModuleError("FEATURE", `export "${other.name}" is no function`);
  limit("functions", wasm.bodies.length, LIMITS.functions);
  limit("mutable globals", wasm.globals.filter((global) => global.mutable).length, LIMITS.mutableGlobals);
}

function checkImport(module: string, name: string, type: FunctionType): void {
  const known = module === IMPORT_MODULE && /^[1-9]\d{0,3}$/.test(name) ? abiImport(Number(name)) : undefined;
  if (!known) throw new ModuleError("IMPORT", `${module}.${name} is not in the ABI`);
  const same = type.params.join() === known.params.join() && type.results.join() === (known.result ?? "");
  if (!same) throw new ModuleError("IMPORT", `${module}.${name} (${known.name}) has another signature`);
}

function checkFunctions(wasm: WasmModule): FunctionFacts[] {
  const facts = analyseFunctions(wasm);
  for (const { depth, slots } of facts) {
    limit("levels of block nesting in one function", depth, LIMITS.nesting);
    limit("stack slots in one function", slots, LIMITS.slots);
  }
  return facts;
}

function checkManifest(wasm: WasmModule, manifest: Manifest): void {
  limit("inports", manifest.inports.length, LIMITS.ports);
  limit("outports", manifest.outports.length, LIMITS.ports);
  limit("actions", manifest.actions.length, LIMITS.actions);
  checkNames("inport", manifest.inports);
  checkNames("outport", manifest.outports);
  checkNames("argument", manifest.args);
  checkGlobals(wasm, manifest);
  checkMemory(wasm, manifest);
  checkActions(wasm, manifest);
  checkRoles(wasm, manifest);
}

function checkNames(what: string, items: readonly { name: string }[]): void {
  const names = new Set(items.map(({ name }) => name));
  if (names.size < items.length || names.has("")) throw new ModuleError("MANIFEST", `${what} names are not unique`);
}

function checkGlobals(wasm: WasmModule, manifest: Manifest): void {
  const mutable = wasm.globals.filter((global) => global.mutable);
  if (mutable.length !== manifest.globals.length) {
    throw new ModuleError("MANIFEST", `${manifest.globals.length} globals, the code has ${mutable.length}`);
  }
  manifest.globals.forEach(({ type, name }, i) => {
    const expected = isScalar(type) ? wasmType(type) : "i32";
    if (mutable[i]!.type !== expected) {
      throw new ModuleError("MANIFEST", `global ${name ?? i} is ${mutable[i]!.type}, not ${typeName(type)}`);
    }
  });
}

function checkMemory(wasm: WasmModule, manifest: Manifest): void {
  if (manifest.memory > 0 !== wasm.memories.length > 0)
    throw new ModuleError("MANIFEST", "memory bound and code differ");
  limit("bytes of memory", manifest.memory, LIMITS.memoryBytes);
  if (wasm.dataEnd > manifest.memory) {
    throw new ModuleError("MANIFEST", `${wasm.dataEnd} bytes of data in ${manifest.memory} bytes of memory`);
  }
}

function checkActions(wasm: WasmModule, manifest: Manifest): void {
  manifest.actions.forEach(({ inmask, outmask, guard, every }, i) => {
    if (inmask >= 2 ** manifest.inports.length || outmask >= 2 ** manifest.outports.length) {
      throw new ModuleError("MANIFEST", `action ${i} uses a port that there is not`);
    }
    checkSignature(wasm, `action ${i}`, i, actionParams(manifest.inports, inmask), []);
    checkGuard(wasm, manifest, i, guard);
    const period = every > 0 ? manifest.globals[every - 1] : undefined;
    if (every > 0 && (!period || !isScalar(period.type) || period.type === TypeCode.bool)) {
      throw new ModuleError("MANIFEST", `the period of action ${i} is no number`);
    }
  });
}

function checkGuard(wasm: WasmModule, manifest: Manifest, action: number, guard: number): void {
  if (guard === 0) return;
  if (guard % 2 === 0) checkSignature(wasm, `the guard of action ${action}`, guard / 2 - 1, [], ["i32"]);
  else if (manifest.globals[(guard - 1) / 2]?.type !== TypeCode.bool) {
    throw new ModuleError("MANIFEST", `the guard of action ${action} is no bool`);
  }
}

function checkRoles(wasm: WasmModule, { roles, args, memory }: Manifest): void {
  const given = args.filter((arg) => arg.global === undefined);
  const params = given.filter((arg) => isScalar(arg.type)).map((arg) => wasmType(arg.type));
  if (given.length > 0 && roles.construct === undefined)
    throw new ModuleError("MANIFEST", "arguments without construct");
  if (roles.init !== undefined) checkSignature(wasm, "init", roles.init, [], []);
  if (roles.construct !== undefined) checkSignature(wasm, "construct", roles.construct, params, []);
  if (roles.start !== undefined) checkSignature(wasm, "start", roles.start, [], []);
  if (roles.stop !== undefined) checkSignature(wasm, "stop", roles.stop, [], []);
  if (roles.collect === undefined) return;
  checkSignature(wasm, "collect", roles.collect, [], []);
  if (memory === 0) throw new ModuleError("MANIFEST", "collect without memory");
}

function checkSignature(
  wasm: WasmModule,
  what: string,
  index: number,
  params: ValueType[],
  results: ValueType[],
): void {
  const item = wasm.exports[index];
  if (!item) throw new ModuleError("MANIFEST", `${what} is export ${index}, there are ${wasm.exports.length}`);
  const type = wasm.functions[item.index]!;
  if (type.params.join() !== params.join() || type.results.join() !== results.join()) {
    throw new ModuleError("MANIFEST", `${what} takes (${type.params.join()}), the manifest says (${params.join()})`);
  }
  if (item.index < wasm.imports.length) throw new ModuleError("MANIFEST", `${what} is an import`);
}

function actionParams(inports: readonly Port[], inmask: number): ValueType[] {
  return inports.filter(({ type }, p) => (inmask >>> p) & 1 && isScalar(type)).map(({ type }) => wasmType(type));
}

function wasmType(type: number): ValueType {
  if (type === TypeCode.f32) return "f32";
  if (type === TypeCode.f64) return "f64";
  return slotsOf(type) === 2 ? "i64" : "i32";
}

type Entries = Pick<Manifest, "actions" | "roles">;

function moduleBounds(wasm: WasmModule, facts: readonly FunctionFacts[], { actions, roles }: Entries): Bounds {
  const indexOf = (exported: number) => wasm.exports[exported]?.index ?? 0;
  const entries = actions.map(({ guard }, i) => ({
    run: indexOf(i),
    ...(guard > 0 && guard % 2 === 0 ? { guard: indexOf(guard / 2 - 1) } : {}),
  }));
  const others = [roles.init, roles.construct, roles.start, roles.collect, roles.stop].filter(
    (role) => role !== undefined,
  );
  return staticBounds(wasm, facts, entries, others.map(indexOf));
}

function checkBounds(manifest: Manifest, bounds: Bounds): void {
  for (const key of ["slots", "fuel"] as const) {
    if (manifest[key] !== bounds[key]) {
      throw new ModuleError(
        "MANIFEST",
        `${manifest[key]} ${key}, the code needs ${bounds[key] || "an unknown number"}`,
      );
    }
  }
}

function requirements(wasm: WasmModule): string[] {
  const numbers = wasm.imports.map(({ name }) => Number(name)).filter((number) => number >= FIRST_CAPABILITY);
  return numbers.map((number) => abiImport(number)!.name).sort();
}
