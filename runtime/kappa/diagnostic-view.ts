import type { Diagnostic } from "../../compiler/diagnostic.js";

/** A finding of a compiler, as REST and the command line show it. Lines and columns count from 1; the end is exclusive. */
export interface DiagnosticView {
  code: string;
  severity: "error" | "warning";
  message: string;
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** The line of the source. */
  excerpt: string;
  hint?: string;
}

/** `sources` are the texts by file, for the excerpt. */
export function diagnosticView(diagnostic: Diagnostic, sources: Readonly<Record<string, string>>): DiagnosticView {
  const { code, severity, message, hint, span } = diagnostic;
  return {
    code,
    severity,
    message,
    file: span.file,
    line: span.start.line,
    column: span.start.column,
    endLine: span.end.line,
    endColumn: span.end.column,
    excerpt: sources[span.file]?.split("\n")[span.start.line - 1]?.replace(/\r$/, "") ?? "",
    ...(hint !== undefined && { hint }),
  };
}
