import { RULES } from "../../../compiler/actor/rules.js";
import { FINDINGS, type Finding } from "../../../compiler/script/diagnostics.js";
import { ERRORS } from "../../../runtime/errors.js";

/** Stands for whatever a message is filled with. */
const ANYTHING = Object.assign(["…"], { toString: () => "…" });

/** docs/errors.md as the tables of the code make it. */
export function errorsPage(): string {
  const findings = Object.values(FINDINGS)
    .map((template) =>
      (template as unknown as (...values: unknown[]) => Finding)(ANYTHING, ANYTHING, ANYTHING, ANYTHING),
    )
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  const scripts = findings.map(({ code, severity, message, hint }) => [code, severity, message, hint ?? ""]);
  const actors = Object.values(RULES).map(([code, hint]) => [code, hint]);
  const rest = Object.entries(ERRORS).map(([code, [status, title]]) => [code, String(status), title]);
  return `# Errors

Every error has a code that stays the same. This page is made from the tables in the code
(\`compiler/script/diagnostics.ts\`, \`compiler/actor/rules.ts\`, \`runtime/errors.ts\`); \`UPDATE_DOCS=1 make unit
ONLY=errors-page\` writes it anew, and a test fails when it is not what they say. \`…\` stands for what a message is filled with.

## Scripts

Each finding comes with file, line, column and range, the line with carets under the place, and a way out where there is one;
where a name is near to one that exists, that is "did you mean '…'?". All findings are reported in one run, in the order of
the text; what follows from another is left out. A script with a warning alone compiles.

KS0 is about syntax and values, KS1 about names, arguments, sizes and files, KS2 about ports, KS3 about rules, KS4 about what is deployed, KS9 warns.

${table(["code", "severity", "message", "way out"], scripts)}

## Actors

The compiler of actors tells where in the file, and the way out:

${table(["code", "way out"], actors)}

## REST

Errors are \`application/problem+json\` (RFC 9457) with a \`code\`; \`detail\` says what is wrong and what to do.

${table(["code", "status", "title"], rest)}
`;
}

/** A table as the formatter lays it out. */
function table(head: string[], rows: string[][]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(cells[0] ?? []), line(widths.map((width) => "-".repeat(width))), ...cells.slice(1).map(line)].join("\n");
}
