import type { CompileError } from "../compiler/diagnostic.js";
import { type DiagnosticView, diagnosticView } from "../runtime/kappa/diagnostic-view.js";
import { paint } from "./output.js";

export type Finding = DiagnosticView;

/** What a compiler found, with excerpts. `own` is the text of the file that was compiled. */
export function findingsOf(error: CompileError, file: string, own: string): Finding[] {
  const sources = { [file]: own, ...error.sources };
  return error.diagnostics.map((diagnostic) => diagnosticView(diagnostic, sources));
}

/** Columns of a long line that an excerpt shows before the place, and altogether. */
const BEFORE = 80;
const WIDTH = 200;

/** `file:line:column: error CODE: message`, the line with carets under the place, and the way out. */
export function humanForm(finding: Finding, stream: NodeJS.WriteStream = process.stderr): string {
  const { file, line, column, severity, code, message, hint } = finding;
  const style = severity === "error" ? "red" : "yellow";
  const place = paint("bold", `${file}:${line}:${column}:`, stream);
  const lines = [`${place} ${paint(style, `${severity} ${code}:`, stream)} ${message}`];
  if (finding.excerpt !== "") {
    const [text, carets] = excerptOf(finding);
    lines.push(`  ${text}`, `  ${paint(style, carets, stream)}`);
  }
  if (hint !== undefined) lines.push(`  ${paint("cyan", "hint:", stream)} ${hint}`);
  return lines.join("\n");
}

function excerptOf({ excerpt, line, column, endLine, endColumn }: Finding): [text: string, carets: string] {
  const from = column - 1 > BEFORE ? column - 1 - BEFORE : 0;
  const lead = from > 0 ? "..." : "";
  const text = lead + excerpt.slice(from, from + WIDTH);
  const start = lead.length + column - 1 - from;
  const end = endLine > line ? text.length : Math.min(text.length, start + endColumn - column);
  return [text, text.slice(0, start).replace(/[^\t]/g, " ") + "^".repeat(Math.max(1, end - start))];
}

/** A workflow command of GitHub Actions, which shows the finding beside the line. */
export function githubForm({ file, line, column, endLine, endColumn, severity, code, message, hint }: Finding): string {
  const place = { file, line, endLine, col: column, endColumn, title: code };
  const properties = Object.entries(place).map(([name, value]) => `${name}=${escaped(String(value), true)}`);
  return `::${severity} ${properties.join(",")}::${escaped(hint === undefined ? message : `${message}\n${hint}`)}`;
}

function escaped(text: string, property = false): string {
  const data = text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  return property ? data.replace(/:/g, "%3A").replace(/,/g, "%2C") : data;
}

export function printFindings(findings: readonly Finding[]): void {
  for (const finding of findings) process.stderr.write(`${humanForm(finding)}\n`);
}
