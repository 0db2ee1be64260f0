import { type Command, Option } from "commander";
import { CompileError } from "../../compiler/diagnostic.js";
import { EXIT, Failure } from "../exit.js";
import { type Finding, findingsOf, githubForm, printFindings } from "../findings.js";
import { actorsOption, examples, includeOption, jsonOption } from "../options.js";
import { counted, print, printJson } from "../output.js";
import { actorStore, compileScriptFile, kindOf, readText, sourceFiles } from "../sources.js";

interface CheckOptions {
  json?: boolean;
  github?: boolean;
  strict?: boolean;
  pedantic?: boolean;
  actors: string[];
  include: string[];
}

/** `kappa check FILES...`: what is wrong with scripts and actors. */
export function addCheck(program: Command): void {
  const command = program
    .command("check")
    .description("say what is wrong with scripts and actors; exit code 1 when something is")
    .argument("<files...>", "scripts (.calvin), actors (.ts), directories")
    .addOption(jsonOption("print the problems as JSON"))
    .addOption(new Option("--github", "print the problems as annotations of GitHub Actions").conflicts("json"))
    .option("--strict", "warnings count as well")
    .option("--pedantic", "warn of arguments that are left to their defaults as well")
    .addOption(actorsOption())
    .addOption(includeOption())
    .action(check);
  examples(command, [
    ["kappa check .", "everything in this directory"],
    ["kappa check heating.calvin --json", "for programs"],
    ["kappa check . --github --strict", "in a workflow of GitHub Actions"],
  ]);
}

async function check(paths: string[], options: CheckOptions): Promise<void> {
  const files = await sourceFiles(paths, ["script", "actor"]);
  const found: Finding[] = [];
  for (const file of files) found.push(...(await problemsOf(file, options)));
  // An actor with errors is checked by itself and with each script that uses it.
  const findings = [...new Map(found.map((finding) => [JSON.stringify(finding), finding])).values()];
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  if (options.json) printJson({ files: files.length, errors, warnings, diagnostics: findings });
  else if (options.github) for (const finding of findings) print(githubForm(finding));
  else printFindings(findings);
  if (!options.json && !options.github) {
    const problems = [errors && counted(errors, "error"), warnings && counted(warnings, "warning")].filter(Boolean);
    print(`${counted(files.length, "file")}: ${problems.join(", ") || "no problems"}`);
  }
  if (errors > 0 || (options.strict && warnings > 0)) throw new Failure(EXIT.no, "");
}

async function problemsOf(file: string, { actors, include, pedantic = false }: CheckOptions): Promise<Finding[]> {
  const text = await readText(file);
  try {
    if (kindOf(file) === "script") {
      const { warnings, sources } = await compileScriptFile(file, text, { actors, include, pedantic });
      return findingsOf(new CompileError(warnings, sources), file, text);
    }
    await (await actorStore([])).compileText(text, file);
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return findingsOf(error, file, text);
  }
}
