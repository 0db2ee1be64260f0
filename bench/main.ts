import { writeFileSync } from "node:fs";
import { hostRows } from "./host.js";
import { firings } from "./instructions.js";
import { ram } from "./ram.js";
import { markdown, type Table } from "./report.js";
import { scripts } from "./script.js";
import { flash, modules } from "./sizes.js";
import { watchRows } from "./watch.js";
import { wire } from "./wire.js";

const PARTS: Record<string, () => Promise<Table[]>> = {
  firings: async () => [await firings()],
  flash: async () => [await flash()],
  ram: async () => [await ram()],
  wire: async () => [await wire()],
  modules: async () => [await modules()],
  script: async () => [await scripts()],
  host: hostRows,
  watch: watchRows,
};

/** Measures everything and writes docs/benchmarks.md, or prints the parts that are named. */
async function main(only: string[]): Promise<void> {
  const tables: Table[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (only.length === 0 || only.includes(name)) tables.push(...(await measure()));
  }
  const text = markdown(tables);
  console.log(text);
  if (only.length === 0) writeFileSync("docs/benchmarks.md", text);
}

await main(process.argv.slice(2));
