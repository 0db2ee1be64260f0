import { describe, expect, test } from "@jest/globals";
import { encodeToken } from "../../../compiler/actor/token.js";
import { TypeCode } from "../../../compiler/actor/types.js";
import { FUEL_BUDGET } from "../../../runtime/actor/twin.js";
import { adder, wat } from "./modules.js";
import { actor, drain, feed, makeRuntime, single } from "./runtime.js";

const { any, i32, f32, text, bytes, bool } = TypeCode;

const IMPORTS = `(import "k" "1" (func $send (param i32 i32))) (import "k" "6" (func $bytes (param i32 i32 i32)))
  (import "k" "9" (func $size (param i32) (result i32))) (import "k" "10" (func $read (param i32 i32)))
  (import "k" "8" (func $pass (param i32 i32))) (import "k" "41" (func $digitalout (param i32 i32)))
  (import "k" "6" (func $opaque (param i32 i32 i32)))`;

/**
 * An actor that, for every token, writes to a global and to memory, sends, and then for a token that is not zero runs
 * `code`, which may use the token as local 0.
 */
function trapping(code: string, more = "") {
  return wat(
    "Trapping",
    {
      inports: [["in", i32]],
      outports: [
        ["out", i32],
        ["blob", bytes],
        ["other", i32],
        ["opaque", any],
      ],
      actions: [{ inmask: 1, outmask: 0b1011 }],
      globals: [
        ["count", i32],
        ["half", TypeCode.f64],
      ],
      memory: 128,
      names: ["take"],
    },
    `${IMPORTS} (memory 1 1) (global $count (mut i32) (i32.const 0)) (global $half (mut f64) (f64.const 0.5))
     (type $v (func)) (table 2 2 funcref) (elem (i32.const 0) $nothing) (func $nothing)
     (func (export "a") (param i32)
       (global.set $count (i32.add (global.get $count) (i32.const 1)))
       (global.set $half (f64.add (global.get $half) (f64.const 1)))
       (i32.store (i32.const 64) (global.get $count))
       (call $send (i32.const 0) (global.get $count))
       (if (local.get 0) (then ${code})))
     ${more}`,
  );
}

const CASES: [trap: string, what: string, code: string, more?: string][] = [
  ["fuel", "an endless loop", "(loop $l (br $l))"],
  ["resource", "an endless recursion", "(call $deep)", "(func $deep (call $deep))"],
  ["memory", "a load beyond memory", "(drop (i32.load (i32.const 65536)))"],
  ["memory", "a pointer beyond the bound in a send", "(call $bytes (i32.const 1) (i32.const 120) (i32.const 9))"],
  ["memory", "a negative length", "(call $bytes (i32.const 1) (i32.const 0) (i32.const -1))"],
  ["unreachable", "unreachable", "(unreachable)"],
  ["division", "a division by zero", "(drop (i32.div_s (local.get 0) (i32.const 0)))"],
  ["division", "a remainder by zero", "(drop (i64.rem_u (i64.const 1) (i64.const 0)))"],
  ["overflow", "the smallest integer by -1", "(drop (i32.div_s (i32.const -2147483648) (i32.const -1)))"],
  ["conversion", "NaN as an integer", "(drop (i32.trunc_f32_s (f32.const nan)))"],
  ["indirect", "an indirect call of nothing", "(call_indirect (type $v) (i32.const 1))"],
  ["indirect", "an indirect call out of the table", "(call_indirect (type $v) (i32.const 2))"],
  ["token", "bytes that are no token", "(call $opaque (i32.const 3) (i32.const 64) (i32.const 2))"],
  ["port", "a port sent on twice", "(call $send (i32.const 0) (i32.const 1))"],
  ["port", "a port that the action does not list", "(call $send (i32.const 2) (i32.const 1))"],
  ["port", "a port that there is not", "(call $send (i32.const 32) (i32.const 1))"],
  ["port", "a negative port", "(call $send (i32.const -1) (i32.const 1))"],
  ["port", "a port of another type", "(call $send (i32.const 1) (i32.const 1))"],
  ["port", "reading a scalar", "(call $read (i32.const 0) (i32.const 0))"],
  ["port", "passing to a port of another type", "(call $pass (i32.const 1) (i32.const 0))"],
  ["port", "passing from a port that there is not", "(call $pass (i32.const 3) (i32.const 1))"],
  ["capability", "a capability that fails", "(call $digitalout (i32.const 7) (i32.const 1))"],
];

