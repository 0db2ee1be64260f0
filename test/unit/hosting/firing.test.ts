import { describe, expect, test } from "@jest/globals";
import { encodeToken } from "../../../compiler/actor/token.js";
import { TypeCode } from "../../../compiler/actor/types.js";
import { adder, echo, summer, wat } from "./modules.js";
import { actor, drain, feed, makeRuntime, single } from "./runtime.js";

const { any, i32, u8, i64, u64, f32, f64, bool, text, bytes, array, i8, u16, u32, i16 } = TypeCode;

describe("a firing", () => {
  test("consumes, computes and sends, in order", async () => {
    const { runtime, input, output } = await single(adder, {}, 8);
    expect(feed(input, i32, 1, -5, 2147483647)).toBe(3);
    await runtime.idle();
    expect(drain(output)).toEqual([2, -4, -2147483648]);
    expect(await runtime.report("a")).toEqual({ status: "running", firings: 3, fuel: 3n, ram: 4 });
  });

  test("keeps the sender's type in the encoding", async () => {
    const { runtime, input, output } = await single(summer);
    feed(input, i32, 20);
    await runtime.idle();
    expect(Buffer.from(output.shift()!).toString("hex")).toBe("f94d00");
  });

  test("takes and gives text through memory", async () => {
    const { runtime, input, output } = await single(echo);
    feed(input, text, "", "räksmörgås", "🙂");
    await runtime.idle();
    expect(drain(output)).toEqual(["", "räksmörgås", "🙂"]);
  });

  test("replaces lone surrogates", async () => {
    const module = wat(
      "Lone",
      { outports: [["out", text]], actions: [{ outmask: 1, guard: 1 }], globals: [["go", bool]], memory: 8 },
      `(import "k" "5" (func $send (param i32 i32 i32))) (memory 1 1) (data (i32.const 1) "\\3d\\d8\\41\\00")
       (global $go (mut i32) (i32.const 1))
       (func (export "a") (global.set $go (i32.const 0)) (call $send (i32.const 0) (i32.const 1) (i32.const 2)))`,
    );
    const { runtime, output } = await single(module);
    await runtime.idle();
    expect(drain(output)).toEqual(["\ufffdA"]);
  });

  test.each([
    ["bool", bool, 258, true],
    ["i8", i8, 384, -128],
    ["u8", u8, -1, 255],
    ["i16", i16, 0x18000, -32768],
    ["u16", u16, -2, 65534],
    ["u32", u32, -1, 4294967295],
  ])("sends an i32 modulo %s", async (_name, type, sent, token) => {
    const module = wat(
      "Narrow",
      { inports: [["in", i32]], outports: [["out", type]], actions: [{ inmask: 1, outmask: 1 }] },
      `(import "k" "1" (func $send (param i32 i32)))
       (func (export "a") (param i32) (call $send (i32.const 0) (local.get 0)))`,
    );
    const { runtime, input, output } = await single(module);
    feed(input, i32, sent);
    await runtime.idle();
    expect(drain(output)).toEqual([token]);
  });

  test("takes 64-bit integers and doubles as parameters, in port order", async () => {
    const module = wat(
      "Wide",
      {
        inports: [
          ["a", i64],
          ["b", f64],
          ["c", u64],
        ],
        outports: [
          ["x", u64],
          ["y", f64],
          ["z", i64],
        ],
        actions: [{ inmask: 7, outmask: 7 }],
      },
      `(import "k" "2" (func $send (param i32 i64))) (import "k" "4" (func $float (param i32 f64)))
       (func (export "a") (param i64 f64 i64)
         (call $send (i32.const 0) (local.get 0)) (call $float (i32.const 1) (local.get 1))
         (call $send (i32.const 2) (local.get 2)))`,
    );
    const { runtime } = makeRuntime();
    await runtime.deploy([actor("a", module)], []);
    const inputs = [0, 1, 2].map((port) => runtime.attachSource({ actor: "a", port }));
    const outputs = [0, 1, 2].map((port) => runtime.attachSink({ actor: "a", port }));
    await runtime.start(["a"]);
    feed(inputs[0]!, i64, -1n);
    feed(inputs[1]!, f64, 0.1);
    feed(inputs[2]!, u64, 2n ** 64n - 1n);
    await runtime.idle();
    expect(outputs.flatMap((output) => drain(output))).toEqual([2n ** 64n - 1n, 0.1, -1]);
  });

  test("passes arrays and bytes through memory", async () => {
    const module = (type: number, send: number) =>
      wat(
        "Copy",
        { inports: [["in", type]], outports: [["out", type]], actions: [{ inmask: 1, outmask: 1 }], memory: 256 },
        `(import "k" "${send}" (func $send (param i32 i32 i32))) (import "k" "9" (func $size (param i32) (result i32)))
         (import "k" "10" (func $read (param i32 i32))) (memory 1 1)
         (func (export "a") (call $read (i32.const 0) (i32.const 3))
           (call $send (i32.const 0) (i32.const 3) (call $size (i32.const 0))))`,
      );
    const run = async (type: number, send: number, value: never) => {
      const { runtime, input, output } = await single(module(type, send));
      feed(input, type, value);
      await runtime.idle();
      return drain(output, type)[0];
    };
    expect(await run(bytes, 6, new Uint8Array([1, 2, 255]) as never)).toEqual(new Uint8Array([1, 2, 255]));
    expect(await run(array + f32, 7, [1.5, -2] as never)).toEqual([1.5, -2]);
    expect(await run(array + i16, 7, [-1, 32767] as never)).toEqual([-1, 32767]);
    expect(await run(array + u64, 7, [2n ** 63n] as never)).toEqual([2n ** 63n]);
    expect(await run(array + bool, 7, [true, false] as never)).toEqual([true, false]);
    expect(await run(array + u8, 7, [] as never)).toEqual([]);
  });

  test("passes a token on undecoded, whatever the sender's type", async () => {
    const pass = wat(
      "Pass",
      { inports: [["in", any]], outports: [["out", any]], actions: [{ inmask: 1, outmask: 1 }] },
      `(import "k" "8" (func $pass (param i32 i32))) (func (export "a") (call $pass (i32.const 0) (i32.const 0)))`,
    );
    const { runtime } = makeRuntime();
    await runtime.deploy(
      [actor("s", summer), actor("p", pass), actor("t", summer)],
      [
        { kind: "local", from: { actor: "s", port: 0 }, to: { actor: "p", port: 0 } },
        { kind: "local", from: { actor: "p", port: 0 }, to: { actor: "t", port: 0 } },
      ],
    );
    const input = runtime.attachSource({ actor: "s", port: 0 });
    const output = runtime.attachSink({ actor: "t", port: 0 });
    const copy = runtime.attachSink({ actor: "p", port: 0 });
    await runtime.start(["s", "p", "t"]);
    feed(input, f32, 2, 3);
    await runtime.idle();
    expect(drain(output)).toEqual([2, 7]);
    expect(Buffer.from(copy.shift()!).toString("hex")).toBe("f94000");
  });

  test("gives opaque tokens as their encoding and takes them back", async () => {
    const keep = wat(
      "Keep",
      { inports: [["in", any]], outports: [["out", any]], actions: [{ inmask: 1, outmask: 1 }], memory: 64 },
      `(import "k" "6" (func $send (param i32 i32 i32))) (import "k" "9" (func $size (param i32) (result i32)))
       (import "k" "10" (func $read (param i32 i32))) (memory 1 1)
       (func (export "a") (call $read (i32.const 0) (i32.const 0))
         (call $send (i32.const 0) (i32.const 0) (call $size (i32.const 0))))`,
    );
    const { runtime, input, output } = await single(keep);
    feed(input, any, { a: [1, null] });
    await runtime.idle();
    expect(drain(output)).toEqual([{ a: [1, null] }]);
  });
});

