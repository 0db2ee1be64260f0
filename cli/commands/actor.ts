import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { Module } from "../../compiler/actor/types.js";
import { CompileError } from "../../compiler/diagnostic.js";
import { EXIT, Failure, usage } from "../exit.js";
import { type Finding, findingsOf } from "../findings.js";
import { examples, jsonOption } from "../options.js";
import { counted, print, printJson } from "../output.js";
import { packageDirectory } from "../package.js";
import { actorStore, kindOf, readBytes, readText, sourceFiles } from "../sources.js";
import { failed } from "./compile.js";
import { documentOf, moduleJson } from "./describe.js";

interface NewOptions {
  dir: string;
  json?: boolean;
}

interface BuildOptions {
  output?: string;
  json?: boolean;
}

interface DocOptions {
  markdown?: boolean;
  json?: boolean;
}

/** `kappa actor new|build|doc`: writing actors. */
export function addActor(program: Command): void {
  const actor = program.command("actor").description("begin, build and document actors");
  const begin = actor
    .command("new")
    .description(
      "begin an actor: writes DIR/namespace/Name.ts, which compiles at once, and a tsconfig.json for editors",
    )
    .argument("<name>", "its type, such as home.Thermostat")
    .option("--dir <dir>", "where its namespace is", ".")
    .addOption(jsonOption())
    .action(scaffold);
  examples(begin, [["kappa actor new home.Thermostat", "writes home/Thermostat.ts"]]);
  const build = actor
    .command("build")
    .description("compile actors to modules (.wasm), all or none")
    .argument("<files...>", "actors (.ts), directories")
    .option("-o, --output <dir>", "where DIR/namespace/Name.wasm goes; by default beside the source")
    .addOption(jsonOption())
    .action(buildAll);
  examples(build, [["kappa actor build . -o dist", "every actor here, into dist"]]);
  const doc = actor
    .command("doc")
    .description("print the documentation of an actor's file, source or module")
    .argument("<file>", "an actor (.ts) or a module (.wasm)")
    .option("--markdown", "as Markdown")
    .addOption(jsonOption())
    .action(document);
  examples(doc, [["kappa actor doc home/Thermostat.ts --markdown", "for a wiki"]]);
}

const TYPE = /^([A-Za-z][A-Za-z0-9_]*)\.([A-Z][A-Za-z0-9_]*)$/;

async function scaffold(type: string, { dir, json }: NewOptions): Promise<void> {
  const [, namespace, name] = TYPE.exec(type) ?? [];
  if (namespace === undefined || name === undefined) {
    throw usage(
      `"${type}" is no type of an actor: a namespace, a dot and a name with a capital, such as home.Thermostat`,
    );
  }
  const file = join(dir, namespace, `${name}.ts`);
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, template(name), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw usage(`${file} exists already`);
  }
  await typesForEditors(dir);
  if (json) printJson({ type, file });
  else print(`${file} written. In a script: x: ${type}(factor=2), with --actors ${dir} for check, compile and host`);
}

/** A tsconfig.json by which an editor type-checks the actors in a directory, unless there is one for it. */
async function typesForEditors(dir: string): Promise<void> {
  for (let above = resolve(dir); ; above = dirname(above)) {
    if (existsSync(join(above, "tsconfig.json"))) return;
    if (above === dirname(above)) break;
  }
  const root = packageDirectory();
  const assemblyScript = createRequire(join(root, "package.json")).resolve("assemblyscript/std/assembly.json");
  const config = {
    extends: relative(dir, assemblyScript),
    compilerOptions: { noEmit: true },
    include: ["**/*.ts", relative(dir, join(root, "actors/kappa.d.ts"))],
  };
  await writeFile(join(dir, "tsconfig.json"), `${JSON.stringify(config, undefined, 2)}\n`);
}

/** An actor that shows an argument, state, ports and documentation. */
function template(name: string): string {
  return `import { action, type In, type Out } from "kappa";

/** Multiplies each value, and counts. Say here what ${name} is for. */
export class ${name} {
  /** Fields are the actor's state. */
  private seen: u32 = 0;

  /**
   * Parameters of the constructor are the actor's arguments.
   * @param factor what each value is multiplied by
   */
  constructor(private factor: f32 = 1) {}

  /**
   * An action fires when each of its inports has a token, and each of its outports has room.
   * @param value what comes in
   * @param result what goes out
   */
  @action
  scale(value: In<f32>, result: Out<f32>): void {
    this.seen++;
    result.send(value.value * this.factor);
  }
}
`;
}

async function buildAll(paths: string[], { output, json }: BuildOptions): Promise<void> {
  const files = await sourceFiles(paths, ["actor"]);
  const store = await actorStore([]);
  const built: { file: string; module: Module }[] = [];
  const findings: Finding[] = [];
  for (const file of files) {
    const text = await readText(file);
    try {
      built.push({ file, module: await store.compileText(text, file) });
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      findings.push(...findingsOf(error, file, text));
    }
  }
  if (findings.length > 0) throw failed(findings);
  const { moduleFile } = await import("../../compiler/actor/module.js");
  const results: Record<string, unknown>[] = [];
  for (const { file, module } of built) {
    const target = targetOf(file, output);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, moduleFile(module));
    results.push({ ...moduleJson(module), source: file, file: target });
    if (!json) print(`${file} -> ${target}: ${module.bytes.length} bytes`);
  }
  if (json) printJson(results);
  else print(`${counted(built.length, "actor")} built`);
}

/** An actor's type is the last two parts of its path: so they are in the output directory. */
function targetOf(file: string, output: string | undefined): string {
  const beside = file.replace(/\.ts$/, ".wasm");
  if (output === undefined) return beside;
  const full = join(process.cwd(), relative(process.cwd(), beside));
  return join(output, ...full.split(/[\\/]/).slice(-2));
}

async function document(file: string, { markdown, json }: DocOptions): Promise<void> {
  const module = await moduleOf(file);
  if (json) printJson(moduleJson(module));
  else print(documentOf(module, module.manifest.name, markdown ?? false));
}

/** The module of an actor's file, source or compiled. */
export async function moduleOf(file: string): Promise<Module> {
  const kind = kindOf(file);
  if (kind === "script") throw usage(`${file} is a script; "kappa graph ${file}" shows it`);
  if (kind === "actor") {
    const text = await readText(file);
    try {
      return await (await actorStore([])).compileText(text, file);
    } catch (error) {
      throw error instanceof CompileError ? failed(findingsOf(error, file, text)) : error;
    }
  }
  const { ModuleError, readModule } = await import("../../compiler/actor/module.js");
  try {
    return readModule(await readBytes(file));
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new Failure(EXIT.no, `${file} is no valid module: ${error.detail}`, {
      code: error.code,
      detail: error.detail,
    });
  }
}
