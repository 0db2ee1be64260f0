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

/** The line around an offset, without its end; found from the offset, since a compiler may have many findings. */
function lineAt(text: string, offset: number): string {
  const from = offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
  const to = text.indexOf("\n", from);
  return text.slice(from, to < 0 ? text.length : to).replace(/\r$/, "");
}

/** Human form: `file:line:column: error CODE: message`, the line, a caret under it and the hint. */
export function formatDiagnostic(d: Diagnostic, text?: string): string {
  const { start, end } = d.span;
  const lines = [`${d.span.file}:${start.line}:${start.column}: ${d.severity} ${d.code}: ${d.message}`];
  if (text !== undefined) {
    const line = lineAt(text, start.offset);
    const width = end.line === start.line ? Math.max(1, end.column - start.column) : line.length - start.column + 1;
    const pad = line.slice(0, start.column - 1).replace(/[^\t]/g, " ");
    lines.push(`  ${line}`, `  ${pad}${"^".repeat(Math.max(1, width))}`);
  }
  if (d.hint) lines.push(`  hint: ${d.hint}`);
  return lines.join("\n");
}