describe("a trap changes nothing", () => {
  test.each(CASES)("%s: %s", async (trap, ...[, code, more]) => {
    const module = trapping(code, more);
    const { runtime, faults } = makeRuntime({ simulate: true });
    await runtime.deploy(
      [actor("a", module), actor("b", adder)],
      [
        { kind: "void", from: { actor: "a", port: 1 } },
        { kind: "void", from: { actor: "a", port: 3 } },
      ],
    );
    const input = runtime.attachSource({ actor: "a", port: 0 });
    const output = runtime.attachSink({ actor: "a", port: 0 });
    const other = [runtime.attachSource({ actor: "b", port: 0 }), runtime.attachSink({ actor: "b", port: 0 })] as const;
    await runtime.start(["a", "b"]);
    feed(input, i32, 0);
    await runtime.idle();
    const before = await runtime.state("a");
    feed(input, i32, 1, 0);
    feed(other[0], i32, 41);
    await runtime.idle();

    const expected = trap === "resource" ? expect.stringMatching(/^(fuel|stack)$/) : trap;
    expect(faults).toEqual([{ actor: "a", trap: expected, action: 0, actionName: "take" }]);
    expect(await runtime.state("a")).toEqual(before);
    expect(drain(output)).toEqual([1]);
    expect(input.room()).toBe(2);
    const report = await runtime.report("a");
    expect(report).toEqual({ status: "faulted", fault: expected, firings: 1, fuel: 1n, ram: 140 });
    // Others go on.
    expect(drain(other[1])).toEqual([42]);

    // Resumed, it tries the same token again.
    await runtime.resume(["a"]);
    await runtime.idle();
    expect(faults.length).toBe(2);
    await runtime.remove(["a", "b"]);
    expect(input.closed).toBe(true);
  });

  test("a token that does not fit traps before the action runs, and stays", async () => {
    const { runtime, faults, input, output } = await single(adder);
    feed(input, any, 1);
    input.push(encodeToken(1.5, f32));
    await runtime.idle();
    expect(drain(output)).toEqual([2]);
    expect(faults).toEqual([{ actor: "a", trap: "token", action: 0, actionName: "add" }]);
    expect(input.room()).toBe(3);
    expect((await runtime.report("a")).firings).toBe(1);
  });

  test("a guard that does not hold keeps a bad token from trapping", async () => {
    const closed = wat(
      "Closed",
      { inports: [["in", i32]], actions: [{ inmask: 1, guard: 1 }], globals: [["open", bool]] },
      `(global $open (mut i32) (i32.const 0)) (func (export "a") (param i32) (global.set $open (i32.const 0)))`,
    );
    const { runtime, faults, input } = await single(closed);
    feed(input, any, "text");
    await runtime.idle();
    expect(faults).toEqual([]);
  });

  test("a guard that traps is undone as well", async () => {
    const module = wat(
      "BadGuard",
      { inports: [["in", text]], actions: [{ inmask: 1, guard: 4 }], globals: [["n", i32]], memory: 16 },
      `(memory 1 1) (global $n (mut i32) (i32.const 5)) (func (export "a"))
       (func (export "b") (result i32) (global.set $n (i32.const 6)) (i32.store (i32.const 4) (i32.const -1)) (unreachable))`,
    );
    const { runtime, faults, input } = await single(module);
    feed(input, text, "x");
    await runtime.idle();
    expect(faults.map((fault) => fault.trap)).toEqual(["unreachable"]);
    expect(await runtime.state("a")).toEqual(new Uint8Array([5, 0, 0, 0]));
    expect(input.room()).toBe(3);
  });

  test("a guard that says no leaves no trace", async () => {
    const module = wat(
      "CountingGuard",
      { inports: [["in", i32]], actions: [{ inmask: 1, guard: 4 }], globals: [["n", i32]], memory: 16 },
      `(memory 1 1) (global $n (mut i32) (i32.const 5)) (func (export "a") (param i32))
       (func (export "b") (result i32) (global.set $n (i32.const 6)) (i32.store (i32.const 4) (i32.const -1)) (i32.const 0))`,
    );
    const { runtime, input } = await single(module);
    feed(input, i32, 1);
    await runtime.idle();
    expect(await runtime.state("a")).toEqual(new Uint8Array([5, 0, 0, 0]));
  });

  test("a token larger than the connection carries traps its sender", async () => {
    const repeat = wat(
      "Repeat",
      { inports: [["in", i32]], outports: [["out", bytes]], actions: [{ inmask: 1, outmask: 1 }], memory: 65536 },
      `(import "k" "6" (func $bytes (param i32 i32 i32))) (memory 1 1)
       (func (export "a") (param i32) (call $bytes (i32.const 0) (i32.const 0) (local.get 0)))`,
    );
    const { runtime, faults } = makeRuntime();
    await runtime.deploy(
      [actor("a", repeat), actor("b", repeat)],
      [{ kind: "send", id: "c", from: { actor: "a", port: 0 }, limit: 192 }],
    );
    const [a, b] = ["a", "b"].map((id) => runtime.attachSource({ actor: id, port: 0 }));
    const out = runtime.attachSink({ actor: "b", port: 0 });
    await runtime.start(["a", "b"]);
    feed(a!, i32, 190, 191);
    feed(b!, i32, 65533, 65534);
    await runtime.idle();
    expect(faults.map((fault) => [fault.actor, fault.trap])).toEqual([
      ["a", "size"],
      ["b", "size"],
    ]);
    expect(runtime.outgoing("c").count).toBe(1);
    expect(out.shift()!.length).toBe(65536);
  });
});

