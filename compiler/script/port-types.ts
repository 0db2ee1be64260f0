import { TypeCode } from "../actor/types.js";
import type { Json } from "./graph.js";

/** Integer types by code: number of bits and whether the type is signed. */
const INTEGERS = new Map<number, { bits: number; signed: boolean }>([
  [TypeCode.i8, { bits: 8, signed: true }],
  [TypeCode.u8, { bits: 8, signed: false }],
  [TypeCode.i16, { bits: 16, signed: true }],
  [TypeCode.u16, { bits: 16, signed: false }],
  [TypeCode.i32, { bits: 32, signed: true }],
  [TypeCode.u32, { bits: 32, signed: false }],
  [TypeCode.i64, { bits: 64, signed: true }],
  [TypeCode.u64, { bits: 64, signed: false }],
]);

const SCALAR_NAMES = new Map<number, string>(
  Object.entries(TypeCode)
    .filter(([, code]) => code < TypeCode.array)
    .map(([name, code]) => [code, name]),
);

/** The element type of an array type, undefined for any other. */
function elementType(code: number): number | undefined {
  return code >= TypeCode.array && code < TypeCode.staticArray ? code - TypeCode.array : undefined;
}

/** A type in words: `f32`, `text`, `array of i32`. */
export function typeName(code: number): string {
  const element = elementType(code);
  return element === undefined ? (SCALAR_NAMES.get(code) ?? `type ${code}`) : `array of ${typeName(element)}`;
}

/** Whether an outport may be joined to an inport: every token of `from` fits `to` (docs/tokens.md, typed ports). */
export function canConnect(from: number, to: number): boolean {
  if (from === to || from === TypeCode.any || to === TypeCode.any) return true;
  const fromElement = elementType(from);
  const toElement = elementType(to);
  if (fromElement !== undefined || toElement !== undefined) {
    return fromElement !== undefined && toElement !== undefined && canConnect(fromElement, toElement);
  }
  if (from === TypeCode.f32) return to === TypeCode.f64;
  const integer = INTEGERS.get(from);
  if (integer === undefined) return false;
  if (to === TypeCode.f32) return integer.bits <= 16;
  if (to === TypeCode.f64) return integer.bits <= 32;
  const wider = INTEGERS.get(to);
  if (wider === undefined) return false;
  // A sign takes one bit, so an unsigned integer needs a signed type that is wider.
  return integer.signed
    ? wider.signed && wider.bits >= integer.bits
    : wider.bits - (wider.signed ? 1 : 0) >= integer.bits;
}

/** Whether a JSON value can be given to an argument, or from outside to an inport, of a type. */
export function valueFits(value: Json, type: number): boolean {
  const element = elementType(type);
  if (element !== undefined) return Array.isArray(value) && value.every((item) => valueFits(item, element));
  switch (type) {
    case TypeCode.any:
      return true;
    case TypeCode.bool:
      return typeof value === "boolean";
    case TypeCode.text:
      return typeof value === "string";
    case TypeCode.bytes:
      return typeof value === "string" && /^[A-Za-z0-9_-]*$/.test(value) && value.length % 4 !== 1;
    case TypeCode.f32:
      return typeof value === "number" && Number.isFinite(Math.fround(value));
    case TypeCode.f64:
      return typeof value === "number";
    default:
      return typeof value === "number" && Number.isInteger(value) && integerFits(value, type);
  }
}

/** Whether a value written on a connection fits an inport: it travels as the token of an `any` port, without conversion. */
export function literalFits(value: Json, type: number): boolean {
  const scalar = elementType(type) ?? type;
  return scalar !== TypeCode.bytes && valueFits(value, type);
}

function integerFits(value: number, type: number): boolean {
  const integer = INTEGERS.get(type);
  if (integer === undefined) return false;
  // Both bounds are powers of two and exact as doubles; the upper one is excluded.
  const upper = 2 ** (integer.signed ? integer.bits - 1 : integer.bits);
  return value >= (integer.signed ? -upper : 0) && value < upper;
}
