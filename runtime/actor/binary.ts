/** Reading and writing of the WebAssembly binary format (WebAssembly 1.0, chapter 5), as far as the twin needs it. */

/** Section ids. */
export const Section = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

/** Value types. */
export const ValType = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;

/** The opcodes that the twin writes or looks for. */
export const Op = {
  unreachable: 0x00,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  localGet: 0x20,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32LtS: 0x48,
  i32Sub: 0x6b,
  i32WrapI64: 0xa7,
  i64ExtendI32U: 0xad,
  i32ReinterpretF32: 0xbc,
  i64ReinterpretF64: 0xbd,
  f32ReinterpretI32: 0xbe,
  f64ReinterpretI64: 0xbf,
} as const;

/** Why bytes are not a module that a runtime takes. */
export class BinaryError extends Error {
  override readonly name = "BinaryError";
}

/** Reads one part of a module. */
export class BinaryReader {
  constructor(
    readonly bytes: Uint8Array,
    public position = 0,
    readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.position >= this.end;
  }

  byte(): number {
    if (this.position >= this.end) throw new BinaryError(`ends at byte ${this.position}`);
    return this.bytes[this.position++]!;
  }

  /** An unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new BinaryError(`number too long at byte ${this.position}`);
  }

  /** Skips a LEB128 of any kind. */
  skipLeb(): void {
    while (this.byte() >= 0x80);
  }

  /** The next `count` bytes; a view. */
  take(count: number): Uint8Array {
    const start = this.position;
    if (count > this.end - start) throw new BinaryError(`ends within byte ${start} and ${count} more`);
    this.position = start + count;
    return this.bytes.subarray(start, this.position);
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.u32()));
  }

  /** A reader over the next `count` bytes, which are skipped here. */
  part(count: number): BinaryReader {
    const start = this.position;
    this.take(count);
    return new BinaryReader(this.bytes, start, this.position);
  }
}

/** Appends to a growing list of bytes. */
export class BinaryWriter {
  private readonly list: number[] = [];

  get length(): number {
    return this.list.length;
  }

  byte(...bytes: number[]): this {
    for (const byte of bytes) this.list.push(byte);
    return this;
  }

  u32(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.list.push((rest % 128) | 0x80);
    this.list.push(rest);
    return this;
  }

  /** A signed LEB128 of a 32-bit integer. */
  s32(value: number): this {
    let rest = value;
    for (; rest < -64 || rest > 63; rest >>= 7) this.list.push((rest & 0x7f) | 0x80);
    this.list.push(rest & 0x7f);
    return this;
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.list.push(byte);
    return this;
  }

  name(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.u32(bytes.length).raw(bytes);
  }

  /** What `other` holds, behind its length. */
  sized(other: BinaryWriter): this {
    return this.u32(other.length).raw(other.list);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.list);
  }
}

/** Skips what follows the opcode of an instruction. Throws for those that docs/module-abi.md section 1 does not allow. */
export function skipImmediates(reader: BinaryReader, opcode: number): void {
  switch (opcode) {
    case 0x02: // block
    case 0x03: // loop
    case 0x04: // if
    case 0x0c: // br
    case 0x0d: // br_if
    case 0x10: // call
    case 0x41: // i32.const
    case 0x42: // i64.const
      return reader.skipLeb();
    case 0x0e: // br_table
      for (let labels = reader.u32() + 1; labels > 0; labels--) reader.skipLeb();
      return;
    case 0x11: // call_indirect
      reader.skipLeb();
      return reader.skipLeb();
    case 0x3f: // memory.size
      return reader.skipLeb();
    case 0x43: // f32.const
      reader.take(4);
      return;
    case 0x44: // f64.const
      reader.take(8);
      return;
    case 0xfc:
      return skipPrefixed(reader);
  }
  if (opcode >= 0x20 && opcode <= 0x24) return reader.skipLeb(); // locals and globals
  if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.skipLeb(); // loads and stores
    return reader.skipLeb();
  }
  const plain = opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f;
  if (plain || opcode === 0x1a || opcode === 0x1b || (opcode >= 0x45 && opcode <= 0xc4)) return;
  throw new BinaryError(`instruction ${opcode.toString(16)} is not allowed`);
}

/** After prefix FC: saturating conversions, memory.copy, memory.fill. */
function skipPrefixed(reader: BinaryReader): void {
  const opcode = reader.u32();
  if (opcode <= 7) return;
  if (opcode === 10) reader.take(2);
  else if (opcode === 11) reader.take(1);
  else throw new BinaryError(`instruction fc ${opcode} is not allowed`);
}
