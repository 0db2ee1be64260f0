import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { CompileError } from "../../compiler/diagnostic.js";
import { EXIT, Failure } from "../exit.js";
import { type Finding, findingsOf, printFindings } from "../findings.js";
import { examples, jsonOption } from "../options.js";
import { counted, print, printJson } from "../output.js";
import { readText, sourceFiles, standardInput } from "../sources.js";

interface FormatOptions {
  check?: boolean;
  stdout?: boolean;
  json?: boolean;
}

/** `kappa fmt FILES...`: formats scripts. */
export function addFormat(program: Command): void {
  const command = program
    .command("fmt")
    .description("format scripts in place; comments are kept")
    .argument("<files...>", "scripts, directories; - for standard input to standard output")
    .option("--check", "change nothing; exit code 1 when a script is not formatted")
    .addOption(new Option("--stdout", "print the formatted scripts, change nothing").conflicts("check"))
    .addOption(jsonOption("print as JSON what was or would be changed, errors as well"))
    .action(format);
  examples(command, [
    ["kappa fmt .", "every script here"],
    ["kappa fmt --check .", "in a CI"],
    ["kappa fmt - < heating.calvin", "from an editor"],
  ]);
}

async function format(paths: string[], options: FormatOptions): Promise<void> {
  const { formatScript } = await import("../../compiler/script/format/index.js");
  const fromInput = paths.length === 1 && paths[0] === "-";
  const files = fromInput ? ["-"] : await sourceFiles(paths, ["script"]);
  const changed: string[] = [];
  const findings: Finding[] = [];
  for (const file of files) {
    const text = fromInput ? await standardInput() : await readText(file);
    try {
      const formatted = formatScript(text, { file });
      if (formatted !== text) changed.push(file);
      if (options.stdout || (fromInput && !options.check)) process.stdout.write(formatted);
      else if (formatted !== text && !options.check) await writeFile(file, formatted);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      findings.push(...findingsOf(error, file, text));
    }
  }
  if (options.json) printJson({ files: files.length, changed, diagnostics: findings });
  else {
    printFindings(findings);
    if (!options.stdout && !fromInput) summary(files.length, changed, options.check ?? false);
  }
  if (findings.length > 0 || (options.check && changed.length > 0)) throw new Failure(EXIT.no, "");
}

function summary(files: number, changed: readonly string[], check: boolean): void {
  for (const file of changed) print(`${file} ${check ? "is not formatted" : "formatted"}`);
  print(`${counted(files, "script")}, ${changed.length} ${check ? "to be formatted" : "changed"}`);
}
