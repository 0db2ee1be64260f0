import { readFile, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Command } from "commander";
import { compileActor } from "../compiler/actor/index.js";
import { moduleFile } from "../compiler/actor/module.js";
import { typeName } from "../compiler/actor/token.js";
import type { Module } from "../compiler/actor/types.js";
import { CompileError, formatDiagnostic } from "../compiler/diagnostic.js";

/** `kappa compile FILE`: makes a module of an actor, or says what is wrong with it. */
export function compileCommand(): Command {
  return new Command("compile")
    .description("compile an actor (a TypeScript class) to a module")
    .argument("<file>", "the actor's file")
    .option("-o, --output <file>", "where the module goes; by default FILE with .wasm; - for nowhere")
    .action((file: string, { output }: { output?: string }) => compile(file, output ?? file.replace(/\.ts$/, ".wasm")));
}

async function compile(file: string, output: string): Promise<void> {
  const text = await readFile(file, "utf8");
  try {
    const module = await compileActor(text, { file });
    if (output !== "-") {
      if (resolve(output) === resolve(file))
        throw new Error(`${file} is no .ts file: say where the module goes with -o`);
      await writeFile(output, moduleFile(module));
    }
    process.stdout.write(describe(module, output === "-" ? undefined : output));
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    for (const diagnostic of error.diagnostics) {
      process.stderr.write(`${formatDiagnostic(diagnostic, diagnostic.span.file === file ? text : undefined)}\n`);
    }
    process.exitCode = 1;
  }
}

/** What people want to know of a module, on a few lines. */
function describe({ manifest, hash, bytes, requires }: Module, output: string | undefined): string {
  const ports = (list: { name: string; type: number }[]) =>
    list.map(({ name, type }) => `${name}: ${typeName(type)}`).join(", ") || "none";
  const args = manifest.args.map(({ name, type, required }) => `${name}${required ? "" : "?"}: ${typeName(type)}`);
  return [
    `${manifest.name}: ${bytes.length} bytes, hash ${hash}${output === undefined ? "" : `, in ${basename(output)}`}`,
    `  inports   ${ports(manifest.inports)}`,
    `  outports  ${ports(manifest.outports)}`,
    `  arguments ${args.join(", ") || "none"}`,
    `  memory    ${manifest.memory} bytes; stack ${manifest.slots || "?"} words; fuel of a firing ${manifest.fuel || "?"}`,
    `  requires  ${requires.join(", ") || "nothing"}`,
    "",
  ].join("\n");
}
