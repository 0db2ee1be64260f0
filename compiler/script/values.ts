import { GrammarUtils } from "langium";
import { FINDINGS } from "./diagnostics.js";
import type { Literal, Name, NumberValue, ObjectValue, StringValue } from "./generated/ast.js";
import type { Json } from "./graph.js";
import type { Report } from "./report.js";
import { rangeOf } from "./tree.js";

/** Tokens nest at most so deep (docs/tokens.md). */
export const MAX_VALUE_DEPTH = 16;

/** What a literal means, as JSON. Finds numbers out of range, keys given twice and values nested too deep. */
export function literalValue(literal: Literal, report: Report): Json {
  const depth = literalDepth(literal);
  if (depth > MAX_VALUE_DEPTH) report.add(rangeOf(literal), FINDINGS.valueDepth(MAX_VALUE_DEPTH));
  return jsonOf(literal, report);
}

/** Whether a JSON value nests deeper than a token may; a scalar is 0 deep. */
export function isTooDeep(value: Json, limit = MAX_VALUE_DEPTH): boolean {
  if (value === null || typeof value !== "object") return false;
  if (limit === 0) return true;
  return (Array.isArray(value) ? value : Object.values(value)).some((child) => isTooDeep(child, limit - 1));
}

function literalDepth(literal: Literal): number {
  if (literal.$type !== "ArrayValue" && literal.$type !== "ObjectValue") return 0;
  const children = literal.$type === "ArrayValue" ? literal.items : literal.entries.map((entry) => entry.value);
  return 1 + children.reduce((deepest, child) => Math.max(deepest, literalDepth(child)), 0);
}

function jsonOf(literal: Literal, report: Report): Json {
  switch (literal.$type) {
    case "StringValue":
      return stringValue(literal, report);
    case "NumberValue":
      return numberValue(literal, report);
    case "BooleanValue":
      return literal.value;
    case "NullValue":
      return null;
    case "ArrayValue":
      return literal.items.map((item) => jsonOf(item, report));
    case "ObjectValue":
      return objectValue(literal, report);
    case "PortReference":
      return literal.text.slice(1);
  }
}

function numberValue(literal: NumberValue, report: Report): number {
  const value = Number(literal.text);
  if (!Number.isFinite(value)) {
    report.add(rangeOf(literal), FINDINGS.numberRange(literal.text));
    // Fits every type of number, so that no other error follows.
    return 0;
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && !isExact(literal.text, value)) {
    report.add(rangeOf(literal), FINDINGS.numberPrecision(literal.text, value));
  }
  return Object.is(value, -0) ? 0 : value;
}

/** Whether an integer written in digits is the double it becomes; other forms say themselves that they are rounded. */
function isExact(text: string, value: number): boolean {
  return !/^-?\d+$/.test(text) || BigInt(text) === BigInt(value);
}

function objectValue(literal: ObjectValue, report: Report): Json {
  const entries = new Map<string, Json>();
  for (const entry of literal.entries) {
    const key = stringValue(entry.key, report);
    if (entries.has(key)) report.add(rangeOf(entry.key), FINDINGS.duplicateKey(key));
    entries.set(key, jsonOf(entry.value, report));
  }
  return Object.fromEntries(entries);
}

function stringValue(literal: StringValue, report: Report): string {
  return literal.parts
    .map((part, index) =>
      decodeString(part, (sequence, at) => {
        const node = GrammarUtils.findNodesForProperty(literal.$cstNode, "parts")[index];
        const offset = (node?.offset ?? rangeOf(literal).offset) + at;
        report.add({ offset, end: offset + sequence.length }, FINDINGS.unknownEscape(sequence));
      }),
    )
    .join("");
}

const SIMPLE_ESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  a: "\x07",
  '"': '"',
  "'": "'",
  "/": "/",
  "\\": "\\",
};

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|([0-7]{1,3})|([\s\S]))/gu;

/**
 * The text of one quoted string; a raw one (`!"..."`) is taken as it is.
 *
 * @param unknown told of each backslash sequence that is no escape, with its offset in `quoted`
 */
export function decodeString(quoted: string, unknown: (sequence: string, at: number) => void): string {
  if (quoted.startsWith("!")) return quoted.slice(2, -1);
  return quoted.slice(1, -1).replace(ESCAPE, (sequence, hex2, hex4, hexAny, octal, letter, at: number) => {
    const code = octal === undefined ? Number.parseInt(hex2 ?? hex4 ?? hexAny, 16) : Number.parseInt(octal, 8);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    const simple = letter === undefined ? undefined : SIMPLE_ESCAPES[letter];
    if (simple === undefined) unknown(sequence, at + 1);
    return simple ?? sequence;
  });
}

/** The name of an argument, which may be written as a string to have characters that names have not. */
export function labelText(name: Name): string {
  return /^!?"/.test(name.text) ? decodeString(name.text, () => {}) : name.text;
}

/** The text of a docstring: without quotes, blank edges and the indentation that all its lines share. */
export function docstringText(image: string): string {
  const [first = "", ...rest] = image.slice(3, -3).split(/\r?\n/);
  const indent = rest
    .filter((line) => line.trim() !== "")
    .reduce((least, line) => Math.min(least, line.length - line.trimStart().length), Number.MAX_SAFE_INTEGER);
  return [first.trimStart(), ...rest.map((line) => line.slice(indent))]
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/^\n+|\n+$/g, "");
}