describe("actions", () => {
  /** Two actions on one inport, chosen by a bool that each turns over: guard by global, and by function. */
  const toggle = (guardByFunction: boolean) =>
    wat(
      "Toggle",
      {
        inports: [["in", i32]],
        outports: [["out", i32]],
        actions: [
          { inmask: 1, outmask: 1, guard: guardByFunction ? 6 : 1 },
          { inmask: 1, outmask: 1 },
        ],
        globals: [["up", bool]],
      },
      `(import "k" "1" (func $send (param i32 i32)))
       (global $up (mut i32) (i32.const 0))
       (func (export "a") (param i32) (global.set $up (i32.const 0)) (call $send (i32.const 0) (local.get 0)))
       (func (export "b") (param i32) (global.set $up (i32.const 1))
         (call $send (i32.const 0) (i32.sub (i32.const 0) (local.get 0))))
       (func (export "c") (result i32) (global.get $up))`,
    );

  test("the first enabled one fires; a guard holds or not", async () => {
    for (const byFunction of [false, true]) {
      const { runtime, input, output } = await single(toggle(byFunction));
      feed(input, i32, 1, 2, 3, 4);
      await runtime.idle();
      expect(drain(output)).toEqual([-1, 2, -3, 4]);
      // A guard that is a function shares the budget of its firing; one that returns zero is not metered.
      expect((await runtime.report("a")).fuel).toBe(byFunction ? 6n : 4n);
    }
  });

  test("an outport without connection has no room; a void one has", async () => {
    const { runtime } = makeRuntime();
    await runtime.deploy([actor("a", adder), actor("b", adder)], [{ kind: "void", from: { actor: "b", port: 0 } }]);
    const a = runtime.attachSource({ actor: "a", port: 0 });
    const b = runtime.attachSource({ actor: "b", port: 0 });
    await runtime.start(["a", "b"]);
    feed(a, i32, 1, 2);
    feed(b, i32, 1, 2);
    await runtime.idle();
    expect((await runtime.report("a")).firings).toBe(0);
    expect((await runtime.report("b")).firings).toBe(2);
  });

  test("arguments are given or have defaults", async () => {
    const { runtime } = makeRuntime();
    await runtime.deploy(
      [actor("a", adder), actor("b", adder, encodeToken(10, i32))],
      [{ kind: "local", from: { actor: "a", port: 0 }, to: { actor: "b", port: 0 } }],
    );
    const input = runtime.attachSource({ actor: "a", port: 0 });
    const output = runtime.attachSink({ actor: "b", port: 0 });
    await runtime.start(["a", "b"]);
    feed(input, i32, 0);
    await runtime.idle();
    expect(drain(output)).toEqual([11]);
  });

  test("construct takes scalars as parameters and texts by read; start runs once", async () => {
    const module = wat(
      "Built",
      {
        inports: [["in", i32]],
        outports: [
          ["out", text],
          ["sum", i64],
        ],
        actions: [{ inmask: 1, outmask: 3 }],
        globals: [
          ["factor", i64],
          ["units", i32],
        ],
        args: [
          { name: "prefix", type: text, required: true },
          { name: "factor", type: i64, required: false, default: encodeToken(7n, i64) },
        ],
        memory: 64,
        roles: { construct: 1, start: 2, init: 3 },
      },
      `(import "k" "5" (func $text (param i32 i32 i32))) (import "k" "2" (func $send (param i32 i64)))
       (import "k" "9" (func $size (param i32) (result i32))) (import "k" "10" (func $read (param i32 i32)))
       (memory 1 1) (global $factor (mut i64) (i64.const 0)) (global $units (mut i32) (i32.const 0))
       (func (export "a") (param i32) (call $text (i32.const 0) (i32.const 8) (global.get $units))
         (call $send (i32.const 1) (i64.mul (global.get $factor) (i64.extend_i32_s (local.get 0)))))
       (func (export "b") (param i64) (global.set $factor (i64.add (global.get $factor) (local.get 0)))
         (call $read (i32.const 1) (i32.const 8)) (global.set $units (call $size (i32.const 1))))
       (func (export "c") (global.set $factor (i64.mul (global.get $factor) (i64.const 10))))
       (func (export "d") (global.set $factor (i64.const 1)))`,
    );
    const { runtime } = makeRuntime();
    await runtime.deploy([actor("a", module, encodeToken("hi", text))], []);
    const input = runtime.attachSource({ actor: "a", port: 0 });
    const outputs = [0, 1].map((port) => runtime.attachSink({ actor: "a", port }));
    await runtime.start(["a"]);
    await runtime.stop(["a"]);
    await runtime.start(["a"]);
    feed(input, i32, 2);
    await runtime.idle();
    expect(outputs.flatMap((output) => drain(output))).toEqual(["hi", 160]); // (1 + 7) · 10 · 2
  });
});