describe("fuel", () => {
  /** Loops as often as the token says. */
  const looper = wat(
    "Looper",
    { inports: [["in", i32]], actions: [{ inmask: 1 }] },
    `(func (export "a") (param i32)
       (loop $l (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if $l (i32.gt_s (local.get 0) (i32.const 0)))))`,
  );

  test("is one unit per function entry and per pass through a loop header", async () => {
    const nested = wat(
      "Nested",
      { inports: [["in", i32]], actions: [{ inmask: 1 }] },
      `(func $leaf (param i32) (result i32) (local i64 f32) (block $b (br_if $b (local.get 0))) (local.get 0))
       (func (export "a") (param i32) (local $i i32)
         (loop $outer
           (drop (call $leaf (i32.const 1)))
           (drop (loop (result i32) (i32.const 9)))
           (br_if $outer (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get 0)))))`,
    );
    const { runtime, input } = await single(nested);
    feed(input, i32, 5);
    await runtime.idle();
    expect((await runtime.report("a")).fuel).toBe(1n + 5n * 3n);
  });

  test("may be used up to the last unit and not beyond", async () => {
    const { runtime, faults, input } = await single(looper);
    feed(input, i32, FUEL_BUDGET - 1);
    await runtime.idle();
    expect(faults).toEqual([]);
    expect((await runtime.report("a")).fuel).toBe(BigInt(FUEL_BUDGET));
    feed(input, i32, FUEL_BUDGET);
    await runtime.idle();
    expect(faults.map((fault) => fault.trap)).toEqual(["fuel"]);
    expect((await runtime.report("a")).fuel).toBe(BigInt(FUEL_BUDGET));
  });

  test("unreachable with fuel left is no fuel trap", async () => {
    const module = wat(
      "Edge",
      { inports: [["in", i32]], actions: [{ inmask: 1 }] },
      `(func (export "a") (param i32)
         (loop $l (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if $l (i32.gt_s (local.get 0) (i32.const 0))))
         (unreachable))`,
    );
    const { runtime, faults, input } = await single(module);
    feed(input, i32, FUEL_BUDGET - 1);
    await runtime.idle();
    expect(faults.map((fault) => fault.trap)).toEqual(["unreachable"]);
  });
});
