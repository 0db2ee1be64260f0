import { describe, expect, test } from "@jest/globals";
import { TypeCode } from "../../../compiler/actor/types.js";
import type { Json } from "../../../compiler/script/graph.js";
import { canConnect, literalFits, typeName, valueFits } from "../../../compiler/script/port-types.js";

const SCALARS = ["bool", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f32", "f64", "text", "bytes"] as const;
type Scalar = (typeof SCALARS)[number];

/** By sending type: the receiving types that hold all its values, besides itself and any. */
const WIDER: Record<Scalar, Scalar[]> = {
  bool: [],
  i8: ["i16", "i32", "i64", "f32", "f64"],
  u8: ["i16", "u16", "i32", "u32", "i64", "u64", "f32", "f64"],
  i16: ["i32", "i64", "f32", "f64"],
  u16: ["i32", "u32", "i64", "u64", "f32", "f64"],
  i32: ["i64", "f64"],
  u32: ["i64", "u64", "f64"],
  i64: [],
  u64: [],
  f32: ["f64"],
  f64: [],
  text: [],
  bytes: [],
};

describe("canConnect", () => {
  test.each(SCALARS)("%s", (from) => {
    const accepting = SCALARS.filter((to) => canConnect(TypeCode[from], TypeCode[to]));
    expect(new Set(accepting)).toEqual(new Set([from, ...WIDER[from]]));
    const arrays = SCALARS.filter((to) => canConnect(16 + TypeCode[from], 16 + TypeCode[to]));
    expect(arrays).toEqual(accepting);
    expect(canConnect(TypeCode[from], 16 + TypeCode[from])).toBe(false);
    expect(canConnect(16 + TypeCode[from], TypeCode[from])).toBe(false);
    for (const type of [TypeCode[from], 16 + TypeCode[from]]) {
      expect([canConnect(type, TypeCode.any), canConnect(TypeCode.any, type)]).toEqual([true, true]);
    }
  });
});

describe("valueFits", () => {
  const cases: [keyof typeof TypeCode, Json[], Json[]][] = [
    ["any", [null, 1, "x", [1], { a: 1 }], []],
    ["bool", [true, false], [0, "true", null]],
    ["i8", [-128, 127, 0], [-129, 128, 0.5, "1", null, [1]]],
    ["u8", [0, 255], [-1, 256]],
    ["i16", [-32768, 32767], [-32769, 32768]],
    ["u16", [0, 65535], [-1, 65536]],
    ["i32", [-2147483648, 2147483647], [-2147483649, 2147483648]],
    ["u32", [0, 4294967295], [-1, 4294967296]],
    ["i64", [-(2 ** 63), 2 ** 62], [2 ** 63, -(2 ** 64), 0.5]],
    ["u64", [0, 2 ** 63], [-1, 2 ** 64]],
    ["f32", [0.1, -3, 3.4e38], [3.5e38, "1", true]],
    ["f64", [1e308, 1], ["1", null]],
    ["text", ["", "x"], [1, null, ["x"]]],
    ["bytes", ["", "_-8A", "QQ", "QUI"], ["A", "+/8=", "a b", 5]],
  ];
  test.each(cases)("%s", (type, fitting, other) => {
    expect(fitting.filter((value) => !valueFits(value, TypeCode[type]))).toEqual([]);
    expect(other.filter((value) => valueFits(value, TypeCode[type]))).toEqual([]);
    if (type === "any") return;
    expect(valueFits(fitting, 16 + TypeCode[type])).toBe(true);
    for (const value of other) expect(valueFits([...fitting, value], 16 + TypeCode[type])).toBe(false);
  });

  test("a literal on a connection is not converted to bytes", () => {
    expect(valueFits("QQ", TypeCode.bytes)).toBe(true);
    expect(literalFits("QQ", TypeCode.bytes)).toBe(false);
    expect(literalFits(["QQ"], 16 + TypeCode.bytes)).toBe(false);
    expect(literalFits("QQ", TypeCode.text)).toBe(true);
    expect(literalFits(null, TypeCode.any)).toBe(true);
  });
});

test("typeName", () => {
  expect([0, 1, 6, 13, 16 + 2, 16 + 12, 63].map(typeName)).toEqual([
    "any",
    "bool",
    "f32",
    "bytes",
    "array of i32",
    "array of text",
    "type 63",
  ]);
});
