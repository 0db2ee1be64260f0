import type { CodeAction, Diagnostic as LspDiagnostic } from "vscode-languageserver";
import { CodeActionKind, DiagnosticSeverity } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Diagnostic } from "../../compiler/diagnostic.js";
import { CompileError } from "../../compiler/diagnostic.js";
import { FINDINGS } from "../../compiler/script/diagnostics.js";
import type { Includer } from "../../compiler/script/include.js";
import { compileScript } from "../../compiler/script/index.js";
import { scriptName } from "../../compiler/script/script-name.js";
import { suggested } from "../../compiler/script/suggest.js";
import type { ActorLibrary } from "../library.js";
import { toRange } from "../positions.js";
import { ScriptIndex } from "../script/script-index.js";

/** Arguments of the service are given when it is deployed, not while it is written. */
const AT_DEPLOYMENT: ReadonlySet<string> = new Set([FINDINGS.serviceArgument.code]);

/** What the compiler says of a script, as it is being written. */
export async function diagnose(
  document: TextDocument,
  file: string,
  library: ActorLibrary,
  include: Includer,
): Promise<LspDiagnostic[]> {
  const text = document.getText();
  const name = scriptName(file);
  const found = await compileScript(text, { name, file, actors: library, include }).then(
    ({ warnings }) => warnings,
    (error: unknown) => {
      if (error instanceof CompileError) return error.diagnostics;
      throw error;
    },
  );
  const own = found.filter(({ code, span }) => span.file === file && !AT_DEPLOYMENT.has(code));
  return [
    ...own.map((diagnostic) => toLsp(document, diagnostic)),
    ...ofActors(document, found, file),
    ...ofIncluded(document, found, file),
  ];
}

/** A finding of a compiler in the terms of LSP. */
export function toLsp(document: TextDocument, { code, severity, message, span, hint }: Diagnostic): LspDiagnostic {
  const replacement = suggested(hint);
  return {
    range: toRange(document, { offset: span.start.offset, end: span.end.offset }),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: "kappa",
    message: hint === undefined ? message : `${message}\n${hint}`,
    ...(replacement === undefined ? {} : { data: { replacement } }),
  };
}

/** Errors of the actors that a script uses, shown where it uses them. */
function ofActors(document: TextDocument, found: Diagnostic[], file: string): LspDiagnostic[] {
  const foreign = found.filter(({ span, severity }) => span.file !== file && severity === "error");
  if (foreign.length === 0) return [];
  const { occurrences } = new ScriptIndex(document.getText());
  return foreign.flatMap((diagnostic) => {
    const type = diagnostic.span.file
      .match(/([^/\\]+)[/\\]([^/\\]+)\.\w+$/)
      ?.slice(1)
      .join(".");
    const { file: other, start } = diagnostic.span;
    const uses = occurrences.filter(({ target }) => target?.kind === "actorType" && target.of === type);
    return uses.map(({ range }) => ({
      ...toLsp(document, {
        ...diagnostic,
        message: `${type} has an error in line ${start.line}: ${diagnostic.message}`,
      }),
      range: toRange(document, range),
      data: { file: other, line: start.line },
    }));
  });
}

/** Errors of the files that a script includes, shown where it includes them. */
function ofIncluded(document: TextDocument, found: Diagnostic[], file: string): LspDiagnostic[] {
  const foreign = found.filter(({ span, severity }) => {
    return span.file !== file && span.file.endsWith(".calvin") && severity === "error";
  });
  return foreign.flatMap((diagnostic) => {
    const name = diagnostic.span.file.match(/([^/\\]+)\.calvin$/)?.[1] ?? "";
    const directives = [...document.getText().matchAll(/^[ \t]*include[ \t]+(\S+)/gm)];
    return directives
      .filter(([, included]) => included?.split(/[/\\]/).at(-1) === name)
      .map(({ index, 0: text }) => ({
        ...toLsp(document, { ...diagnostic, message: `Line ${diagnostic.span.start.line}: ${diagnostic.message}` }),
        range: toRange(document, { offset: index + text.search(/\S/), end: index + text.length }),
        data: {},
      }));
  });
}

/** "Did you mean": puts the name that the compiler proposes in place of the wrong one. */
export function quickFixes(document: TextDocument, diagnostics: readonly LspDiagnostic[]): CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const { replacement } = (diagnostic.data ?? {}) as { replacement?: string };
    if (replacement === undefined) return [];
    return [
      {
        title: `Change to '${replacement}'`,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        isPreferred: true,
        edit: { changes: { [document.uri]: [{ range: diagnostic.range, newText: replacement }] } },
      },
    ];
  });
}
