import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Module } from "../compiler/actor/types.js";
import { CompileError, formatDiagnostic } from "../compiler/diagnostic.js";
import { readCases } from "./case.js";
import { type Result, runCase } from "./run-case.js";
import type { Stage } from "./stage.js";

/** How the cases of one actor went. */
export interface FileResult {
  /** The actor's source. */
  file: string;
  results: Result[];
  /** Why no case could run: the actor does not compile, or its file of cases cannot be read. */
  error?: string;
}

/** Compiles the text of an actor file. Rejects with a CompileError. */
export type Compile = (text: string, options: { file: string }) => Promise<Module>;

const SUFFIX = ".test.json";

/** The files of cases among files and in folders, in order of their names. Rejects when a path is not there. */
export async function findCases(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(find));
  return [...new Set(found.flat())].sort();
}

async function find(path: string): Promise<string[]> {
  if ((await stat(path)).isDirectory()) {
    const entries = await readdir(path, { recursive: true });
    return entries
      .filter((entry) => entry.endsWith(SUFFIX) && !entry.includes("node_modules"))
      .map((e) => join(path, e));
  }
  return [path.endsWith(SUFFIX) ? path : path.replace(/\.ts$/, SUFFIX)];
}

/** The actor's source that a file of cases stands beside. */
export function sourceOf(file: string): string {
  return `${file.slice(0, -SUFFIX.length)}.ts`;
}

/** Runs all cases of a file on every stage. */
export async function runFile(file: string, stages: readonly Stage[], compile: Compile): Promise<FileResult> {
  const source = sourceOf(file);
  const results: Result[] = [];
  let text: string | undefined;
  try {
    const cases = readCases(await readFile(file, "utf8"), file);
    text = await readFile(source, "utf8");
    const module = await compile(text, { file: source });
    for (const stage of stages) for (const of of cases) results.push(await runCase(stage, module, of));
    return { file: source, results: results.map((result) => located(result, source, text!)) };
  } catch (error) {
    return { file: source, results, error: explain(error, source, text) };
  }
}

/** With the line of the action that trapped. */
function located(result: Result, file: string, text: string): Result {
  const notes = result.notes.map((note) => {
    const action = / in the action (\w+)$/.exec(note)?.[1];
    const line =
      action === undefined ? -1 : text.split("\n").findIndex((l) => new RegExp(`^\\s+(@.*\\s)?${action}\\(`).test(l));
    return line < 0 ? note : `${note} (${file}:${line + 1})`;
  });
  return { ...result, notes };
}

function explain(error: unknown, file: string, text: string | undefined): string {
  if (!(error instanceof CompileError)) return (error as Error).message;
  return error.diagnostics.map((d) => formatDiagnostic(d, d.span.file === file ? text : undefined)).join("\n");
}
