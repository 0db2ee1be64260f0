import { decodeToken, ReservedToken, type TokenJson, type TokenValue, tokenFromJson } from "../compiler/actor/token.js";
import { TypeCode } from "../compiler/actor/types.js";
import type { Json } from "../compiler/script/graph.js";

/**
 * The token that a case writes down for a port of a type. What JSON has no words for is written as an object with one key:
 * `{"$cbor": "f93c00"}` is the token of these bytes.
 */
export function tokenOf(json: Json, type: number): Uint8Array {
  if (isCbor(json)) return new Uint8Array(Buffer.from(json.$cbor, "hex"));
  return tokenFromJson(json as TokenJson, type);
}

function isCbor(json: Json): json is { $cbor: string } {
  const keys = typeof json === "object" && json !== null ? Object.keys(json) : [];
  return keys.length === 1 && typeof (json as { $cbor?: unknown }).$cbor === "string";
}

/** Whether a token is the expected one; numbers may be `tolerance` apart, also inside of arrays and maps. */
export function sameToken(expected: Uint8Array, got: Uint8Array, tolerance: number): boolean {
  if (Buffer.compare(expected, got) === 0) return true;
  return tolerance > 0 && near(decodeToken(expected, TypeCode.any), decodeToken(got, TypeCode.any), tolerance);
}

function near(a: TokenValue, b: TokenValue, tolerance: number): boolean {
  if (isNumber(a) && isNumber(b)) return a === b || Math.abs(Number(a) - Number(b)) <= tolerance;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => near(item, b[i]!, tolerance));
  }
  if (!isMap(a) || !isMap(b)) return showValue(a) === showValue(b);
  const keys = Object.keys(a);
  return keys.join("\0") === Object.keys(b).join("\0") && keys.every((key) => near(a[key]!, b[key]!, tolerance));
}

function isNumber(value: TokenValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function isMap(value: TokenValue): value is { [key: string]: TokenValue } {
  const plain = typeof value === "object" && value !== null && !Array.isArray(value);
  return plain && !(value instanceof Uint8Array) && !(value instanceof ReservedToken);
}

/** A token as people read it: JSON, with a point in every float and bytes in hexadecimal digits. */
export function showToken(token: Uint8Array): string {
  const first = token[0]!;
  const value = decodeToken(token, TypeCode.any);
  const whole = first >= 0xf9 && first <= 0xfb && Number.isInteger(value);
  return whole ? `${showValue(value)}.0` : showValue(value);
}

function showValue(value: TokenValue): string {
  if (typeof value === "bigint" || typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Uint8Array) return `h'${Buffer.from(value).toString("hex")}'`;
  if (value instanceof ReservedToken) {
    return value.exception === undefined ? "end of stream" : `exception ${JSON.stringify(value.exception)}`;
  }
  if (Array.isArray(value)) return `[${value.map(showValue).join(", ")}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${showValue(item)}`);
  return `{${pairs.join(", ")}}`;
}
