import { describe, expect, test } from "@jest/globals";
import { TypeCode } from "../../../compiler/actor/types.js";
import { VirtualClock } from "../../faults/virtual-clock.js";
import { adder, wat } from "./modules.js";
import { actor, drain, feed, makeRuntime, single } from "./runtime.js";

const { i32, i64 } = TypeCode;

/** Sends the due time every `period` ms; tokens on `rate` change the period. */
const ticker = wat(
  "Ticker",
  {
    inports: [["rate", i32]],
    outports: [["out", i64]],
    actions: [{ outmask: 1, every: 1 }, { inmask: 1 }],
    globals: [["period", i32]],
    args: [{ name: "period", type: i32, required: false, global: 0 }],
  },
  `(import "k" "2" (func $send (param i32 i64))) (import "k" "48" (func $time (result i64)))
   (global $period (mut i32) (i32.const 100))
   (func (export "a") (call $send (i32.const 0) (call $time)))
   (func (export "b") (param i32) (global.set $period (local.get 0)))`,
);

describe("timed actions", () => {
  test("fire once per period, first a period after the start", async () => {
    const clock = new VirtualClock();
    const { output, runtime } = await single(ticker, { clock });
    await clock.pass(99);
    expect(output.count).toBe(0);
    await clock.pass(251);
    expect(drain(output)).toEqual([100, 200, 300]);
    await runtime.stop(["a"]);
    await clock.pass(1000);
    expect(drain(output)).toEqual([]);
    await runtime.start(["a"]);
    await clock.pass(150);
    expect(drain(output)).toEqual([1450]);
  });

  test("a missed period is not caught up", async () => {
    const clock = new VirtualClock();
    const { output, runtime } = await single(ticker, { clock }, 1);
    await clock.pass(350);
    // Due at 200, but without room: fires when there is some, and is then due at the next multiple.
    expect(drain(output)).toEqual([100]);
    await runtime.idle();
    expect(drain(output)).toEqual([200]);
    await clock.pass(100);
    expect(drain(output)).toEqual([400]);
  });

  test("take a new period from the next due time on", async () => {
    const clock = new VirtualClock();
    const { output, input } = await single(ticker, { clock }, 8);
    await clock.pass(10);
    feed(input, i32, 30);
    await clock.pass(200);
    expect(drain(output)).toEqual([100, 130, 160, 190]);
    feed(input, i32, -5); // counts as 1
    await clock.pass(13);
    expect(drain(output)).toEqual([220, 221, 222]);
  });

  test("wait longer than a timer of Node.js can", async () => {
    const clock = new VirtualClock();
    const month = wat(
      "Month",
      { outports: [["out", i64]], actions: [{ outmask: 1, every: 1 }], globals: [["period", i64]] },
      `(import "k" "2" (func $send (param i32 i64))) (import "k" "48" (func $time (result i64)))
       (global $period (mut i64) (i64.const 2592000000)) (func (export "a") (call $send (i32.const 0) (call $time)))`,
    );
    const { output } = await single(month, { clock });
    await clock.pass(2592000001);
    expect(drain(output)).toEqual([2592000000]);
  });
});

describe("back-pressure", () => {
  test("runs from the end of a pipeline to its source", async () => {
    const { runtime } = makeRuntime();
    await runtime.deploy(
      [actor("a", adder), actor("b", adder)],
      [{ kind: "local", from: { actor: "a", port: 0 }, to: { actor: "b", port: 0 }, length: 3 }],
    );
    const input = runtime.attachSource({ actor: "a", port: 0 }, 2);
    const output = runtime.attachSink({ actor: "b", port: 0 }, 1);
    await runtime.start(["a", "b"]);
    let rooms = 0;
    input.onRoom = () => rooms++;
    let sent = 0;
    for (let accepted = 1; accepted > 0; await runtime.idle()) {
      accepted = feed(input, i32, sent);
      sent += accepted;
    }
    expect(sent).toBe(1 + 3 + 2);
    expect(input.room()).toBe(0);
    rooms = 0;
    const seen = [];
    while (output.count > 0) {
      seen.push(...drain(output));
      await runtime.idle();
    }
    expect(seen).toEqual([2, 3, 4, 5, 6, 7]);
    expect(rooms).toBe(1);
    expect(input.room()).toBe(2);
  });

  test("an outport has room when all its connections have", async () => {
    const { runtime } = makeRuntime();
    await runtime.deploy([actor("a", adder)], []);
    const input = runtime.attachSource({ actor: "a", port: 0 });
    const fast = runtime.attachSink({ actor: "a", port: 0 }, 8);
    const slow = runtime.attachSink({ actor: "a", port: 0 }, 2);
    await runtime.start(["a"]);
    feed(input, i32, 1, 2, 3, 4);
    await runtime.idle();
    expect(drain(fast)).toEqual([2, 3]);
    slow.drop(1);
    await runtime.idle();
    expect([drain(fast), drain(slow)]).toEqual([[4], [3, 4]]);
  });
});

describe("the ready queue", () => {
  const spinner = wat(
    "Spinner",
    { actions: [{}], globals: [["n", i64]] },
    `(global $n (mut i64) (i64.const 0)) (func (export "a") (global.set $n (i64.add (global.get $n) (i64.const 1))))`,
  );

  test("is fair, and leaves the event loop its turns", async () => {
    const { runtime } = makeRuntime();
    await runtime.deploy([actor("x", spinner), actor("y", spinner), actor("a", adder)], []);
    const input = runtime.attachSource({ actor: "a", port: 0 });
    const output = runtime.attachSink({ actor: "a", port: 0 });
    await runtime.start(["x", "y", "a"]);
    feed(input, i32, 1);
    await new Promise<void>((resolve) => {
      output.onToken = resolve;
    });
    expect(drain(output)).toEqual([2]);
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
    await runtime.stop(["x", "y"]);
    const [x, y] = [await runtime.report("x"), await runtime.report("y")];
    expect(x.firings).toBeGreaterThan(100);
    expect(Math.abs(x.firings - y.firings)).toBeLessThanOrEqual(8);
    await runtime.idle();
    await runtime.close();
  });

  test("a token is worked off before the event loop goes on", async () => {
    const { runtime, input, output } = await single(adder);
    const order: string[] = [];
    setImmediate(() => order.push("immediate"));
    output.onToken = () => order.push("token");
    feed(input, i32, 1);
    await Promise.resolve();
    await Promise.resolve();
    expect(order).toEqual(["token"]);
    await runtime.close();
  });

  test("an error in what is attached does not stop the others", async () => {
    const { runtime, input, output } = await single(adder);
    output.onToken = () => {
      throw new Error("in a callback");
    };
    feed(input, i32, 1);
    await runtime.idle();
    feed(input, i32, 2);
    await runtime.idle();
    expect(drain(output)).toEqual([2, 3]);
  });
});
