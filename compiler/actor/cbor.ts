/**
 * Deterministic CBOR (RFC 8949 section 4.2.1) as docs/tokens.md narrows it. General codecs cannot serve here: a token keeps
 * the difference between the float 20.0 and the integer 20, refuses floats longer than needed, and is read piece by piece
 * by type. Shared by tokens and manifests.
 */

/** Why bytes are not deterministic CBOR. */
export class CborError extends Error {
  override readonly name = "CborError";
}

/** Major types of RFC 8949. */
export const Major = { uint: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

/** Values of major type 7 that tokens and manifests use, with the floats' additional information. */
export const Simple = { endOfStream: 16, false: 20, true: 21, null: 22, half: 25, single: 26, double: 27 } as const;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const scratch = new DataView(new ArrayBuffer(8));

/** Appends items to a growing buffer, each in its shortest form. */
export class CborWriter {
  private buffer: Uint8Array;
  private length = 0;

  /** `capacity` is the first guess of the size in bytes. */
  constructor(capacity = 64) {
    this.buffer = new Uint8Array(capacity);
  }

  /** The bytes written so far; a copy. */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  /** An integer in -2^63 ... 2^64-1; a number must be a safe integer. Throws CborError otherwise. */
  int(value: number | bigint): this {
    if (typeof value === "number" && !Number.isSafeInteger(value)) throw new CborError(`${value} is no exact integer`);
    if (value >= 0) return this.head(Major.uint, value);
    const rest = typeof value === "bigint" ? -1n - value : -1 - value;
    if (rest > 0x7fffffffffffffffn) throw new CborError(`${value} is below -2^63`);
    return this.head(Major.negative, rest);
  }

  /** A float in the shortest of half, single and double precision that keeps the value. */
  float(value: number): this {
    const half = toHalf(value);
    if (half !== undefined) {
      const at = this.reserve(3);
      this.buffer[at] = 0xf9;
      this.buffer[at + 1] = half >> 8;
      this.buffer[at + 2] = half & 0xff;
    } else if (Math.fround(value) === value) {
      scratch.setFloat32(0, value);
      this.pattern(0xfa, 4);
    } else {
      scratch.setFloat64(0, value);
      this.pattern(0xfb, 8);
    }
    return this;
  }

  bool(value: boolean): this {
    return this.simple(value ? Simple.true : Simple.false);
  }

  null(): this {
    return this.simple(Simple.null);
  }

  /** A simple value below 24. */
  simple(value: number): this {
    const at = this.reserve(1);
    this.buffer[at] = 0xe0 | value;
    return this;
  }

  bytes(value: Uint8Array): this {
    return this.head(Major.bytes, value.length).raw(value);
  }

  /** Text; a lone surrogate becomes U+FFFD. */
  text(value: string): this {
    const encoded = utf8Encoder.encode(value);
    return this.head(Major.text, encoded.length).raw(encoded);
  }

  /** Head of an array of `count` items, which follow. */
  array(count: number): this {
    return this.head(Major.array, count);
  }

  /** Head of a map of `count` pairs, which follow in order of their encoded keys (see `compareKeys`). */
  map(count: number): this {
    return this.head(Major.map, count);
  }

  tag(value: number): this {
    return this.head(Major.tag, value);
  }

  /** Bytes that are encoded already. */
  raw(encoded: Uint8Array): this {
    const at = this.reserve(encoded.length);
    this.buffer.set(encoded, at);
    return this;
  }

  private head(major: number, value: number | bigint): this {
    const first = major << 5;
    if (value < 24) {
      const at = this.reserve(1);
      this.buffer[at] = first | Number(value);
    } else if (value <= 0xff) {
      const at = this.reserve(2);
      this.buffer[at] = first | 24;
      this.buffer[at + 1] = Number(value);
    } else if (value <= 0xffff) {
      scratch.setUint16(0, Number(value));
      this.pattern(first | 25, 2);
    } else if (value <= 0xffffffff) {
      scratch.setUint32(0, Number(value));
      this.pattern(first | 26, 4);
    } else {
      if (value > 0xffffffffffffffffn) throw new CborError(`${value} is above 2^64-1`);
      scratch.setBigUint64(0, BigInt(value));
      this.pattern(first | 27, 8);
    }
    return this;
  }

  /** Writes `first` and `size` bytes of the scratch space. */
  private pattern(first: number, size: number): void {
    const at = this.reserve(size + 1);
    this.buffer[at] = first;
    for (let i = 0; i < size; i++) this.buffer[at + 1 + i] = scratch.getUint8(i);
  }

  /** Makes room, perhaps in another buffer: look at `buffer` only afterwards. */
  private reserve(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.buffer.length) {
      const grown = new Uint8Array(Math.max(this.length, 2 * this.buffer.length));
      grown.set(this.buffer.subarray(0, at));
      this.buffer = grown;
    }
    return at;
  }
}

/** Reads items one after the other; throws CborError at the first byte that a deterministic encoder would not write. */
export class CborReader {
  /** Offset of the next byte. */
  position = 0;
  private readonly view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Major type of the next item. Throws at the end. */
  major(): number {
    return this.peek() >> 5;
  }

  /** First byte of the next item. Throws at the end. */
  peek(): number {
    const byte = this.bytes[this.position];
    if (byte === undefined) throw new CborError(`ends at byte ${this.position}`);
    return byte;
  }

  /** Whether all bytes are read. */
  get done(): boolean {
    return this.position === this.bytes.length;
  }

