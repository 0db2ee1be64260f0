import { elementSize, isScalar, slotsOf } from "../../compiler/actor/token.js";
import { type Manifest, TypeCode } from "../../compiler/actor/types.js";
import type { Json } from "../../compiler/script/graph.js";

/** Longest text, bytes or array that is shown, in characters, bytes or elements. */
export const SHOWN_MAX = 1024;

/**
 * The fields of an actor, read from its state by the manifest's table of globals (docs/module-abi.md section 7). Text, bytes and
 * arrays are followed into memory by AssemblyScript's layout, and cut at SHOWN_MAX; another object is shown as its pointer's
 * being set or not: `{}` or null. Bytes are base64url, 64-bit integers beyond 2⁵³ are text.
 */
export function fieldsOf(manifest: Manifest, state: Uint8Array): Record<string, Json> {
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
  const size = (type: number) => (isScalar(type) ? 4 * slotsOf(type) : 4);
  const start = manifest.globals.reduce((sum, { type }) => sum + size(type), 0);
  const memory = new Memory(state.subarray(start), manifest.memory);
  const fields: Record<string, Json> = {};
  let at = 0;
  for (const { name, type } of manifest.globals) {
    if (name !== null)
      fields[name] = isScalar(type) ? globalOf(view, at, type) : memory.object(view.getUint32(at, true), type);
    at += size(type);
  }
  return fields;
}

/** A scalar as a global holds it: small integers take a whole word, sign-extended. */
function globalOf(view: DataView, at: number, type: number): Json {
  if (type === TypeCode.bool) return view.getUint32(at, true) !== 0;
  if (type === TypeCode.u32) return view.getUint32(at, true);
  if (type === TypeCode.u8) return view.getUint8(at);
  if (type === TypeCode.u16) return view.getUint16(at, true);
  if (type === TypeCode.i8) return view.getInt8(at);
  if (type === TypeCode.i16) return view.getInt16(at, true);
  return elementOf(view, at, type);
}

/** A scalar as an array holds it. */
function elementOf(view: DataView, at: number, type: number): Json {
  switch (type) {
    case TypeCode.bool:
      return view.getUint8(at) !== 0;
    case TypeCode.i8:
      return view.getInt8(at);
    case TypeCode.u8:
      return view.getUint8(at);
    case TypeCode.i16:
      return view.getInt16(at, true);
    case TypeCode.u16:
      return view.getUint16(at, true);
    case TypeCode.i32:
      return view.getInt32(at, true);
    case TypeCode.u32:
      return view.getUint32(at, true);
    case TypeCode.f32:
      return finite(view.getFloat32(at, true));
    case TypeCode.f64:
      return finite(view.getFloat64(at, true));
    case TypeCode.i64:
      return exact(view.getBigInt64(at, true));
    default:
      return exact(view.getBigUint64(at, true));
  }
}

function finite(value: number): Json {
  return Number.isFinite(value) ? value : null;
}

function exact(value: bigint): Json {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

/** The linear memory of an actor. A pointer that leads out of it reads as null: a state may come from a broken actor. */
class Memory {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  /** `stored` comes without the trailing zeros of `size` bytes. */
  constructor(stored: Uint8Array, size: number) {
    this.bytes = new Uint8Array(Math.max(size, stored.length));
    this.bytes.set(stored);
    this.view = new DataView(this.bytes.buffer);
  }

  object(pointer: number, type: number): Json {
    if (pointer === 0) return null;
    if (type === TypeCode.object) return {};
    if (type === TypeCode.text) return this.text(pointer);
    const whole = pointer - 4;
    if (type > TypeCode.staticArray) {
      return this.holds(whole, 4)
        ? this.elements(pointer, this.view.getUint32(whole, true), type - TypeCode.staticArray)
        : null;
    }
    // Uint8Array and Array<T>: buffer, start of the data, its length in bytes, and for an array the number of elements.
    if (!this.holds(pointer, type === TypeCode.bytes ? 12 : 16)) return null;
    const data = this.view.getUint32(pointer + 4, true);
    if (type !== TypeCode.bytes) {
      const element = type - TypeCode.array;
      return this.elements(data, this.view.getUint32(pointer + 12, true) * elementSize(element), element);
    }
    const length = this.view.getUint32(pointer + 8, true);
    if (!this.holds(data, length)) return null;
    return Buffer.from(this.bytes.subarray(data, data + Math.min(length, SHOWN_MAX))).toString("base64url");
  }

  private text(pointer: number): Json {
    if (!this.holds(pointer - 4, 4)) return null;
    const length = this.view.getUint32(pointer - 4, true);
    if (!this.holds(pointer, length)) return null;
    return Buffer.from(this.bytes.subarray(pointer, pointer + Math.min(length, 2 * SHOWN_MAX))).toString("utf16le");
  }

  private elements(at: number, bytes: number, type: number): Json {
    if (!this.holds(at, bytes)) return null;
    const size = elementSize(type);
    const count = Math.min(Math.floor(bytes / size), SHOWN_MAX);
    return Array.from({ length: count }, (_, index) => elementOf(this.view, at + index * size, type));
  }

  private holds(at: number, length: number): boolean {
    return at >= 0 && at + length <= this.bytes.length;
  }
}
