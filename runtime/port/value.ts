import {
  decodeToken,
  elementSize,
  encodeToken,
  exceptionalKind,
  isScalar,
  ReservedToken,
  type TokenValue,
} from "../../compiler/actor/token.js";
import { TypeCode } from "../../compiler/actor/types.js";

/** A token in its encoding, where the type of the port it came from does not tell its value: from links and `any` ports. */
export class Encoded {
  constructor(readonly bytes: Uint8Array) {}
}

/** The end of a stream, in place of a value. */
export const END = new Encoded(Uint8Array.of(0xf0));

/** An exception without a reason, as ports of scalar types carry it. */
export const BARE_EXCEPTION = new Encoded(encodeToken(new ReservedToken(""), TypeCode.any));

/** What a value is instead: 0 nothing, 1 the end of a stream, 2 an exception. */
export function kindOf(value: Value): 0 | 1 | 2 {
  return value instanceof Encoded ? exceptionalKind(value.bytes) : 0;
}

/** What a handler gets in place of an exceptional token: 0 or nothing, but an opaque one as it is. */
export function emptyValue(type: number, token: Value): Value {
  if (type === TypeCode.any) return token;
  if (type === TypeCode.i64 || type === TypeCode.u64) return 0n;
  if (isScalar(type)) return 0;
  if (type === TypeCode.text) return "";
  return type === TypeCode.bytes ? new Uint8Array() : packedFromBytes(new Uint8Array(), type);
}

/** The packed elements of an array token: bool and u8 as bytes, the others in the typed array of their width. */
export type PackedArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/**
 * A token inside one process, as WebAssembly takes it. Under the type of the port that sent it: bool is 0 or 1; integers up
 * to 32 bits and floats are numbers; i64 and u64 bigints; text is a string; bytes a Uint8Array; an array is packed. `Encoded`
 * may stand in for any of them. Values are immutable: one may be in several queues.
 */
export type Value = number | bigint | string | PackedArray | Encoded;

type PackedArrayConstructor = { new (buffer: ArrayBuffer): PackedArray; readonly BYTES_PER_ELEMENT: number };

const PACKED: Record<number, PackedArrayConstructor> = {
  [TypeCode.bool]: Uint8Array,
  [TypeCode.i8]: Int8Array,
  [TypeCode.u8]: Uint8Array,
  [TypeCode.i16]: Int16Array,
  [TypeCode.u16]: Uint16Array,
  [TypeCode.i32]: Int32Array,
  [TypeCode.u32]: Uint32Array,
  [TypeCode.i64]: BigInt64Array,
  [TypeCode.u64]: BigUint64Array,
  [TypeCode.f32]: Float32Array,
  [TypeCode.f64]: Float64Array,
};

/** Packed elements of an array port's type, from a copy of their little-endian bytes. A bool is 0 or 1 afterwards. */
export function packedFromBytes(bytes: Uint8Array, type: number): PackedArray {
  const element = type - TypeCode.array;
  const packed = new PACKED[element]!(bytes.slice().buffer);
  if (element === TypeCode.bool) for (let i = 0; i < packed.length; i++) packed[i] = packed[i] ? 1 : 0;
  return packed;
}

/** The token of a value that a port of `type` sent. */
export function encodeValue(value: Value, type: number): Uint8Array {
  if (value instanceof Encoded) return value.bytes;
  if (type === TypeCode.bool) return encodeToken(value !== 0, type);
  if (type < TypeCode.array) return encodeToken(value as number | bigint | string | Uint8Array, type);
  const elements: TokenValue[] = Array.from(value as ArrayLike<number | bigint>);
  if (type === TypeCode.array + TypeCode.bool)
    return encodeToken(
      elements.map((e) => e !== 0),
      type,
    );
  return encodeToken(elements, type);
}

/** The value of a token under the type of the port that takes it. Throws TokenError when it does not fit. */
export function decodeValue(bytes: Uint8Array, type: number): Value {
  if (type === TypeCode.any) return new Encoded(bytes);
  const value = decodeToken(bytes, type);
  if (type === TypeCode.bool) return value ? 1 : 0;
  if (type < TypeCode.array) return value as number | bigint | string | Uint8Array;
  const element = type - TypeCode.array;
  const elements = value as (number | bigint | boolean)[];
  const packed = new PACKED[element]!(new ArrayBuffer(elements.length * elementSize(element)));
  elements.forEach((e, i) => {
    packed[i] = typeof e === "boolean" ? Number(e) : e;
  });
  return packed;
}

/**
 * Converts a value that a port of type `from` sent to what an inport of type `to` takes. Throws TokenError when it does
 * not fit. The meaning is that of encoding and decoding; `sameForm` says when nothing need be done.
 */
export function convertValue(value: Value, from: number, to: number): Value {
  if (to === TypeCode.any) return value instanceof Encoded ? value : new Encoded(encodeValue(value, from));
  if (value instanceof Encoded) return decodeValue(value.bytes, to);
  if (sameForm(from, to)) return value;
  if (isWideInteger(to) && typeof value === "number" && isNarrowInteger(from) && (to === TypeCode.i64 || value >= 0)) {
    return BigInt(value);
  }
  return decodeValue(encodeValue(value, from), to);
}

/** Whether every value of a port of type `from` is, as it stands, a value of type `to`. */
export function sameForm(from: number, to: number): boolean {
  if (from === to) return true;
  if (!isScalar(from) || !isScalar(to)) return false;
  const source = INTEGER_BITS[from];
  if (to === TypeCode.f64) return from === TypeCode.f32 || source !== undefined;
  if (source === undefined) return false;
  if (to === TypeCode.f32) return source.bits <= 16;
  const target = INTEGER_BITS[to];
  if (target === undefined) return false;
  return source.signed === target.signed ? source.bits < target.bits : !source.signed && source.bits < target.bits;
}

/** The integer types whose values are numbers. */
const INTEGER_BITS: Partial<Record<number, { bits: number; signed: boolean }>> = {
  [TypeCode.i8]: { bits: 8, signed: true },
  [TypeCode.u8]: { bits: 8, signed: false },
  [TypeCode.i16]: { bits: 16, signed: true },
  [TypeCode.u16]: { bits: 16, signed: false },
  [TypeCode.i32]: { bits: 32, signed: true },
  [TypeCode.u32]: { bits: 32, signed: false },
};

function isNarrowInteger(type: number): boolean {
  return INTEGER_BITS[type] !== undefined;
}

function isWideInteger(type: number): boolean {
  return type === TypeCode.i64 || type === TypeCode.u64;
}

/** Bytes that the token takes encoded, or, where that is cheaper, a bound of it that is no more than `enough`. */
export function encodedSize(value: Value, type: number, enough: number): number {
  if (value instanceof Encoded) return value.bytes.length;
  if (typeof value === "string") {
    const bound = 5 + 3 * value.length;
    return bound <= enough ? bound : headSize(Buffer.byteLength(value)) + Buffer.byteLength(value);
  }
  if (typeof value === "number" || typeof value === "bigint") return 9;
  if (type === TypeCode.bytes) return headSize(value.length) + value.length;
  const bound = 5 + value.length * (1 + elementSize(type - TypeCode.array));
  return bound <= enough ? bound : encodeValue(value, type).length;
}

function headSize(length: number): number {
  return length < 24 ? 1 : length <= 0xff ? 2 : length <= 0xffff ? 3 : 5;
}
