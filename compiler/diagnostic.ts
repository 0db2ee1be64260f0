/** A place in a source text. Lines and columns count from 1, offsets from 0, in UTF-16 units. */
export interface Position {
  line: number;
  column: number;
  offset: number;
}

/** Half-open range of a source text in one file. */
export interface Span {
  file: string;
  start: Position;
  end: Position;
}

/** One finding of a compiler. `code` is stable; `hint` says the way out. */
export interface Diagnostic {
  code: string;
  severity: "error" | "warning";
  message: string;
  span: Span;
  hint?: string;
}

/** Thrown by both compilers when a source has errors; holds every finding, warnings included. */
export class CompileError extends Error {
  override readonly name = "CompileError";

  constructor(
    readonly diagnostics: Diagnostic[],
    /** The sources by file, for excerpts. */
    readonly sources: Record<string, string> = {},
  ) {
    super(diagnostics.map((d) => formatDiagnostic(d, sources[d.span.file])).join("\n"));
  }
}

/** The position of an offset in a text. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1, offset };
}

/** The span from offset `start` to offset `end` (exclusive) of a text. */
export function spanOf(file: string, text: string, start: number, end: number): Span {
  return { file, start: positionAt(text, start), end: positionAt(text, Math.max(start, end)) };
}

/** Lines of generated scripts can be very long; an excerpt shows so many characters before and after the place. */
const EXCERPT_BEFORE = 80;
const EXCERPT_AFTER = 120;

/** The line at a place, as much of it as is worth showing, and a line with carets under the place. */
function excerpt(text: string, start: number, end: number): [line: string, carets: string] {
  const lineStart = start === 0 ? 0 : text.lastIndexOf("\n", start - 1) + 1;
  const from = start - lineStart > EXCERPT_BEFORE ? start - EXCERPT_BEFORE : lineStart;
  const after =
    text
      .slice(start, start + EXCERPT_AFTER)
      .split("\n", 1)[0]
      ?.replace(/\r$/, "") ?? "";
  const before = (from > lineStart ? "..." : "") + text.slice(from, start);
  const width = Math.min(Math.max(1, end - start), Math.max(1, after.length));
  return [before + after, before.replace(/[^\t]/g, " ") + "^".repeat(width)];
}

/** Human form: `file:line:column: error CODE: message`, the line, a caret under it and the hint. */
export function formatDiagnostic(d: Diagnostic, text?: string): string {
  const { start, end } = d.span;
  const lines = [`${d.span.file}:${start.line}:${start.column}: ${d.severity} ${d.code}: ${d.message}`];
  if (text !== undefined) lines.push(...excerpt(text, start.offset, end.offset).map((line) => `  ${line}`));
  if (d.hint) lines.push(`  hint: ${d.hint}`);
  return lines.join("\n");
}
