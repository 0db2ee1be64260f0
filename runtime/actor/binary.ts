import type { ValueType } from "../../compiler/actor/capabilities.js";
import { operation } from "../../compiler/actor/opcodes.js";
import type { WasmReader } from "../../compiler/actor/wasm.js";

/** Encodings of the value types. */
export const VALUE_TYPE: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

/** The opcodes that the twin writes or looks for. */
export const Op = {
  unreachable: 0x00,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  return: 0x0f,
  call: 0x10,
  localGet: 0x20,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
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

/** The block type of a block without result. */
export const EMPTY_BLOCK = 0x40;

/** Appends to a growing list of bytes in the WebAssembly binary format. */
export class WasmWriter {
  private readonly list: number[] = [];

  get length(): number {
    return this.list.length;
  }

  byte(...bytes: number[]): this {
    for (const byte of bytes) this.list.push(byte);
    return this;
  }

  /** An unsigned LEB128. */
  number(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.list.push((rest % 128) | 0x80);
    this.list.push(rest);
    return this;
  }

  /** A signed LEB128 of a 32-bit integer. */
  signed(value: number): this {
    let rest = value;
    for (; rest < -64 || rest > 63; rest >>= 7) this.list.push((rest & 0x7f) | 0x80);
    this.list.push(rest & 0x7f);
    return this;
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.list.push(byte);
    return this;
  }

  append(other: WasmWriter): this {
    return this.raw(other.list);
  }

  name(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.number(bytes.length).raw(bytes);
  }

  /** What `other` holds, behind its length. */
  sized(other: WasmWriter): this {
    return this.number(other.length).append(other);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.list);
  }
}

/** Skips one instruction of a module that the ABI allows; returns its opcode (behind prefix FC, above 0xfc00). */
export function skipInstruction(reader: WasmReader): number {
  const first = reader.byte();
  const opcode = first === 0xfc ? 0xfc00 + reader.number() : first;
  switch (operation(opcode)!.immediate) {
    case "none":
      break;
    case "table":
      reader.vector(() => reader.number());
      reader.number();
      break;
    case "memory":
    case "call":
      reader.number();
      reader.number();
      break;
    case "f32":
      reader.position += 4;
      break;
    case "f64":
      reader.position += 8;
      break;
    default:
      reader.signed();
  }
  return opcode;
}
