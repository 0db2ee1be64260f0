import { runInNewContext } from "node:vm";
import binaryen from "binaryen";
import { filterSections, readWasm, SectionId } from "./wasm.js";

/** Milliseconds that the first values of an actor's fields may take to compute. */
const TIMEOUT = 1000;
const INIT = "init";
const MEMORY = "memory";

/** How preinitialisation went: `none` nothing to do, `later` it needs the runtime, `failed` the start function trapped. */
export type Preinitialised = { outcome: "none" | "later" | "failed" } | { outcome: "done"; memory: DataView };

class ImportCalled extends Error {}

/**
 * Runs the start function of a module that is not optimised yet and writes what it leaves into the module: values of globals
 * and content of memory. The optimiser then removes all code that was there for the start only. Left alone when the start
 * function calls an import, whose answer is not known before the module runs.
 */
export function preinitialise(module: binaryen.Module): Preinitialised {
  const start = module.getStart();
  if (start === 0) return { outcome: "none" };
  const { name } = binaryen.getFunctionInfo(start);
  const globals = mutableGlobals(module);
  let exports: WebAssembly.Instance["exports"];
  try {
    exports = run(compileForRun(module, name, globals));
  } catch (error) {
    return { outcome: error instanceof ImportCalled ? "later" : "failed" };
  }
  globals.forEach((global, i) => {
    setInitialValue(module, global, (exports[`g${i}`] as { value: number | bigint }).value);
  });
  const { buffer } = exports[MEMORY] as WebAssembly.Memory;
  setMemory(module, new Uint8Array(buffer));
  module.removeFunction(name);
  module.addFunction(name, binaryen.none, binaryen.none, [], module.nop());
  return { outcome: "done", memory: new DataView(buffer) };
}

/** The mutable globals of a module in index order. */
export function mutableGlobals(module: binaryen.Module): binaryen.GlobalInfo[] {
  const globals = Array.from({ length: module.getNumGlobals() }, (_, i) => module.getGlobalByIndex(i));
  return globals.map((global) => binaryen.getGlobalInfo(global)).filter(({ mutable }) => mutable);
}

/** The module with its start function, memory and globals as exports, and not started by instantiation. */
function compileForRun(module: binaryen.Module, start: string, globals: readonly binaryen.GlobalInfo[]): Uint8Array {
  const names = [INIT, MEMORY, ...globals.map((_, i) => `g${i}`)];
  module.addFunctionExport(start, INIT);
  module.addMemoryExport("0", MEMORY);
  globals.forEach(({ name }, i) => {
    module.addGlobalExport(name, `g${i}`);
  });
  const wasm = readWasm(module.emitBinary());
  for (const name of names) module.removeExport(name);
  return filterSections(wasm, ({ id }) => id !== SectionId.start);
}

function run(binary: Uint8Array): WebAssembly.Instance["exports"] {
  const module = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>);
  const imports: Record<string, Record<string, () => never>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = () => {
      throw new ImportCalled();
    };
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  // In a context of its own since only there an endless loop can be stopped.
  runInNewContext("run()", { run: exports[INIT] }, { timeout: TIMEOUT });
  return exports;
}

/** Puts a global in place of one of the same name; done for all of them in order, their order stays. */
function setInitialValue(module: binaryen.Module, { name, type }: binaryen.GlobalInfo, value: number | bigint): void {
  module.removeGlobal(name);
  module.addGlobal(name, type, true, constant(module, type, value));
}

export function constant(module: binaryen.Module, type: binaryen.Type, value: number | bigint): binaryen.ExpressionRef {
  if (type === binaryen.f32) return module.f32.const(Number(value));
  if (type === binaryen.f64) return module.f64.const(Number(value));
  if (type === binaryen.i32) return module.i32.const(Number(value));
  const bits = BigInt.asUintN(64, BigInt(value));
  return module.i64.const(Number(bits & 0xffffffffn) | 0, Number(bits >> 32n) | 0);
}

/** Gives the module one data segment with everything up to the last byte that is not zero. */
function setMemory(module: binaryen.Module, content: Uint8Array): void {
  const size = content.findLastIndex((byte) => byte !== 0) + 1;
  const segment = { offset: module.i32.const(0), data: content.slice(0, size), passive: false };
  module.setMemory(1, 1, null, size > 0 ? [segment] : [], false, false, "0");
}
