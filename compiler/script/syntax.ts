import type { AstNode } from "langium";
import type { Finding } from "./diagnostics.js";
import { FINDINGS } from "./diagnostics.js";
import type { Component, ComponentBody, Script } from "./generated/ast.js";
import type { Expectation, LexicalFault, Token } from "./language.js";
import { calvinServices, MAX_NAME, MAX_NESTING } from "./language.js";
import type { Report } from "./report.js";
import { continuation, startsStatement } from "./resume.js";
import type { Range } from "./source.js";
import { rangeOf } from "./tree.js";

/** After so many syntax errors the text is hardly a script; each costs another parse of the rest. */
const MAX_SYNTAX_ERRORS = 20;

/** A stretch of a text that could be read: the tree, of which all holds that begins before `end`. */
export interface Piece {
  tree: Script | ComponentBody;
  end: number;
}

/**
 * What can be read of a text, for tools that work while it is written: the trees before, between and after the syntax
 * errors. The last statement of each but the last may lack parts.
 */
export function readPieces(text: string): Piece[] {
  const { lexer, parser } = calvinServices();
  const first = parser.parse<Script>(text);
  const pieces: Piece[] = [];
  const { tokens } = lexer.tokenize(text);
  const faults = syntaxFaults(text, tokens, first, pieces);
  while (faults.next().done !== true);
  return pieces;
}

type Parsed = ReturnType<ReturnType<typeof calvinServices>["parser"]["parse"]>;
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
  const error = first.parserErrors[0];
  if (error !== undefined && !badLines.has(0)) {
    const { tokens } = lexer.tokenize(text);
    const isBad = (token: Token | undefined) => token !== undefined && badLines.has(token.endLine ?? 0);
    for (const { index, range, finding } of syntaxFaults(text, tokens, first)) {
      // What could not be read may have closed a bracket, so the first token after it is no better.
      const follows = startsLine(tokens, index) && isBad(tokens[index - 1]);
      if (!follows && !isBad(tokens[index])) report.add(range, finding);
    }
  }
  return report.hasErrors ? undefined : first.value;
}

/** The first syntax error of each broken statement, given how the whole text parses; gathers what could be read. */
function* syntaxFaults(
  text: string,
  tokens: Token[],
  first: Parsed,
  pieces: Piece[] = [],
): Iterator<SyntaxFault> & Iterable<SyntaxFault> {
  const take = (result: Parsed): ParserError | undefined => {
    const error = result.parserErrors[0];
    const end = error === undefined ? text.length : locate(error, tokens).range.offset;
    pieces.push({ tree: result.value as Piece["tree"], end });
    return error;
  };
  const parseFrom = (index: number, rule?: string): ParserError | undefined => {
    const offset = tokens[index]?.startOffset ?? text.length;
    const rest = " ".repeat(offset) + text.slice(offset);
    return take(calvinServices().parser.parse(rest, rule === undefined ? {} : { rule }));
  };
  let error = take(first);
  let resumed = -1;
  for (let count = 0; error !== undefined && count < MAX_SYNTAX_ERRORS; count++) {
    const fault = locate(error, tokens);
    // After an error one cannot be sure which brace closes the component, so one too many says nothing.
    if (count === 0 || rulesOf(error).length > 0 || nameOf(tokens, fault.index) !== "}") yield fault;
    const from = mistaken(tokens, fault.index, Math.max(lastStatement(pieces.at(-1)), choiceStart(error, fault)));
    const next = continuation(tokens, from, rulesOf(error), resumed);
    if (next === undefined) return;
    resumed = next.index;
    error = parseFrom(resumed, next.inComponent ? "ComponentBody" : undefined);
    // After the component's end the script goes on.
    if (next.inComponent && error?.context.ruleStack.length === 0) {
      resumed = indexOf(tokens, error.token.startOffset);
      error = parseFrom(resumed);
    }
  }
}

/**
 * Where to look for the next statement: usually from the fault on, but after a line that breaks off (`a: io.`) the next
 * statement's name was taken for its end, and the fault comes after that.
 */
function mistaken(tokens: Token[], fault: number, statement: number): number {
  let first = fault;
  while (first > 0 && !startsLine(tokens, first)) first--;
  const before = nameOf(tokens, first - 1);
  if (first === fault || (tokens[first]?.startOffset ?? 0) <= statement) return fault;
  if (before === "," || (before === ">" && nameOf(tokens, first + 1) !== ":")) return fault;
  return startsStatement(tokens, first) ? first : fault;
}

/** Where the statement begins that the parser could not tell from others; -1 if it could. */
function choiceStart({ token }: ParserError, { range }: SyntaxFault): number {
  return token.startOffset < range.offset ? token.startOffset : -1;
}

/** Where the statement begins that a piece ends in. */
function lastStatement(piece: Piece | undefined): number {
  if (piece === undefined) return -1;
  const { tree, end } = piece;
  const started = (nodes: AstNode[]) =>
    nodes.findLast((node) => node.$cstNode !== undefined && rangeOf(node).offset < end);
  const last = started(tree.statements);
  const inner = last?.$type === "Component" ? started((last as Component).body?.statements ?? []) : undefined;
  const node = inner ?? last;
  return node === undefined ? -1 : rangeOf(node).offset;
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
    if (fault === "character" || fault === "string") badLines.add(source.lineOf(offset));
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
  let rule = rulesOf(error).at(-1) ?? "";
  let wantedTokens = expected;
  // Commas are optional, so after a forgotten ')' the next statement's name is taken for an argument.
  if (rule === "Argument" && expected[0] === "=" && startsLine(tokens, index - 1)) {
    index--;
    rule = "Arguments";
    wantedTokens = [")"];
  }
  const wanted = describe(rule, wantedTokens);
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

function nameOf(tokens: Token[], index: number): string {
  return tokens[index]?.tokenType.name ?? "";
}

/** The rules that were being read, outermost first; none when the text goes on after the last. */
function rulesOf(error: ParserError): string[] {
  // Langium marks its rules' names with a zero-width space.
  return error.context.ruleStack.map((rule) => rule.replace(/\u200B$/, ""));
}

/** What is expected, in words: by the rule that wanted it, where a repetition or a choice could have gone on. */
const WANTED: Record<string, string> = {
  "": "a statement",
  "Component )": "an argument or ')'",
  "Component ->": "a port or '->'",
  "Component {": "a port or '{'",
  "ComponentBody }": "a statement or '}'",
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
  PORT_REFERENCE: "a port reference",
  INCLUDE: "'include'",
};

const WORDS = ["define", "component", "voidport", "rule", "group", "apply", "true", "false", "null"];

/** Where a port's name is wanted any word will do, and nobody wants to read them all. */
function withoutWords(expected: string[]): string[] {
  return WORDS.every((word) => expected.includes(word)) ? expected.filter((name) => !WORDS.includes(name)) : expected;
}

function describe(rule: string, expected: string[]): string {
  const words = WANTED[expected.length === 0 ? "" : `${rule} ${expected[0]}`] ?? WANTED_BY_RULE[rule];
  if (words !== undefined) return words;
  const names = withoutWords(expected).map((name) => TOKEN_NAMES[name] ?? `'${name}'`);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** Text as a message shows it: in quotes, short, control characters as escapes. */
function quoted(text: string): string {
  const visible = text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `'${visible.length > 40 ? `${visible.slice(0, 37)}...` : visible}'`;
}
