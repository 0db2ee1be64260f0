import { writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import type { Module } from "../../compiler/actor/types.js";
import { CompileError } from "../../compiler/diagnostic.js";
import type { Compilation } from "../../compiler/script/index.js";
import { graphJson } from "../../compiler/script/json.js";
import { EXIT, Failure, usage } from "../exit.js";
import { type Finding, findingsOf, printFindings } from "../findings.js";
import { actorsOption, examples, includeOption, jsonOption } from "../options.js";
import { counted, print, printJson } from "../output.js";
import { compileScriptFile, kindOf, readText } from "../sources.js";
import { describeModule, moduleJson } from "./describe.js";

interface CompileOptions {
  output?: string;
  actors: string[];
  include: string[];
  json?: boolean;
}

/** `kappa compile FILE`: a script to its graph, an actor to a module. */
export function addCompile(program: Command): void {
  const command = program
    .command("compile")
    .description("compile an actor to a module, or a script to its graph")
    .argument("<file>", "an actor (.ts) or a script (.calvin)")
    .option("-o, --output <file>", "where the result goes: of an actor by default FILE with .wasm; - for nowhere")
    .addOption(actorsOption())
    .addOption(includeOption())
    .addOption(jsonOption("print what it became as JSON, errors as well"))
    .action(compile);
  examples(command, [
    ["kappa compile home/Thermostat.ts", "writes home/Thermostat.wasm"],
    ["kappa compile heating.calvin -o heating.json", "checks the script and writes its graph"],
  ]);
}

async function compile(file: string, options: CompileOptions): Promise<void> {
  const kind = kindOf(file);
  if (kind === "module") throw usage(`${file} is compiled already; "kappa docs ${file}" tells what it is`);
  const text = await readText(file);
  try {
    await (kind === "script" ? script(file, text, options) : actor(file, text, options));
  } catch (error) {
    throw error instanceof CompileError ? failed(findingsOf(error, file, text)) : error;
  }
}

async function actor(file: string, text: string, { output = file.replace(/\.ts$/, ".wasm"), json }: CompileOptions) {
  const [{ compileActor }, { moduleFile }] = await Promise.all([
    import("../../compiler/actor/index.js"),
    import("../../compiler/actor/module.js"),
  ]);
  const module = await compileActor(text, { file });
  const written = output === "-" ? undefined : output;
  if (written !== undefined) await write(file, written, moduleFile(module));
  if (json) printJson({ ...moduleJson(module), ...(written !== undefined && { file: written }) });
  else print(describeActor(module, written));
}

function describeActor(module: Module, output: string | undefined): string {
  const into = output === undefined ? "" : `, in ${basename(output)}`;
  const { name } = module.manifest;
  return [`${name}: ${module.bytes.length} bytes, hash ${module.hash}${into}`, describeModule(module)].join("\n");
}

async function script(file: string, text: string, { output, actors, include, json }: CompileOptions): Promise<void> {
  const { graph, warnings, sources } = await compileScriptFile(file, text, { actors, include });
  printFindings(findingsOf(new CompileError(warnings, sources), file, text));
  if (output !== undefined && output !== "-") await write(file, output, graphJson(graph));
  if (json) process.stdout.write(graphJson(graph));
  else print(describeScript(graph));
}

function describeScript(graph: Compilation["graph"]): string {
  const ports = (list: { name: string }[]) => list.map(({ name }) => name).join(", ") || "none";
  return [
    `${graph.name}${graph.component === undefined ? "" : ` (component ${graph.component})`}: ${counted(graph.actors.length, "actor")}, ${counted(graph.connections.length, "connection")}`,
    `  inports   ${ports(graph.inports)}`,
    `  outports  ${ports(graph.outports)}`,
    `  actors    ${graph.actors.map(({ id, type }) => `${id} ${type}`).join("\n            ") || "none"}`,
  ].join("\n");
}

async function write(file: string, output: string, data: string | Uint8Array): Promise<void> {
  if (resolve(output) === resolve(file))
    throw usage(`${output} is the source itself: say with -o where the result goes`);
  await writeFile(output, data);
}

/** Ends a command with what is wrong with a source. */
export function failed(diagnostics: Finding[]): Failure {
  return new Failure(EXIT.no, diagnostics.map((d) => `${d.file}:${d.line}: ${d.message}`).join("\n"), {
    code: "SOURCE_INVALID",
    detail: "There are errors in the source",
    diagnostics,
  });
}
