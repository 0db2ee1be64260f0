import { CborError, CborReader, CborWriter, compareKeys, Major, Simple } from "./cbor.js";
import { TypeCode } from "./types.js";

/**
 * A token's value in JavaScript. i64 and u64 are bigints, f32 values are rounded already; under `any` an integer is a
 * number while that is exact and a bigint beyond, a float a number.
 */
export type TokenValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | TokenValue[]
  | { [key: string]: TokenValue }
  | ReservedToken;

/** First byte of the end of a stream, and of an exception, before its reason as a text. */
const END = 0xf0;
const EXCEPTION = 0xc6;

/** What an encoded token is instead of a value: 0 nothing, it is a value; 1 the end of a stream; 2 an exception. */
export function exceptionalKind(token: Uint8Array): 0 | 1 | 2 {
  return token[0] === END ? 1 : token[0] === EXCEPTION ? 2 : 0;
}

/** The tokens that docs/tokens.md reserves: the end of a stream, or an exception with its reason. */
export class ReservedToken {
  constructor(readonly exception?: string) {}
}

/** A JSON value; integers that a double does not hold may be bigints. */
export type TokenJson = null | boolean | number | bigint | string | TokenJson[] | { [key: string]: TokenJson };

/** `SYNTAX`: the bytes are no token. `TYPE`: a token or value does not fit the type. */
export class TokenError extends Error {
  override readonly name = "TokenError";

  constructor(
    readonly code: "SYNTAX" | "TYPE",
    message: string,
  ) {
    super(message);
  }
}

/** Deepest nesting of arrays and maps in a token. */
export const MAX_DEPTH = 16;

interface IntegerRange {
  /** Bigints for 64 bits only: comparing numbers is faster. */
  min: number | bigint;
  max: number | bigint;
  bits: number;
}

const INTEGERS: Partial<Record<number, IntegerRange>> = {
  [TypeCode.i8]: signed(8),
  [TypeCode.u8]: unsigned(8),
  [TypeCode.i16]: signed(16),
  [TypeCode.u16]: unsigned(16),
  [TypeCode.i32]: signed(32),
  [TypeCode.u32]: unsigned(32),
  [TypeCode.i64]: signed(64),
  [TypeCode.u64]: unsigned(64),
};

const NAMES = ["any", "bool", "i32", "u32", "i64", "u64", "f32", "f64", "i8", "u8", "i16", "u16", "text", "bytes"];

/** The name of a type code: `f32`, `text`, `i32[]`, `StaticArray<u8>`, `object`. */
export function typeName(type: number): string {
  if (type === TypeCode.object) return "object";
  const name = NAMES[type & 15] ?? `type ${type}`;
  return type < TypeCode.array ? name : type < TypeCode.staticArray ? `${name}[]` : `StaticArray<${name}>`;
}

/** Whether a port or an argument may have this type. */
export function isPortType(type: number): boolean {
  return type <= TypeCode.bytes || (type >= TypeCode.array + TypeCode.bool && type <= TypeCode.array + TypeCode.u16);
}

/** Whether the type is passed in slots: bool, integers and floats. */
export function isScalar(type: number): boolean {
  return type >= TypeCode.bool && type <= TypeCode.u16;
}

/** The 32-bit words that a scalar takes as a parameter. */
export function slotsOf(type: number): 1 | 2 {
  return type === TypeCode.i64 || type === TypeCode.u64 || type === TypeCode.f64 ? 2 : 1;
}

/** Bytes of one packed array element of a scalar type. */
export function elementSize(type: number): 1 | 2 | 4 | 8 {
  if (type === TypeCode.bool || type === TypeCode.i8 || type === TypeCode.u8) return 1;
  if (type === TypeCode.i16 || type === TypeCode.u16) return 2;
  return slotsOf(type) === 2 ? 8 : 4;
}

/** The token of a value sent from a port of type `type`. Throws TokenError TYPE when the value does not fit. */
export function encodeToken(value: TokenValue, type: number): Uint8Array {
  const writer = new CborWriter(16);
  try {
    writeTyped(writer, value, type);
  } catch (error) {
    if (error instanceof CborError) throw new TokenError("TYPE", error.message);
    throw error;
  }
  return writer.finish();
}

/** The value of a token taken by an inport of type `type`. Throws TokenError SYNTAX or TYPE. */
export function decodeToken(bytes: Uint8Array, type: number): TokenValue {
  const reader = new CborReader(bytes);
  return asSyntax(() => {
    const value = readTyped(reader, type);
    reader.end();
    return value;
  });
}

/** Reads one token of a type from a longer text; the caller reads on. Throws TokenError. */
export function readToken(reader: CborReader, type: number): TokenValue {
  return asSyntax(() => readTyped(reader, type));
}

/** Throws TokenError SYNTAX unless the bytes are exactly one token. */
export function checkToken(bytes: Uint8Array): void {
  decodeToken(bytes, TypeCode.any);
}

