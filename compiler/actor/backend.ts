import * as asc from "assemblyscript";
import binaryen from "binaryen";
import { globalSources, importedSource } from "./library.js";

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
  /** The function that collects garbage; exported after the others if anything is allocated. */
  collect: string;
  /** Bytes of the heap, if anything is allocated. */
  heap: number;
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
const ENTRY = "actor";

/** Compiles AssemblyScript to an optimised binary without names. Throws BackendFailure. */
export function runBackend(request: BackendRequest): BackendResult {
  const program = parse(request);
  asc.initializeProgram(program);
  const compiled = asc.compile(program);
  const module = binaryen.wrapModule(asc.getBinaryenModuleRef(compiled));
  try {
    throwErrors(program);
    const allocates = module.getFunction("~lib/kappa/runtime/__new") !== 0;
    // Without it nothing holds the collector, and the optimiser removes it.
    if (!allocates) module.removeExport(request.collect);
    const heapBase = constantGlobal(module, "~lib/memory/__heap_base");
    asc.optimize(compiled, 2, 2, false, false);
    const finished = finish(module, request, allocates);
    const end = allocates ? ((heapBase + 7) & ~7) + request.heap : heapBase;
    return { ...finished, memory: finished.hasMemory ? end : 0 };
  } finally {
    module.dispose();
  }
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

/** Gives an optimised module its exports. Only names change: nothing that the optimiser knew becomes untrue. */
function finish(module: binaryen.Module, request: BackendRequest, allocates: boolean) {
  const internal = new Map<string, string>();
  const globalNames = new Map<string, string>();
  for (let i = module.getNumExports() - 1; i >= 0; i--) {
    const { name, kind, value } = binaryen.getExportInfo(module.getExportByIndex(i));
    if (kind === binaryen.ExternalFunction) internal.set(name, value);
    else if (kind === binaryen.ExternalGlobal) globalNames.set(value, name);
    module.removeExport(name);
  }
  const start = module.getStart();
  const exported = request.functions.map((name) => internal.get(name)!);
  if (start !== 0) exported.push(binaryen.getFunctionInfo(start).name);
  if (allocates) exported.push(internal.get(request.collect)!);
  exported.forEach((name, i) => {
    module.addFunctionExport(name, exportName(i));
  });
  // memory.copy and memory.fill are a feature of their own here; the other would add a section that counts data segments.
  module.setFeatures((module.getFeatures() & ~binaryen.Features.BulkMemory) | binaryen.Features.BulkMemoryOpt);
  return {
    binary: module.emitBinary(),
    globals: mutableGlobals(module).map((name) => globalNames.get(name) ?? null),
    init: start !== 0,
    collect: allocates,
    hasMemory: module.hasMemory(),
  };
}

function mutableGlobals(module: binaryen.Module): string[] {
  const count = module.getNumGlobals();
  const infos = Array.from({ length: count }, (_, i) => binaryen.getGlobalInfo(module.getGlobalByIndex(i)));
  return infos.filter(({ mutable }) => mutable).map(({ name }) => name);
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
