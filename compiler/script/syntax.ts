import type { Finding } from "./diagnostics.js";
import { FINDINGS } from "./diagnostics.js";
import type { Script } from "./generated/ast.js";
import type { Expectation, LexicalFault, Token } from "./language.js";
import { calvinServices, MAX_NAME, MAX_NESTING } from "./language.js";
import type { Report } from "./report.js";
import { continuation } from "./resume.js";
import type { Range } from "./source.js";

/** After so many syntax errors the text is hardly a script; each costs another parse of the rest. */
const MAX_SYNTAX_ERRORS = 20;

type ParserError = ReturnType<ReturnType<typeof calvinServices>["parser"]["parse"]>["parserErrors"][number];

/**
 * Parses a script.
 *
 * The parser stops at the first error; the text is then read on from where the next statement begins, so that each
 * broken statement is reported once and a good one never.
 *
 * @returns the syntax tree, or undefined after reporting what is wrong
 */
export function parseScript(report: Report): Script | undefined {
  const { lexer, parser } = calvinServices();
  const { text } = report.source;
  const first = parser.parse<Script>(text);
  const badLines = reportLexicalFaults(report, first.lexerErrors);
  if (first.parserErrors.length > 0 && !badLines.has(0)) {
    const { tokens } = lexer.tokenize(text);
    let error = first.parserErrors[0];
    let resumed = -1;
    for (let count = 0; error !== undefined && count < MAX_SYNTAX_ERRORS; count++) {
      const fault = locate(error, tokens);
      if (!badLines.has(lineOf(report, fault.range))) report.add(fault.range, fault.finding);
      const next = continuation(tokens, fault.index, error.context.ruleStack, resumed);
      if (next === undefined) break;
      resumed = next.index;
      const { startOffset } = tokens[next.index] as Token;
      const rest = " ".repeat(startOffset) + text.slice(startOffset);
      error = parser.parse(rest, next.inComponent ? { rule: "ComponentRest" } : {}).parserErrors[0];
    }
  }
  return report.hasErrors ? undefined : first.value;
}

/**
 * Reports what the lexer could not read.
 *
 * @returns the lines on which the parser's errors are only consequences; line 0 when all are
 */
function reportLexicalFaults(
  report: Report,
  errors: { message: string; offset: number; length: number }[],
): Set<number> {
  const { source } = report;
  const badLines = new Set<number>();
  for (const { message, offset, length } of errors) {
    const fault = message as LexicalFault;
    const range = { offset, end: offset + length };
    report.add(range, lexicalFinding(fault, source.text.slice(offset, range.end)));
    if (fault === "nesting" || fault === "comment" || fault === "docstring") badLines.add(0);
    if (fault === "character" || fault === "string") badLines.add(source.position(offset).line);
  }
  return badLines;
}

function lexicalFinding(fault: LexicalFault, image: string): Finding {
  switch (fault) {
    case "character":
      return FINDINGS.illegalCharacter(quoted(image));
    case "string":
      return FINDINGS.unclosedString();
    case "docstring":
      return FINDINGS.unclosedDocstring();
    case "comment":
      return FINDINGS.unclosedComment();
    case "nesting":
      return FINDINGS.nesting(MAX_NESTING);
    case "underscore":
      return FINDINGS.underscore(image);
    case "length":
      return FINDINGS.nameLength(MAX_NAME);
  }
}

interface SyntaxFault {
  /** Index of the offending token; the number of tokens for the end of the file. */
  index: number;
  range: Range;
  finding: Finding;
}

/** The token at which the text stops being a script, and what should be there. */
function locate(error: ParserError, tokens: Token[]): SyntaxFault {
  const { skip, expected } = JSON.parse(error.message) as Expectation;
  let index = indexOf(tokens, error.token.startOffset) + skip;
  let rule = lastRule(error);
  // Commas are optional, so after a forgotten ')' the next statement's name is taken for an argument.
  if (rule === "Argument" && expected[0] === "=" && startsLine(tokens, index - 1)) {
    index--;
    rule = "Arguments";
  }
  const wanted = describe(rule, rule === "Arguments" ? [")"] : expected);
  const token = tokens[index];
  if (token === undefined) {
    const last = tokens.at(-1);
    const end = last === undefined ? 0 : last.startOffset + last.image.length;
    return { index, range: { offset: end, end }, finding: FINDINGS.unexpectedEnd(wanted) };
  }
  const range = { offset: token.startOffset, end: token.startOffset + token.image.length };
  return { index, range, finding: FINDINGS.syntax(wanted, quoted(token.image)) };
}

/** Index of the token at an offset; the parser's end-of-file token has none and comes after all. */
function indexOf(tokens: Token[], offset: number): number {
  if (Number.isNaN(offset)) return tokens.length;
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.startOffset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function startsLine(tokens: Token[], index: number): boolean {
  return index > 0 && tokens[index - 1]?.endLine !== tokens[index]?.startLine;
}

function lastRule(error: ParserError): string {
  // Langium marks its rules' names with a zero-width space.
  return (error.context.ruleStack.at(-1) ?? "").replace(/\u200B$/, "");
}

/** What is expected, in words: by the rule that wanted it, where a repetition or a choice could have gone on. */
const WANTED: Record<string, string> = {
  "": "a statement",
  "Component )": "an argument or ')'",
  "Component ->": "a port or '->'",
  "Component {": "a port or '{'",
  "Component }": "a statement or '}'",
  "ComponentRest }": "a statement or '}'",
  "Arguments )": "an argument or ')'",
  "Call )": "an argument or ')'",
  "ArrayValue ]": "a value or ']' (constants can't stand in an array)",
  "ObjectValue }": "a string as key or '}'",
  "Apply :": "',' or ':'",
};

const WANTED_BY_RULE: Record<string, string> = {
  Value: "a value",
  Literal: "a value (constants can't stand in an array or object)",
  Term: "a rule, a predicate, '~' or '('",
  Word: "a name",
  Target: "a port or 'voidport'",
};

const TOKEN_NAMES: Record<string, string> = {
  ID: "a name",
  STRING: "a string",
  NUMBER: "a number",
};

function describe(rule: string, expected: string[]): string {
  const words = WANTED[expected.length === 0 ? "" : `${rule} ${expected[0]}`] ?? WANTED_BY_RULE[rule];
  if (words !== undefined) return words;
  const names = expected.map((name) => TOKEN_NAMES[name] ?? `'${name}'`);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function lineOf(report: Report, range: Range): number {
  return report.source.position(range.offset).line;
}

/** Text as a message shows it: in quotes, short, control characters as escapes. */
function quoted(text: string): string {
  const visible = text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `'${visible.length > 40 ? `${visible.slice(0, 37)}...` : visible}'`;
}
