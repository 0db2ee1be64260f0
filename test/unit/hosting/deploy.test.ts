import { describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { encodeToken } from "../../../compiler/actor/token.js";
import { TypeCode } from "../../../compiler/actor/types.js";
import type { ConnectionSpec } from "../../../runtime/host.js";
import { VirtualClock } from "../../faults/virtual-clock.js";
import { adder, wat } from "./modules.js";
import { actor, drain, feed, makeRuntime } from "./runtime.js";

const { i32, f32, bool } = TypeCode;

const local = (from: string, to: string): ConnectionSpec => ({
  kind: "local",
  from: { actor: from, port: 0 },
  to: { actor: to, port: 0 },
});

const thermometer = wat(
  "Thermometer",
  { inports: [["tick", i32]], outports: [["celsius", f32]], actions: [{ inmask: 1, outmask: 1 }] },
  `(import "k" "32" (func $temp (result f32))) (import "k" "41" (func $out (param i32 i32)))
   (import "k" "3" (func $send (param i32 f32)))
   (func (export "a") (param i32) (call $out (i32.const 1) (local.get 0)) (call $send (i32.const 0) (call $temp)))`,
);

const bomb = wat(
  "Bomb",
  {
    inports: [],
    actions: [],
    globals: [["n", i32]],
    roles: { construct: 0, start: 1 },
    args: [{ name: "fuse", type: bool, required: true }],
  },
  `(global $n (mut i32) (i32.const 0))
   (func (export "a") (param i32) (global.set $n (i32.const 1)) (if (local.get 0) (then (unreachable))))
   (func (export "b") (global.set $n (i32.const 2)) (unreachable))`,
);

describe("deploy", () => {
  test.each<[string, object, Parameters<ReturnType<typeof makeRuntime>["runtime"]["deploy"]>]>([
    ["an id twice", { code: "ACTOR_EXISTS" }, [[actor("b", adder), actor("b", adder)], []]],
    ["an id in use", { code: "ACTOR_EXISTS" }, [[actor("b", adder), actor("x", adder)], []]],
    ["other bytes", { code: "MODULE_INVALID" }, [[actor("b", { ...adder, hash: "00".repeat(16) })], []]],
    [
      "a capability",
      { code: "CAPABILITY_MISSING", extra: { actor: "b", capability: "sense.temp" } },
      [[actor("b", thermometer)], []],
    ],
    [
      "an argument of another type",
      { code: "ARGUMENT_INVALID", extra: { actor: "b", argument: "step" } },
      [[actor("b", adder, encodeToken("1", 12))], []],
    ],
    ["too many arguments", { code: "ARGUMENT_INVALID" }, [[actor("b", adder, undefined, encodeToken(1, i32))], []]],
    [
      "an argument missing",
      { code: "ARGUMENT_INVALID", extra: { actor: "b", argument: "fuse" } },
      [[actor("b", bomb)], []],
    ],
    [
      "a trap in construct",
      { code: "ACTOR_TRAPPED", extra: { actor: "b", trap: "unreachable" } },
      [[actor("b", bomb, encodeToken(true, bool))], []],
    ],
    ["an actor not there", { code: "ACTOR_UNKNOWN" }, [[actor("b", adder)], [local("b", "c")]]],
    [
      "a port not there",
      { code: "PORT_UNKNOWN" },
      [[actor("b", adder)], [{ kind: "void", from: { actor: "b", port: 1 } }]],
    ],
    ["an inport taken", { code: "PORT_UNKNOWN" }, [[actor("b", adder)], [local("b", "x")]]],
    ["an inport taken twice", { code: "PORT_UNKNOWN" }, [[actor("b", adder)], [local("x", "b"), local("b", "b")]]],
    [
      "a connection's id in use",
      { code: "ACTOR_EXISTS" },
      [[actor("b", adder)], [{ kind: "send", id: "s", from: { actor: "b", port: 0 } }]],
    ],
    [
      "a queue too long",
      { code: "RUNTIME_LIMIT" },
      [[actor("b", adder)], [{ ...local("b", "b"), length: 65 } as ConnectionSpec]],
    ],
  ])("%s: refused as a whole", async (_what, error, [actors, connections]) => {
    const { runtime } = makeRuntime();
    await runtime.deploy([actor("x", adder)], [{ kind: "send", id: "s", from: { actor: "x", port: 0 } }]);
    const input = runtime.attachSource({ actor: "x", port: 0 });
    await expect(runtime.deploy([actor("first", adder), ...actors], connections)).rejects.toMatchObject(error);
    await expect(runtime.report("first")).rejects.toMatchObject({ code: "ACTOR_UNKNOWN" });
    // What was there goes on.
    await runtime.start(["x"]);
    feed(input, i32, 1);
    await runtime.idle();
    expect(drain(runtime.outgoing("s"))).toEqual([2]);
  });

  test("a start that traps starts nobody and changes nothing", async () => {
    const { runtime } = makeRuntime();
    await runtime.deploy([actor("a", adder), actor("b", bomb, encodeToken(false, bool))], []);
    const before = await runtime.state("b");
    await expect(runtime.start(["a", "b"])).rejects.toMatchObject({ code: "ACTOR_TRAPPED" });
    expect((await runtime.report("a")).status).toBe("held");
    expect(await runtime.state("b")).toEqual(before);
  });

  test("removed, an actor takes its connections along", async () => {
    const { runtime } = makeRuntime();
    await runtime.deploy(
      [actor("a", adder), actor("b", adder)],
      [local("a", "b"), { kind: "receive", id: "r", to: { actor: "a", port: 0 } }],
    );
    const output = runtime.attachSink({ actor: "b", port: 0 });
    await runtime.start(["a", "b"]);
    await runtime.remove(["b", "unknown"]);
    feed(runtime.incoming("r"), i32, 1);
    await runtime.idle();
    // Without a connection its outport has no room.
    expect((await runtime.report("a")).firings).toBe(0);
    expect(output.closed).toBe(true);
    await runtime.deploy([actor("b", adder)], [local("a", "b")]);
    const again = runtime.attachSink({ actor: "b", port: 0 });
    await runtime.start(["b"]);
    await runtime.idle();
    expect(drain(again)).toEqual([3]);
    await runtime.remove(["a"]);
    expect(() => runtime.incoming("r")).toThrow(/NOT_FOUND/);
  });

  test("ends of links hold encoded tokens until they are dropped", async () => {
    const { runtime } = makeRuntime();
    await runtime.deploy(
      [actor("a", adder)],
      [
        { kind: "receive", id: "in", to: { actor: "a", port: 0 }, length: 2 },
        { kind: "send", id: "out", from: { actor: "a", port: 0 }, length: 3 },
      ],
    );
    await runtime.start(["a"]);
    const [sink, source] = [runtime.incoming("in"), runtime.outgoing("out")];
    for (let i = 0; i < 5; i++) {
      expect(feed(sink, i32, i)).toBe(1);
      await runtime.idle();
    }
    expect([sink.room(), source.count]).toEqual([0, 3]);
    expect(feed(sink, i32, 9)).toBe(0);
    expect([0, 1, 2, 3].map((i) => source.peek(i)?.[0])).toEqual([1, 2, 3, undefined]);
    source.drop(2);
    await runtime.idle();
    expect([0, 1, 2].map((i) => source.peek(i)?.[0])).toEqual([3, 4, 5]);
    expect(sink.room()).toBe(2);
  });
});

describe("capabilities", () => {
  test("are those of the runtime's making", () => {
    const { runtime } = makeRuntime();
    expect([runtime.info.simulated, runtime.info.capabilities]).toEqual([false, ["log", "sys.random", "sys.time"]]);
    const simulated = makeRuntime({ simulate: true, capabilities: { "sense.humidity": () => 50 } }).runtime;
    expect(simulated.info).toEqual({
      id: "r",
      name: "test",
      kind: "base",
      capabilities: ["io.digitalout", "io.light", "log", "sense.humidity", "sense.temp", "sys.random", "sys.time"],
      attributes: {},
      simulated: true,
      connected: true,
      tokenMax: 65536,
    });
  });

  test("the simulated room warms up and cools down", async () => {
    const clock = new VirtualClock();
    const { runtime } = makeRuntime({ simulate: true, clock });
    await runtime.deploy([actor("t", thermometer)], []);
    const input = runtime.attachSource({ actor: "t", port: 0 });
    const output = runtime.attachSink({ actor: "t", port: 0 }, 8);
    await runtime.start(["t"]);
    for (const heater of [1, 0, 0]) {
      feed(input, i32, heater);
      await clock.pass(10_000);
    }
    const [start, heated, cooled] = drain(output) as number[];
    expect(start).toBe(15);
    expect(heated).toBeCloseTo(35 - 20 / Math.E, 2);
    expect(cooled).toBeCloseTo(15 + (20 - 20 / Math.E) / Math.E, 2);
  });

  test("stop() runs when an actor is removed, and when the runtime is closed, but not before it has started", async () => {
    const { runtime } = makeRuntime({ simulate: true });
    const lamp = wat(
      "Lamp",
      { inports: [], actions: [], roles: { start: 0, stop: 1 } },
      `(import "k" "40" (func $light (param i32)))
       (func (export "a") (call $light (i32.const 1))) (func (export "b") (call $light (i32.const 0)))`,
    );
    const room = runtime.room!;
    for (const end of [() => runtime.remove(["l"]), () => runtime.close()]) {
      await runtime.deploy([actor("held", lamp), actor("l", lamp)], []);
      await runtime.start(["l"]);
      expect(room.light).toBe(true);
      await end();
      expect(room.light).toBe(false);
      room.light = true;
      await runtime.remove(["held", "l"]);
      expect(room.light).toBe(true);
    }
  });

  test("time, chance and the log", async () => {
    const lines: { msg: string; actor: string }[] = [];
    const logger = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const module = wat(
      "Probe",
      {
        inports: [["in", i32]],
        outports: [
          ["t", TypeCode.i64],
          ["r", TypeCode.u32],
        ],
        actions: [{ inmask: 1, outmask: 3 }],
        memory: 8,
      },
      `(import "k" "48" (func $time (result i64))) (import "k" "49" (func $random (result i32)))
       (import "k" "50" (func $log (param i32 i32))) (import "k" "1" (func $s (param i32 i32)))
       (import "k" "2" (func $l (param i32 i64))) (memory 1 1) (data (i32.const 0) "h\\00\\e5\\00")
       (func (export "a") (param i32) (call $log (i32.const 0) (i32.const 2)) (call $l (i32.const 0) (call $time))
         (call $s (i32.const 1) (call $random)))`,
    );
    const clock = new VirtualClock();
    await clock.pass(5);
    const { runtime } = makeRuntime({ logger, clock, random: () => 0xfffffffe });
    await runtime.deploy([actor("p", module)], []);
    const input = runtime.attachSource({ actor: "p", port: 0 });
    const outputs = [0, 1].map((port) => runtime.attachSink({ actor: "p", port }));
    await runtime.start(["p"]);
    await clock.pass(1234);
    feed(input, i32, 0);
    await runtime.idle();
    expect(outputs.flatMap((output) => drain(output))).toEqual([1234, 0xfffffffe]);
    expect(lines).toMatchObject([{ actor: "p", msg: "hå" }]);
  });
});

describe("many actors", () => {
  test("10 000 that are idle take no time and little memory", async () => {
    const { runtime } = makeRuntime();
    const ids = Array.from({ length: 10_000 }, (_, i) => `a${i}`);
    const heap = process.memoryUsage().heapUsed;
    await runtime.deploy(
      ids.map((id) => actor(id, adder)),
      ids.slice(1).map((id, i) => local(ids[i]!, id)),
    );
    await runtime.start(ids);
    await runtime.idle();
    const perActor = (process.memoryUsage().heapUsed - heap) / ids.length;
    expect(perActor).toBeLessThan(12_000);
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(100_000);
    // A token goes through all of them.
    const input = runtime.attachSource({ actor: "a0", port: 0 });
    const output = runtime.attachSink({ actor: "a9999", port: 0 });
    feed(input, i32, 0);
    await runtime.idle();
    expect(drain(output)).toEqual([10_000]);
    await runtime.remove(ids);
  });
});
