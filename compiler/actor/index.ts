import { BackendFailure, type BackendResult, runBackend } from "./backend.js";
import { lowered } from "./body.js";
import { checkActor } from "./check.js";
import { documentation, outerName } from "./documentation.js";
import { lower, periodName, ROLE_NAMES } from "./lower.js";
import { ABI_VERSION } from "./manifest.js";
import type { MappedText } from "./mapped-text.js";
import type { ActionModel, ActorModel } from "./model.js";
import { ModuleError, sealModule } from "./module.js";
import { Report } from "./rules.js";
import { portType } from "./source-types.js";
import { tokenFromJson } from "./token.js";
import { type Argument, type Manifest, type Module, type Port, TypeCode } from "./types.js";

export { ABI_VERSION, decodeManifest, encodeManifest } from "./manifest.js";
export { ModuleError, type ModuleErrorCode, moduleFile, readModule } from "./module.js";

/** Bytes of heap of an actor that allocates and does not say how many by `@memory`. */
export const DEFAULT_HEAP = 1024;

export interface CompileOptions {
  /** Name of the file in diagnostics. */
  file: string;
}

/**
 * Compiles the text of an actor file to a module. Takes 0.3 to 1 s of processor time without giving way: a server uses
 * `compileActorInWorker`. Equal texts give equal bytes. Throws CompileError with everything that is wrong.
 */
export async function compileActor(text: string, options: CompileOptions): Promise<Module> {
  const report = new Report(options.file, text);
  const model = checkActor(report);
  const code = model && lower(model, report);
  report.throwIfAny();
  return assemble(model!, code!, report);
}

function assemble(model: ActorModel, code: MappedText, report: Report): Module {
  try {
    const functions = exportedFunctions(model);
    const heap = model.heap ?? DEFAULT_HEAP;
    const result = runBackend({
      text: code.toString(),
      functions,
      construct: ROLE_NAMES.construct,
      collect: ROLE_NAMES.collect,
      heap,
      arrays: model.fields
        .filter(({ type }) => type >= TypeCode.staticArray && type < TypeCode.object)
        .map(({ name }) => lowered.member(name)),
    });
    return sealModule(result.binary, draftManifest(model, functions, result), documentation(model));
  } catch (error) {
    if (error instanceof BackendFailure) reportBackend(error, code, model, report);
    else if (error instanceof ModuleError) reportModule(error, model, report);
    else throw error;
    report.throwIfAny();
    throw error;
  }
}

/** The functions in order of the export section: actions, guards, construct, start, stop. */
function exportedFunctions(model: ActorModel): string[] {
  const guards = model.actions.filter(({ when }) => when?.kind === "method").map(({ when }) => when!.name);
  const names = [...model.actions.map(({ name }) => name), ...new Set(guards)].map(lowered.member);
  if (model.construct) names.push(ROLE_NAMES.construct);
  if (model.methods.has("start")) names.push(ROLE_NAMES.start);
  if (model.methods.has("stop")) names.push(ROLE_NAMES.stop);
  return names;
}

function draftManifest(
  model: ActorModel,
  functions: readonly string[],
  result: BackendResult,
): Omit<Manifest, "slots" | "fuel"> {
  const { globals } = result;
  const roles: Manifest["roles"] = {};
  const construct = functions.indexOf(ROLE_NAMES.construct);
  const start = functions.indexOf(ROLE_NAMES.start);
  if (result.init) roles.init = functions.length;
  if (construct >= 0) roles.construct = construct;
  if (start >= 0) roles.start = start;
  const stop = functions.indexOf(ROLE_NAMES.stop);
  if (stop >= 0) roles.stop = stop;
  if (result.collect) roles.collect = functions.length + (result.init ? 1 : 0);
  return {
    abi: ABI_VERSION,
    name: model.name,
    inports: ports(model.inports),
    outports: ports(model.outports),
    actions: model.actions.map((action) => {
      const mask = (direction: string) =>
        action.ports.filter((p) => p.direction === direction).reduce((sum, p) => sum + 2 ** p.index, 0);
      return {
        inmask: mask("in"),
        outmask: mask("out"),
        guard: guardOf(action, functions, globals),
        every: periodOf(action, globals),
        ...(action.handler && { handler: true as const }),
      };
    }),
    globals: globals.map((name) => globalOf(model, name)),
    args: model.args.map((arg) => argumentOf(arg, globals)),
    memory: result.memory,
    roles,
  };
}

function ports(models: ActorModel["inports"]): Port[] {
  return models.map(({ name, typeNode }) => ({ name: outerName(name), type: portType(typeNode)! }));
}

function guardOf({ when }: ActionModel, functions: readonly string[], globals: BackendResult["globals"]): number {
  if (!when) return 0;
  const name = lowered.member(when.name);
  return when.kind === "field" ? 1 + 2 * globals.indexOf(name) : 2 + 2 * functions.indexOf(name);
}

function periodOf(action: ActionModel, globals: BackendResult["globals"]): number {
  if (action.every === undefined) return 0;
  const name = typeof action.every === "number" ? periodName(action) : lowered.member(action.every);
  return 1 + globals.indexOf(name);
}

function globalOf(model: ActorModel, name: string | null): Manifest["globals"][number] {
  const field = model.fields.find((f) => lowered.member(f.name) === name);
  return field ? { name: outerName(field.name), type: field.type } : { name: null, type: TypeCode.i32 };
}

function argumentOf(arg: ActorModel["args"][number], globals: BackendResult["globals"]): Argument {
  const { type } = arg;
  const name = outerName(arg.name);
  const required = arg.default === undefined;
  if (arg.direct) return { name, type, required, global: globals.indexOf(lowered.member(arg.name)) };
  if (arg.default === undefined) return { name, type, required };
  return { name, type, required, default: tokenFromJson(arg.default as Parameters<typeof tokenFromJson>[0], type) };
}

function reportBackend(failure: BackendFailure, code: MappedText, model: ActorModel, report: Report): void {
  for (const { message, code: number, start, end } of failure.errors) {
    const text = `${message.replace(/[\w]*\$(value|send)\b|this\$|~lib\/[\w/]*/g, "")} (${number})`;
    const node = model.node.name!;
    const range = start === undefined ? undefined : code.locate(start, end ?? start);
    report.errorAt(range?.start ?? node.getStart(), range?.end ?? node.getEnd(), "language", text);
  }
}

function reportModule(error: ModuleError, model: ActorModel, report: Report): void {
  const rule = error.code === "IMPORT" ? "host" : "module";
  report.error(model.node.name!, rule, `${model.name} cannot become a module: ${error.detail}`);
}
