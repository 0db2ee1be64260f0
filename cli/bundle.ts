import { dirname } from "node:path";
import type { Finding } from "./findings.js";
import { readText } from "./sources.js";

/** A script as it is sent to a base runtime, which sees no files: with all that it includes in place. */
export interface Bundle {
  text: string;
  /** What was found in the bundle, as of the file that it is from. */
  place(finding: Finding): Finding;
}

/** Reads a script and what it includes from its directory. What can't be included stays, for the compiler to say. */
export async function bundle(file: string): Promise<Bundle> {
  const text = await readText(file);
  if (!/\binclude[ \t]/.test(text)) return { text, place: (finding) => finding };
  const { directoryIncluder, includeFiles } = await import("../compiler/script/index.js");
  const { source } = await includeFiles(file, text, directoryIncluder([dirname(file)]));
  const starts = [0];
  for (let at = source.text.indexOf("\n"); at >= 0; at = source.text.indexOf("\n", at + 1)) starts.push(at + 1);
  const offset = (line: number, column: number) => (starts[line - 1] ?? 0) + column - 1;
  const place = (finding: Finding): Finding => {
    if (!finding.file.endsWith(".calvin")) return finding;
    const { line, column, endLine, endColumn } = finding;
    const span = source.span({ offset: offset(line, column), end: offset(endLine, endColumn) });
    const { start, end } = span;
    return {
      ...finding,
      ...{ file: span.file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column },
    };
  };
  return { text: source.text, place };
}