  /** Throws unless all bytes are read. */
  end(): void {
    if (!this.done) throw new CborError(`has bytes after its end at byte ${this.position}`);
  }

  /** An integer: a number while that is exact, a bigint beyond. */
  int(): number | bigint {
    if (this.major() === Major.negative) {
      const rest = this.head(Major.negative);
      if (rest > 0x7fffffffffffffffn) throw new CborError("integer below -2^63");
      const value = typeof rest === "bigint" ? -1n - rest : -1 - rest;
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    return this.head(Major.uint);
  }

  /** An unsigned integer that a number holds exactly. */
  uint(): number {
    return this.count(Major.uint);
  }

  /** A float; NaN only as f9 7e00, and no longer than needed. */
  float(): number {
    const first = this.peek();
    const size = first === 0xf9 ? 2 : first === 0xfa ? 4 : first === 0xfb ? 8 : 0;
    if (size === 0) throw new CborError(`no float at byte ${this.position}`);
    const at = this.take(size + 1) + 1;
    if (size === 2) return this.half(at);
    const value = size === 4 ? this.view.getFloat32(at) : this.view.getFloat64(at);
    if (toHalf(value) !== undefined || (size === 8 && Math.fround(value) === value)) {
      throw new CborError(`float longer than needed at byte ${at - 1}`);
    }
    return value;
  }

  /** A simple value below 24. */
  simple(): number {
    const first = this.peek();
    if (first < 0xe0 || first > 0xf7) throw new CborError(`no simple value at byte ${this.position}`);
    this.position++;
    return first & 31;
  }

  bool(): boolean {
    const value = this.simple();
    if (value !== Simple.true && value !== Simple.false) throw new CborError(`no bool at byte ${this.position - 1}`);
    return value === Simple.true;
  }

  /** Bytes; a copy. */
  byteString(): Uint8Array {
    const size = this.count(Major.bytes);
    const at = this.take(size);
    return this.bytes.slice(at, at + size);
  }

  text(): string {
    const size = this.count(Major.text);
    const at = this.take(size);
    try {
      return utf8Decoder.decode(this.bytes.subarray(at, at + size));
    } catch {
      throw new CborError(`text at byte ${at} is not UTF-8`);
    }
  }

  /** Number of items of an array, whose items follow. */
  array(): number {
    return this.checkCount(this.count(Major.array), 1);
  }

  /** Number of pairs of a map, whose keys and values follow. */
  map(): number {
    return this.checkCount(this.count(Major.map), 2);
  }

  tag(): number {
    return this.count(Major.tag);
  }

  /** Bytes from `start` to the position; a view. */
  since(start: number): Uint8Array {
    return this.bytes.subarray(start, this.position);
  }

  /** A count that the remaining bytes could hold: keeps a short lie from reserving memory. */
  private checkCount(count: number, perItem: number): number {
    if (count > (this.bytes.length - this.position) / perItem) throw new CborError(`ends before its ${count} items`);
    return count;
  }

  private count(major: number): number {
    const value = this.head(major);
    if (typeof value === "bigint") throw new CborError(`count ${value} is too large`);
    return value;
  }

  private head(major: number): number | bigint {
    const first = this.peek();
    if (first >> 5 !== major)
      throw new CborError(`major type ${first >> 5} instead of ${major} at byte ${this.position}`);
    const info = first & 31;
    if (info < 24) {
      this.position++;
      return info;
    }
    if (info > 27) throw new CborError(`length ${info} is not definite at byte ${this.position}`);
    const size = 1 << (info - 24);
    const at = this.take(size + 1) + 1;
    const value = this.argument(at, size);
    if (value < (size === 1 ? 24 : 2 ** (4 * size)))
      throw new CborError(`integer longer than needed at byte ${at - 1}`);
    return value;
  }

  private argument(at: number, size: number): number | bigint {
    if (size === 1) return this.view.getUint8(at);
    if (size === 2) return this.view.getUint16(at);
    if (size === 4) return this.view.getUint32(at);
    const value = this.view.getBigUint64(at);
    return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  private half(at: number): number {
    const bits = this.view.getUint16(at);
    const exponent = (bits >> 10) & 31;
    const mantissa = bits & 0x3ff;
    if (exponent === 31 && mantissa !== 0 && bits !== 0x7e00)
      throw new CborError(`NaN at byte ${at - 1} is not f97e00`);
    const magnitude =
      exponent === 31
        ? mantissa
          ? Number.NaN
          : Number.POSITIVE_INFINITY
        : exponent === 0
          ? mantissa * 2 ** -24
          : (mantissa + 1024) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -magnitude : magnitude;
  }

  private take(size: number): number {
    const at = this.position;
    if (size > this.bytes.length - at) throw new CborError(`ends within the item at byte ${at}`);
    this.position = at + size;
    return at;
  }
}

/** Order of two encoded keys: bytewise lexicographic. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** The 16 bits of a half float with exactly this value, or undefined when there is none. */
function toHalf(value: number): number | undefined {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude === 0) return sign;
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (magnitude > 65504 || magnitude < 2 ** -24) return undefined;
  // Subnormal halves are multiples of 2^-24; the others have 11 significant bits.
  const scale = magnitude < 2 ** -14 ? -24 : Math.floor(Math.log2(magnitude)) - 10;
  const mantissa = magnitude / 2 ** scale;
  if (!Number.isInteger(mantissa)) return undefined;
  return scale === -24 && mantissa < 1024 ? sign | mantissa : sign | ((scale + 25) << 10) | (mantissa - 1024);
}
