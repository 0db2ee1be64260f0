import { randomUUID } from "node:crypto";
import type { TokenJson } from "../../compiler/actor/token.js";
import { KappaError } from "../errors.js";

/** Stands for an integer that a double may not hold while JSON.parse does its work; in no text that comes from outside. */
const MARK = `integer-${randomUUID()}:`;
/** A string, or a number, as they follow each other in valid JSON. */
const LITERAL = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON; integers beyond 2⁵³ come as bigints with all their digits.
 *
 * @throws KappaError BODY_NOT_JSON
 */
export function parseJson(text: string): TokenJson {
  try {
    const value = JSON.parse(text) as TokenJson;
    if (!/\d{16}/.test(text)) return value;
  } catch (error) {
    throw new KappaError("BODY_NOT_JSON", `The body is not JSON: ${(error as Error).message}`, {}, { cause: error });
  }
  const marked = text.replace(LITERAL, (literal) => (/^-?\d{16,}$/.test(literal) ? `"${MARK}${literal}"` : literal));
  return JSON.parse(marked, (_, value) => {
    if (typeof value !== "string" || !value.startsWith(MARK)) return value;
    const integer = BigInt(value.slice(MARK.length));
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
  }) as TokenJson;
}
