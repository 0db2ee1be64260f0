import * as asc from "assemblyscript";
import binaryen from "binaryen";
import { analyseFunctions, reachable } from "./analysis.js";
import { type ArraySizes, fixArrays, foldArrays } from "./fixed-arrays.js";
import { globalSources, importedSource } from "./library.js";
import { mutableGlobals, preinitialise } from "./preinitialise.js";
import { readWasm } from "./wasm.js";

/** What AssemblyScript found wrong; offsets in the text given to it, undefined for a finding without a place in it. */
export interface BackendError {
  message: string;
  /** AssemblyScript's code, such as `TS2322`. */
  code: string;
  start?: number;
  end?: number;
}

/** Thrown with all errors of one run. */
export class BackendFailure extends Error {
  override readonly name = "BackendFailure";

  constructor(readonly errors: BackendError[]) {
    super(errors.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  }
}

/** What is to be kept of the compiled text. */
export interface BackendRequest {
  text: string;
  /** Functions to export, in this order. */
  functions: readonly string[];
  /** The one of them that takes arguments, if any: what it allocates stays. */
  construct: string;
  /** The function that collects garbage; exported after the others if a firing can make any. */
  collect: string;
  /** Bytes of the heap at most, if anything is allocated. */
  heap: number;
  /** Names by which the text exports fields that hold arrays of fixed length. */
  arrays: readonly string[];
}

export interface BackendResult {
  /** The optimised module; exports are the functions in order, then `init` and `collect` where they are. */
  binary: Uint8Array;
  /** Names by which the text exports the mutable globals, in index order; null for others. */
  globals: (string | null)[];
  /** Whether the module initialises itself by a function, and whether it collects garbage. */
  init: boolean;
  collect: boolean;
  /** Bytes of memory: static data and heap; 0 when the module has no memory. */
  memory: number;
}

/** Words of the memory manager below the static data. */
const MEMORY_BASE = 16;
const INIT_FAILED: BackendError = {
  code: "init",
  message: "the first values of the fields trap, take too long or do not fit into the heap",
};
const ENTRY = "actor";
const ALLOCATE = "~lib/kappa/runtime/__new";

/** Compiles AssemblyScript to an optimised binary without names. Throws BackendFailure. */
export function runBackend(request: BackendRequest): BackendResult {
  const program = parse(request);
  const compiled = compileProgram(program);
  let module = binaryen.wrapModule(asc.getBinaryenModuleRef(compiled));
  try {
    throwErrors(program);
    // memory.copy and memory.fill are a feature of their own here; the other would add a section that counts data segments.
    module.setFeatures((module.getFeatures() & ~binaryen.Features.BulkMemory) | binaryen.Features.BulkMemoryOpt);
    const allocation = whenAllocating(module, request);
    const heapBase = constantGlobal(module, "~lib/memory/__heap_base");
    const first = preinitialise(module);
    if (first.outcome === "failed") throw new BackendFailure([INIT_FAILED]);
    const collect = allocation === "always";
    // What nothing exports or calls is removed by the optimiser; so is the collector where there is no garbage.
    removeFunctionExports(module, new Set([...request.functions, ...(collect ? [request.collect] : [])]));
    const sizes: ArraySizes = first.outcome === "done" ? fixArrays(module, request.arrays, first.memory) : new Map();
    resetOptimiser();
    module.runPasses(["inlining-optimizing"]);
    asc.optimize(compiled, 2, 2, false, false);
    resetOptimiser();
    module = foldArrays(module, sizes);
    const globals = fieldNames(module);
    const init = renameExports(module, request, collect);
    // A heap that nothing changes ends where the first values do.
    const heap = allocation === "first" && first.outcome === "done" ? first.memory.getUint32(0, true) : request.heap;
    const end = allocation === "never" ? heapBase : ((heapBase + 7) & ~7) + heap;
    return { binary: module.emitBinary(), globals, init, collect, memory: module.hasMemory() ? end : 0 };
  } finally {
    module.dispose();
  }
}

/**
 * The optimiser's settings are the process's, and AssemblyScript leaves others behind: without this the bytes of a module, and
 * with them its hash, would depend on what was compiled before it.
 */
function resetOptimiser(): void {
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(1);
  binaryen.setFastMath(false);
  binaryen.setClosedWorld(false);
  binaryen.setGenerateStackIR(false);
  binaryen.setOptimizeStackIR(false);
  binaryen.setFlexibleInlineMaxSize(20);
  binaryen.setOneCallerInlineMaxSize(-1);
  // Inlining for size alone leaves a call in every access to an array; this costs about 1 % of size.
  binaryen.setAlwaysInlineMaxSize(6);
}

function parse({ text, heap }: BackendRequest): asc.Program {
  const options = asc.newOptions();
  asc.setTarget(options, 0);
  asc.setRuntime(options, 1); // no shadow stack: garbage is collected when nothing is on the stack
  asc.setExportMemory(options, false);
  asc.setInitialMemory(options, 1);
  asc.setMaximumMemory(options, 1);
  asc.setMemoryBase(options, MEMORY_BASE);
  asc.setStackSize(options, 0);
  asc.setOptimizeLevelHints(options, 2, 2);
  asc.addGlobalAlias(options, "abort", ""); // a failed check is `unreachable`
  asc.addGlobalAlias(options, "KAPPA_HEAP", String(heap));
  const program = asc.newProgram(options);
  for (const source of globalSources()) asc.parse(program, source.text, `~lib/${source.path}.ts`, false);
  asc.parse(program, text, `${ENTRY}.ts`, true);
  for (let path = asc.nextFile(program); path !== null; path = asc.nextFile(program)) {
    const source = importedSource(path);
    asc.parse(program, source?.text ?? null, source ? `~lib/${source.path}.ts` : `${path}.ts`, false);
  }
  throwErrors(program);
  return program;
}

/** Compiles to a module that is not optimised yet. The compiler asserts some of what it does not expect in a source. */
function compileProgram(program: asc.Program): asc.Module {
  try {
    asc.initializeProgram(program);
    return asc.compile(program);
  } catch (error) {
    throwErrors(program);
    throw new BackendFailure([{ code: "crash", message: `AssemblyScript gives up: ${(error as Error).message}` }]);
  }
}

function throwErrors(program: asc.Program): void {
  const errors: BackendError[] = [];
  for (let found = asc.nextDiagnostic(program); found !== null; found = asc.nextDiagnostic(program)) {
    if (!asc.isError(found)) continue;
    const number = asc.getDiagnosticCode(found);
    const error = { message: asc.getDiagnosticMessage(found), code: `${number < 1000 ? "AS" : "TS"}${number}` };
    errors.push({ ...error, ...placeOf(found) });
  }
  if (errors.length > 0) throw new BackendFailure(errors);
}

/** Where an error is in the actor's text: its own range, or else that of what it relates to. */
function placeOf(found: asc.DiagnosticMessage): { start: number; end: number } | Record<string, never> {
  for (const range of [asc.getDiagnosticRange(found), asc.getDiagnosticRelatedRange(found)]) {
    const source = range && asc.getRangeSource(range);
    if (range && source && asc.getSourceNormalizedPath(source) === `${ENTRY}.ts`) {
      return { start: asc.getRangeStart(range), end: asc.getRangeEnd(range) };
    }
  }
  return {};
}

/** When objects are allocated: never, only while the fields get their first values, by arguments, or in firings too. */
function whenAllocating(
  module: binaryen.Module,
  { functions, construct }: BackendRequest,
): "never" | "first" | "arguments" | "always" {
  if (module.getFunction(ALLOCATE) === 0) return "never";
  module.addFunctionExport(ALLOCATE, ALLOCATE);
  const wasm = readWasm(module.emitBinary());
  module.removeExport(ALLOCATE);
  const indexOf = (name: string) => wasm.exports.find((item) => item.name === name)!.index;
  const facts = analyseFunctions(wasm);
  const allocates = (names: readonly string[]) =>
    reachable(wasm, facts, names.map(indexOf))?.has(indexOf(ALLOCATE)) ?? true;
  if (allocates(functions.filter((name) => name !== construct))) return "always";
  return allocates(functions) ? "arguments" : "first";
}

/** Names by which mutable globals are exported, null for others, in index order. */
function fieldNames(module: binaryen.Module): (string | null)[] {
  const names = new Map<string, string>();
  for (const { name, kind, value } of exportsOf(module)) if (kind === binaryen.ExternalGlobal) names.set(value, name);
  return mutableGlobals(module).map(({ name }) => names.get(name) ?? null);
}

function removeFunctionExports(module: binaryen.Module, kept: ReadonlySet<string>): void {
  for (const { name, kind } of exportsOf(module)) {
    if (kind === binaryen.ExternalFunction && !kept.has(name)) module.removeExport(name);
  }
}

function exportsOf(module: binaryen.Module): binaryen.ExportInfo[] {
  const count = module.getNumExports();
  return Array.from({ length: count }, (_, i) => binaryen.getExportInfo(module.getExportByIndex(i)));
}

/**
 * Gives an optimised module its exports; whether one is the start function. Only names change: nothing that the optimiser
 * relied on becomes untrue.
 */
function renameExports(module: binaryen.Module, request: BackendRequest, collect: boolean): boolean {
  const internal = new Map<string, string>();
  for (const { name, value } of exportsOf(module)) {
    internal.set(name, value);
    module.removeExport(name);
  }
  const start = module.getStart();
  const exported = request.functions.map((name) => internal.get(name)!);
  if (start !== 0) exported.push(binaryen.getFunctionInfo(start).name);
  if (collect) exported.push(internal.get(request.collect)!);
  exported.forEach((name, i) => {
    module.addFunctionExport(name, exportName(i));
  });
  return start !== 0;
}

function constantGlobal(module: binaryen.Module, name: string): number {
  const { init } = binaryen.getGlobalInfo(module.getGlobal(name));
  const info = binaryen.getExpressionInfo(init) as binaryen.ConstInfo;
  return Number(info.value);
}

/** a, b … z, A … Z, aa … */
function exportName(index: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const last = letters[index % letters.length]!;
  return index < letters.length ? last : exportName(Math.floor(index / letters.length) - 1) + last;
}
