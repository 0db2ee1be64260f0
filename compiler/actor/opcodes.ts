import type { ValueType } from "./capabilities.js";

/** Immediates that follow an opcode. */
export type Immediate =
  | "none"
  | "block"
  | "label"
  | "table"
  | "index"
  | "memory"
  | "i32"
  | "i64"
  | "f32"
  | "f64"
  | "call";

/** What an instruction takes from the operand stack and leaves on it. */
export interface Operation {
  name: string;
  immediate: Immediate;
  pops: readonly ValueType[];
  pushes: readonly ValueType[];
}

const I = "i32" as const;
const L = "i64" as const;
const F = "f32" as const;
const D = "f64" as const;

const table = new Map<number, Operation>();

function define(opcode: number, name: string, pops: ValueType[], pushes: ValueType[], immediate: Immediate = "none") {
  table.set(opcode, { name, immediate, pops, pushes });
}

/** Consecutive opcodes of one shape. */
function defineRow(
  first: number,
  names: string,
  pops: ValueType[],
  pushes: ValueType[],
  immediate: Immediate = "none",
) {
  names.split(" ").forEach((name, i) => {
    define(first + i, name, pops, pushes, immediate);
  });
}

// Control and variables: their effect depends on types that only the reader knows, so it treats them itself.
define(0x00, "unreachable", [], []);
define(0x01, "nop", [], []);
defineRow(0x02, "block loop", [], [], "block");
define(0x04, "if", [I], [], "block");
define(0x05, "else", [], []);
define(0x0b, "end", [], []);
define(0x0c, "br", [], [], "label");
define(0x0d, "br_if", [I], [], "label");
define(0x0e, "br_table", [I], [], "table");
define(0x0f, "return", [], []);
define(0x10, "call", [], [], "index");
define(0x11, "call_indirect", [I], [], "call");
define(0x1a, "drop", [], []);
define(0x1b, "select", [I], []);
defineRow(0x20, "local.get local.set local.tee global.get global.set", [], [], "index");

// Memory.
define(0x28, "i32.load", [I], [I], "memory");
define(0x29, "i64.load", [I], [L], "memory");
define(0x2a, "f32.load", [I], [F], "memory");
define(0x2b, "f64.load", [I], [D], "memory");
defineRow(0x2c, "i32.load8_s i32.load8_u i32.load16_s i32.load16_u", [I], [I], "memory");
defineRow(0x30, "i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u", [I], [L], "memory");
define(0x36, "i32.store", [I, I], [], "memory");
define(0x37, "i64.store", [I, L], [], "memory");
define(0x38, "f32.store", [I, F], [], "memory");
define(0x39, "f64.store", [I, D], [], "memory");
defineRow(0x3a, "i32.store8 i32.store16", [I, I], [], "memory");
defineRow(0x3c, "i64.store8 i64.store16 i64.store32", [I, L], [], "memory");
define(0x3f, "memory.size", [], [I], "index");

// Numbers.
define(0x41, "i32.const", [], [I], "i32");
define(0x42, "i64.const", [], [L], "i64");
define(0x43, "f32.const", [], [F], "f32");
define(0x44, "f64.const", [], [D], "f64");
define(0x45, "i32.eqz", [I], [I]);
defineRow(0x46, "i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u", [I, I], [I]);
define(0x50, "i64.eqz", [L], [I]);
defineRow(0x51, "i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u", [L, L], [I]);
defineRow(0x5b, "f32.eq f32.ne f32.lt f32.gt f32.le f32.ge", [F, F], [I]);
defineRow(0x61, "f64.eq f64.ne f64.lt f64.gt f64.le f64.ge", [D, D], [I]);
defineRow(0x67, "i32.clz i32.ctz i32.popcnt", [I], [I]);
defineRow(0x6a, "i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor", [I, I], [I]);
defineRow(0x74, "i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr", [I, I], [I]);
defineRow(0x79, "i64.clz i64.ctz i64.popcnt", [L], [L]);
defineRow(0x7c, "i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor", [L, L], [L]);
defineRow(0x86, "i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr", [L, L], [L]);
defineRow(0x8b, "f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt", [F], [F]);
defineRow(0x92, "f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign", [F, F], [F]);
defineRow(0x99, "f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt", [D], [D]);
defineRow(0xa0, "f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign", [D, D], [D]);

// Conversions.
define(0xa7, "i32.wrap_i64", [L], [I]);
defineRow(0xa8, "i32.trunc_f32_s i32.trunc_f32_u", [F], [I]);
defineRow(0xaa, "i32.trunc_f64_s i32.trunc_f64_u", [D], [I]);
defineRow(0xac, "i64.extend_i32_s i64.extend_i32_u", [I], [L]);
defineRow(0xae, "i64.trunc_f32_s i64.trunc_f32_u", [F], [L]);
defineRow(0xb0, "i64.trunc_f64_s i64.trunc_f64_u", [D], [L]);
defineRow(0xb2, "f32.convert_i32_s f32.convert_i32_u", [I], [F]);
defineRow(0xb4, "f32.convert_i64_s f32.convert_i64_u", [L], [F]);
define(0xb6, "f32.demote_f64", [D], [F]);
defineRow(0xb7, "f64.convert_i32_s f64.convert_i32_u", [I], [D]);
defineRow(0xb9, "f64.convert_i64_s f64.convert_i64_u", [L], [D]);
define(0xbb, "f64.promote_f32", [F], [D]);
define(0xbc, "i32.reinterpret_f32", [F], [I]);
define(0xbd, "i64.reinterpret_f64", [D], [L]);
define(0xbe, "f32.reinterpret_i32", [I], [F]);
define(0xbf, "f64.reinterpret_i64", [L], [D]);

// Sign extension, saturating conversions, bulk memory (the second opcode stands above 0xfc00).
defineRow(0xc0, "i32.extend8_s i32.extend16_s", [I], [I]);
defineRow(0xc2, "i64.extend8_s i64.extend16_s i64.extend32_s", [L], [L]);
defineRow(0xfc00, "i32.trunc_sat_f32_s i32.trunc_sat_f32_u", [F], [I]);
defineRow(0xfc02, "i32.trunc_sat_f64_s i32.trunc_sat_f64_u", [D], [I]);
defineRow(0xfc04, "i64.trunc_sat_f32_s i64.trunc_sat_f32_u", [F], [L]);
defineRow(0xfc06, "i64.trunc_sat_f64_s i64.trunc_sat_f64_u", [D], [L]);
define(0xfc0a, "memory.copy", [I, I, I], [], "memory");
define(0xfc0b, "memory.fill", [I, I, I], [], "index");

/** The operation of an opcode of the ABI, or undefined for one that the ABI does not have. */
export function operation(opcode: number): Operation | undefined {
  return table.get(opcode);
}
