import { readFile, writeFile } from "node:fs/promises";
import { compileActor } from "../compiler/actor/index.js";
import { typeName } from "../compiler/actor/token.js";
import type { Module } from "../compiler/actor/types.js";
import { nodeStage } from "../testing/node-stage.js";
import { type FileResult, findCases, runFile, sourceOf } from "../testing/run-files.js";

/** The page that this writes its table into, between the two marks. */
const PAGE = "docs/library.md";
const MARKS = ["<!-- table -->\n", "<!-- end of the table -->"] as const;

/** Writes the table of all actors: what they do, and what they cost. Run by itself: `node build/js/bench/library.js`. */
async function main(): Promise<void> {
  const files = await findCases(["actors"]);
  const rows = new Map<string, string[]>();
  for (const file of files) {
    const source = sourceOf(file);
    const [, namespace, name] = /(\w+)\/(\w+)\.ts$/.exec(source)!;
    const module = await compileActor(await readFile(source, "utf8"), { file: source });
    const result = await runFile(file, [nodeStage], async () => module);
    rows.set(namespace!, [...(rows.get(namespace!) ?? []), row(name!, module, result)]);
  }
  const tables = [...rows].map(([namespace, lines]) => `### ${namespace}\n\n${[...HEAD, ...lines].join("\n")}\n`);
  const page = await readFile(PAGE, "utf8");
  const [before, after] = [page.indexOf(MARKS[0]) + MARKS[0].length, page.indexOf(MARKS[1])];
  await writeFile(PAGE, `${page.slice(0, before)}\n${tables.join("\n")}\n${page.slice(after)}`);
}

const HEAD = [
  "| actor | inports | outports | what it does | module | memory | fuel |",
  "| ----- | ------- | -------- | ------------ | ------ | ------ | ---- |",
];

function row(name: string, { manifest, bytes, doc }: Module, result: FileResult): string {
  const args = manifest.args.map((arg) => `${arg.name}${arg.required ? "" : "?"}: ${typeName(arg.type)}`).join(", ");
  const ports = (list: { name: string; type: number }[]) =>
    list.map((port) => `${port.name}: ${typeName(port.type)}`).join(", ");
  const what = doc!.doc.split("\n")[0]!.replaceAll("|", "\\|");
  const { inports, outports, memory } = manifest;
  const cells = [
    `${name}(${args})`,
    ports(inports),
    ports(outports),
    what,
    bytes.length,
    memory,
    fuel(manifest, result),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Fuel of a firing at most, where the compiler knows it; otherwise the most that a case took on the average. */
function fuel({ fuel: bound }: Module["manifest"], { results }: FileResult): string {
  if (bound > 0) return String(bound);
  const means = results.filter(({ firings }) => firings > 0).map((r) => Number(r.fuel) / r.firings);
  return means.length === 0 ? "not seen" : `about ${Math.ceil(Math.max(...means))}`;
}

await main();
