import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { CompileError } from "../../compiler/diagnostic.js";
import type { Graph } from "../../compiler/script/graph.js";
import { diagnosticsJson, graphJson } from "../../compiler/script/json.js";
import { EXIT, Failure } from "../exit.js";
import { findingsOf, printFindings } from "../findings.js";
import { actorsOption, examples, includeOption, jsonOption } from "../options.js";
import { compileScriptFile, readText } from "../sources.js";

interface GraphOptions {
  json?: boolean;
  dot?: boolean;
  svg?: boolean;
  output?: string;
  actors: string[];
  include: string[];
}

/** `kappa graph FILE`: what a script means. */
export function addGraph(program: Command): void {
  const command = program
    .command("graph")
    .description("print the graph of a script: as JSON, for Graphviz, or as a picture")
    .argument("<file>", "the script")
    .addOption(jsonOption("print JSON, the same bytes each time; also of a script with errors: its diagnostics"))
    .addOption(new Option("--dot", "print Graphviz DOT").conflicts(["json", "svg"]))
    .addOption(new Option("--svg", "print an SVG picture").conflicts(["json", "dot"]))
    .option("-o, --output <file>", "write it to a file")
    .addOption(actorsOption())
    .addOption(includeOption())
    .action(graph);
  examples(command, [
    ["kappa graph heating.calvin --json", "the graph as JSON"],
    ["kappa graph heating.calvin --svg -o heating.svg", "a picture"],
    ["kappa graph heating.calvin --dot | dot -Tpdf -o heating.pdf", "the picture that Graphviz makes"],
  ]);
}

async function graph(file: string, options: GraphOptions): Promise<void> {
  const text = await readText(file);
  try {
    const { graph, warnings, sources } = await compileScriptFile(file, text, options);
    printFindings(findingsOf(new CompileError(warnings, sources), file, text));
    const result = await rendered(graph, options);
    if (options.output === undefined) process.stdout.write(result);
    else await writeFile(options.output, result);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    if (options.json) process.stdout.write(diagnosticsJson(error.diagnostics, { [file]: text, ...error.sources }));
    else printFindings(findingsOf(error, file, text));
    throw new Failure(EXIT.no, "");
  }
}

async function rendered(graph: Graph, { dot, svg }: GraphOptions): Promise<string> {
  if (dot) return (await import("../graph/dot.js")).dotOf(graph);
  if (svg) return (await import("../graph/svg.js")).svgOf(graph);
  return graphJson(graph);
}
