import { describe, expect, test } from "@jest/globals";
import { encodeToken } from "../../../compiler/actor/token.js";
import { type Manifest, TypeCode } from "../../../compiler/actor/types.js";
import { LocalRuntime } from "../../../runtime/actor/local-runtime.js";
import { fieldsOf, SHOWN_MAX } from "../../../runtime/kappa/fields.js";
import { actorModule, portNumber } from "../../support/actors.js";

function manifest(globals: Manifest["globals"], memory = 0): Manifest {
  return {
    abi: 1,
    name: "T",
    inports: [],
    outports: [],
    actions: [],
    globals,
    args: [],
    memory,
    slots: 0,
    fuel: 0,
    roles: {},
  };
}

/** A state put together from 32-bit words and bytes. */
function stateOf(...parts: (number | number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (Array.isArray(part) ? part : [...new Uint8Array(Uint32Array.of(part).buffer)])),
  );
}

describe("the fields of an actor", () => {
  test("of scalar types", () => {
    const globals = [
      { name: "yes", type: TypeCode.bool },
      { name: "small", type: TypeCode.i8 },
      { name: "byte", type: TypeCode.u8 },
      { name: null, type: TypeCode.i32 },
      { name: "minus", type: TypeCode.i32 },
      { name: "large", type: TypeCode.u32 },
      { name: "half", type: TypeCode.f32 },
      { name: "nan", type: TypeCode.f64 },
      { name: "safe", type: TypeCode.i64 },
      { name: "huge", type: TypeCode.u64 },
    ];
    const f32 = [...new Uint8Array(Float32Array.of(0.5).buffer)];
    const f64 = [...new Uint8Array(Float64Array.of(Number.NaN).buffer)];
    const state = stateOf(1, 0xfffffffe, 0xff, 77, 0xffffffff, 0xffffffff, f32, f64, 5, 0, 0xffffffff, 0xffffffff);
    expect(fieldsOf(manifest(globals), state)).toEqual({
      yes: true,
      small: -2,
      byte: 255,
      minus: -1,
      large: 4294967295,
      half: 0.5,
      nan: null,
      safe: 5,
      huge: "18446744073709551615",
    });
  });

  test("of a running actor with text in memory", async () => {
    const module = await actorModule("test.Strings");
    const runtime = new LocalRuntime({ id: "r", name: "r" });
    await runtime.deploy(
      [{ id: "s", module, args: [] }],
      [
        { kind: "void", from: { actor: "s", port: portNumber(module, "out", "all") } },
        { kind: "void", from: { actor: "s", port: portNumber(module, "out", "length") } },
        { kind: "receive", id: "in", to: { actor: "s", port: 0 } },
      ],
    );
    await runtime.start(["s"]);
    runtime.incoming("in").push(encodeToken(" åäö ", TypeCode.text));
    await runtime.idle();
    const fields = fieldsOf(module.manifest, await runtime.state("s"));
    expect(fields).toMatchObject({ next: 1, separator: ", " });
    await runtime.close();
  });

  test("of text, bytes and arrays are followed into memory", () => {
    const globals = [
      { name: "text", type: TypeCode.text },
      { name: "none", type: TypeCode.text },
      { name: "static", type: TypeCode.staticArray + TypeCode.i16 },
      { name: "array", type: TypeCode.array + TypeCode.f32 },
      { name: "bytes", type: TypeCode.bytes },
      { name: "object", type: TypeCode.object },
    ];
    const f32 = [...new Uint8Array(Float32Array.of(1, 2.5).buffer)];
    const memory = [
      0,
      4,
      [0xe5, 0, 0x62, 0], // at 8: "åb"
      0,
      4,
      [0xff, 0xff, 2, 0], // at 20: -1, 2
      0,
      16,
      48,
      48,
      8,
      2, // at 32: Array<f32> over 48
      f32, // at 48
      0,
      12,
      48,
      48,
      3, // at 64: Uint8Array over the first three bytes of 48
    ];
    const state = stateOf(8, 0, 20, 32, 64, 64, ...memory);
    expect(fieldsOf(manifest(globals, 128), state)).toEqual({
      text: "åb",
      none: null,
      static: [-1, 2],
      array: [1, 2.5],
      bytes: Buffer.from(f32.slice(0, 3)).toString("base64url"),
      object: {},
    });
  });

  test("pointers that lead nowhere read as null, and long arrays are cut", () => {
    const types = [TypeCode.text, TypeCode.bytes, TypeCode.array + TypeCode.i32, TypeCode.staticArray + TypeCode.u8];
    const globals = types.map((type, n) => ({ name: `f${n}`, type }));
    const wild = stateOf(0xfffffff0, 0x1000, 60, 2);
    expect(fieldsOf(manifest(globals, 64), wild)).toEqual({ f0: null, f1: null, f2: null, f3: null });
    const long = stateOf(8, 0, 5000);
    const one = [{ name: "a", type: TypeCode.staticArray + TypeCode.u8 }];
    expect((fieldsOf(manifest(one, 8192), long).a as number[]).length).toBe(SHOWN_MAX);
  });
});