/** The token of a JSON value for an inport of type `type` (docs/tokens.md says how). Throws TokenError TYPE. */
export function tokenFromJson(json: TokenJson, type: number): Uint8Array {
  return encodeToken(fromJson(json, type), type);
}

/** A token as JSON text: bytes as base64url, NaN and infinities as null, integers with all their digits. */
export function tokenToJson(bytes: Uint8Array): string {
  return toJson(decodeToken(bytes, TypeCode.any));
}

function asSyntax<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CborError) throw new TokenError("SYNTAX", error.message);
    throw error;
  }
}

function mismatch(what: string, type: number): TokenError {
  return new TokenError("TYPE", `${what} does not fit ${typeName(type)}`);
}

function writeTyped(writer: CborWriter, value: TokenValue, type: number): void {
  const range = INTEGERS[type];
  if (range) writer.int(checkInteger(value, range, type));
  else if (type === TypeCode.f32 || type === TypeCode.f64) {
    if (typeof value !== "number") throw mismatch(describe(value), type);
    writer.float(type === TypeCode.f32 ? Math.fround(value) : value);
  } else if (type === TypeCode.bool) {
    if (typeof value !== "boolean") throw mismatch(describe(value), type);
    writer.bool(value);
  } else if (type === TypeCode.any) writeAny(writer, value, 0);
  else if (type === TypeCode.text) {
    if (typeof value !== "string") throw mismatch(describe(value), type);
    writer.text(value);
  } else if (type === TypeCode.bytes) {
    if (!(value instanceof Uint8Array)) throw mismatch(describe(value), type);
    writer.bytes(value);
  } else if (isPortType(type)) {
    if (!Array.isArray(value)) throw mismatch(describe(value), type);
    writer.array(value.length);
    for (const element of value) writeTyped(writer, element, type - TypeCode.array);
  } else throw new TokenError("TYPE", `${typeName(type)} is no type of a port`);
}

function writeAny(writer: CborWriter, value: TokenValue, depth: number): void {
  if (value === null) writer.null();
  else if (typeof value === "boolean") writer.bool(value);
  else if (typeof value === "bigint") writer.int(value);
  else if (typeof value === "number") isIntegerNumber(value) ? writer.int(value) : writer.float(value);
  else if (typeof value === "string") writer.text(value);
  else if (value instanceof Uint8Array) writer.bytes(value);
  else if (value instanceof ReservedToken) writeReserved(writer, value, depth);
  else if (depth === MAX_DEPTH) throw new TokenError("TYPE", `value is nested deeper than ${MAX_DEPTH}`);
  else if (Array.isArray(value)) {
    writer.array(value.length);
    for (const item of value) writeAny(writer, item, depth + 1);
  } else if (typeof value === "object") writeMap(writer, value, depth);
  else throw mismatch(describe(value), TypeCode.any);
}

function writeMap(writer: CborWriter, value: { [key: string]: TokenValue }, depth: number): void {
  const pairs = Object.entries(value).map(([key, item]) => ({ key: new CborWriter(16).text(key).finish(), item }));
  pairs.sort((a, b) => compareKeys(a.key, b.key));
  writer.map(pairs.length);
  pairs.forEach(({ key, item }, i) => {
    // Keys that differ in lone surrogates only would become equal.
    if (i > 0 && compareKeys(pairs[i - 1]!.key, key) === 0) throw new TokenError("TYPE", "two keys of a map are equal");
    writeAny(writer.raw(key), item, depth + 1);
  });
}

function writeReserved(writer: CborWriter, value: ReservedToken, depth: number): void {
  if (depth > 0) throw new TokenError("TYPE", "a reserved token stands alone");
  if (value.exception === undefined) writer.simple(Simple.endOfStream);
  else writer.tag(6).text(value.exception);
}

function readTyped(reader: CborReader, type: number): TokenValue {
  if (type === TypeCode.any) return readAny(reader, 0);
  const first = reader.peek();
  const range = INTEGERS[type];
  if (range && first >> 5 <= Major.negative) return readInteger(reader, range, type);
  if ((type === TypeCode.f32 || type === TypeCode.f64) && isNumberHead(first)) return readFloat(reader, type);
  if (type === TypeCode.bool && (first === 0xf4 || first === 0xf5)) return reader.bool();
  if (type === TypeCode.text && first >> 5 === Major.text) return reader.text();
  if (type === TypeCode.bytes && first >> 5 === Major.bytes) return reader.byteString();
  if (type > TypeCode.array && isPortType(type) && first >> 5 === Major.array) {
    return Array.from({ length: reader.array() }, () => readTyped(reader, type - TypeCode.array));
  }
  // A token of another type: what it is decides between SYNTAX and TYPE.
  throw mismatch(describe(readAny(reader, 0)), type);
}

function isNumberHead(first: number): boolean {
  return first >> 5 <= Major.negative || (first >= 0xf9 && first <= 0xfb);
}

function readInteger(reader: CborReader, range: IntegerRange, type: number): number | bigint {
  const value = checkInteger(reader.int(), range, type);
  return range.bits === 64 ? BigInt(value) : value;
}

function readFloat(reader: CborReader, type: number): number {
  if (reader.major() === Major.simple) {
    const value = reader.float();
    return type === TypeCode.f32 ? Math.fround(value) : value;
  }
  const value = reader.int();
  return type === TypeCode.f64 ? Number(value) : integerToSingle(value);
}

/** Rounds once, to nearest even: through a double a large integer would be rounded twice. */
function integerToSingle(value: number | bigint): number {
  if (Number.isSafeInteger(Number(value))) return Math.fround(Number(value));
  const magnitude = BigInt(value < 0 ? -value : value);
  const sticky = (magnitude & 0x7ffn) === 0n ? 0n : 1n;
  const single = Math.fround(Number((magnitude >> 11n) | sticky) * 2048);
  return value < 0 ? -single : single;
}

function readAny(reader: CborReader, depth: number): TokenValue {
  const major = reader.major();
  if (major <= Major.negative) return reader.int();
  if (major === Major.text) return reader.text();
  if (major === Major.bytes) return reader.byteString();
  if (major === Major.simple) return readSimple(reader, depth);
  if (major === Major.tag) return readException(reader, depth);
  if (depth === MAX_DEPTH) throw new CborError(`nesting is deeper than ${MAX_DEPTH}`);
  if (major === Major.array) return Array.from({ length: reader.array() }, () => readAny(reader, depth + 1));
  return readMap(reader, depth);
}

function readMap(reader: CborReader, depth: number): { [key: string]: TokenValue } {
  const entries: [string, TokenValue][] = [];
  let last: Uint8Array | undefined;
  for (let left = reader.map(); left > 0; left--) {
    const start = reader.position;
    const key = reader.text();
    const encoded = reader.since(start);
    if (last && compareKeys(last, encoded) >= 0) throw new CborError(`map key "${key}" is doubled or out of order`);
    last = encoded;
    entries.push([key, readAny(reader, depth + 1)]);
  }
  return Object.fromEntries(entries);
}

function readSimple(reader: CborReader, depth: number): TokenValue {
  if (isNumberHead(reader.peek())) return reader.float();
  const value = reader.simple();
  if (value === Simple.null) return null;
  if (value === Simple.true || value === Simple.false) return value === Simple.true;
  if (value === Simple.endOfStream && depth === 0) return new ReservedToken();
  throw new CborError(`simple value ${value} is no token`);
}

function readException(reader: CborReader, depth: number): ReservedToken {
  const tag = reader.tag();
  if (tag !== 6 || depth > 0) throw new CborError(`tag ${tag} is no token`);
  return new ReservedToken(reader.text());
}

function checkInteger(value: TokenValue, range: IntegerRange, type: number): number | bigint {
  const whole = typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  if (!whole || value < range.min || value > range.max) throw mismatch(describe(value), type);
  return value;
}

function fromJson(json: TokenJson, type: number): TokenValue {
  if (type > TypeCode.array && Array.isArray(json)) return json.map((item) => fromJson(item, type - TypeCode.array));
  if (type === TypeCode.bytes && typeof json === "string") return fromBase64url(json);
  if (type === TypeCode.f32 || type === TypeCode.f64) {
    if (typeof json === "bigint") return type === TypeCode.f32 ? integerToSingle(json) : Number(json);
  }
  return json;
}

/** Base64url as RFC 4648 section 5 writes it, without padding; padding is accepted. */
function fromBase64url(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text.replace(/=+$/, ""))
    throw mismatch("text that is not base64url", TypeCode.bytes);
  return new Uint8Array(bytes);
}

function toJson(value: TokenValue): string {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64url"));
  if (value instanceof ReservedToken) {
    return value.exception === undefined ? "null" : `{"exception":${JSON.stringify(value.exception)}}`;
  }
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}:${toJson(item)}`)
      .join(",")}}`;
  }
  return JSON.stringify(value);
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof ReservedToken) return value.exception === undefined ? "the end of a stream" : "an exception";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return "text";
  return typeof value === "number" || typeof value === "bigint" ? `the number ${value}` : String(value);
}

/** Minus zero is a float: as an integer it would lose its sign. */
function isIntegerNumber(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

function signed(bits: number): IntegerRange {
  const half = 1n << BigInt(bits - 1);
  return rangeOf(-half, half - 1n, bits);
}

function unsigned(bits: number): IntegerRange {
  return rangeOf(0n, (1n << BigInt(bits)) - 1n, bits);
}

function rangeOf(min: bigint, max: bigint, bits: number): IntegerRange {
  return bits === 64 ? { min, max, bits } : { min: Number(min), max: Number(max), bits };
}
