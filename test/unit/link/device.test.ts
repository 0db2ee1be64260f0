import { afterEach, describe, expect, test } from "@jest/globals";
import type { DeviceRuntime } from "../../../runtime/link/device.js";
import { Operation, Status } from "../../../runtime/link/operations.js";
import { ModelDevice, type ModelOptions } from "../../faults/model-device.js";
import { actor, Drain, Feed, hostOf, joins, modelModule, receives, sends, token, upTo } from "../../faults/rig.js";
import { VirtualClock } from "../../faults/virtual-clock.js";

let opened: DeviceRuntime[] = [];
afterEach(() => {
  for (const host of opened) host.close();
  opened = [];
});

async function connected(options: ModelOptions = {}) {
  const clock = new VirtualClock();
  const model = new ModelDevice(clock, options);
  const host = hostOf(model.connector, clock);
  opened.push(host);
  await clock.settle(host.open());
  return { clock, model, host };
}

const ONE = modelModule(1);

describe("connecting", () => {
  test("tells what the device is", async () => {
    const { host } = await connected();
    expect(host.info).toEqual({
      id: "dec0000000000001",
      name: "model",
      kind: "constrained",
      board: "memory",
      capabilities: ["sense.temp", "io.light", "sys.time"],
      attributes: { name: "m1", floor: 2 },
      simulated: true,
      connected: true,
      free: 20000,
      tokenMax: 192,
    });
  });

  test("gives up with a clear error when the device speaks another version", async () => {
    const clock = new VirtualClock();
    const model = new ModelDevice(clock, { version: 2 });
    const host = hostOf(model.connector, clock);
    opened.push(host);
    const problems: string[] = [];
    host.on("problem", (error) => problems.push(error.message));
    void host.open();
    await clock.until(() => problems.length > 0);
    expect(problems).toEqual([
      "LINK_PROTOCOL: memory:model is refused: the device speaks version 2 of the link protocol, this runtime 1: update the older",
    ]);
    const before = host.statistics.framesOut;
    await clock.pass(20_000);
    expect(host.statistics.framesOut).toBe(before);
  });

  test("repeats HELLO after 250 ms, 500 ms, 1 s, 2 s and then every 2 s", async () => {
    const clock = new VirtualClock();
    const times: number[] = [];
    const deaf = {
      address: "memory:deaf",
      renewable: false,
      open: async () => ({ write: () => times.push(clock.now()) > 0, close: () => undefined }),
    };
    const host = hostOf(deaf, clock);
    opened.push(host);
    void host.open();
    await clock.pass(9000);
    expect(times).toEqual([0, 250, 750, 1750, 3750, 5750, 7750]);
  });

  test("an idle link costs a PING and a PONG a second", async () => {
    const { clock, host } = await connected();
    const before = host.statistics;
    await clock.pass(20_000);
    expect(host.statistics.framesOut - before.framesOut).toBeLessThanOrEqual(20);
    expect(host.statistics.framesOut - before.framesOut).toBeGreaterThanOrEqual(18);
    expect(host.info.connected).toBe(true);
    expect(host.statistics.sessions).toBe(1);
  });
});

describe("deploying", () => {
  test("one small actor, started, costs two requests and at most 600 bytes", async () => {
    const { clock, model, host } = await connected();
    const { bytesIn, bytesOut } = host.statistics;
    model.acted.length = 0;
    const connections = [receives("in", "a"), sends("out", "a")];
    await clock.settle(host.deploy([actor("a", modelModule(1, 200))], connections, { start: true }));
    await clock.settle(host.start(["a"]));
    expect(model.acted).toEqual([Operation.module, Operation.create]);
    const { statistics } = host;
    const cost = statistics.bytesIn + statistics.bytesOut - bytesIn - bytesOut;
    expect(cost).toBeLessThanOrEqual(400);
    expect(host.info.free).toBe(19500);
    expect(await clock.settle(host.report("a"))).toEqual({ status: "running", firings: 0, fuel: 0n, ram: 500 });
  });

  test("a module is sent once, in chunks, and goes on where it was cut", async () => {
    const { clock, model, host } = await connected();
    const big = modelModule(2, 1000);
    await clock.settle(host.deploy([actor("a", big), actor("b", big)], []));
    expect(model.acted.filter((operation) => operation === Operation.module)).toHaveLength(5);
    expect(model.acted.filter((operation) => operation === Operation.create)).toHaveLength(2);
    await clock.settle(host.remove(["a", "b"]));
    await clock.settle(host.deploy([actor("c", big)], []));
    expect(model.acted.filter((operation) => operation === Operation.module)).toHaveLength(5);
  });

  test("tokens pass through two actors in order, both ways at once", async () => {
    const { clock, host } = await connected();
    const feeds = [new Feed(300), new Feed(300, 64)];
    const drains = [new Drain(), new Drain(64)];
    const connections = [
      ...[receives("in0", "a", 0), receives("in1", "a", 1, 64)],
      ...[joins("a", "b", 0), joins("a", "b", 1), sends("out0", "b", 0), sends("out1", "b", 1, 64)],
    ];
    await clock.settle(host.deploy([actor("a", ONE), actor("b", ONE)], connections));
    for (const [i, feed] of feeds.entries()) host.bindOutgoing(`in${i}`, feed.source);
    for (const [i, drain] of drains.entries()) host.bindIncoming(`out${i}`, drain.sink);
    for (const feed of feeds) feed.wake();
    await clock.settle(host.start(["a", "b"]));
    await clock.until(() => drains.every(({ got }) => got.length === 300));
    expect(drains.map(({ got }) => got)).toEqual([upTo(300), upTo(300)]);
    expect(host.statistics.resent).toBe(0);
  });

  test("one byte of payload, acknowledged, costs at most 16 bytes on the wire", async () => {
    const { clock, host } = await connected();
    const feed = new Feed(20, 1);
    await clock.settle(
      host.deploy([actor("a", ONE)], [receives("in", "a"), { kind: "void", from: { actor: "a", port: 0 } }]),
    );
    await clock.settle(host.start(["a"]));
    host.bindOutgoing("in", feed.source);
    await clock.pass(10);
    const before = host.statistics;
    feed.wake();
    await clock.until(() => feed.done);
    const { bytesIn, bytesOut } = host.statistics;
    expect((bytesIn + bytesOut - before.bytesIn - before.bytesOut) / 20).toBeLessThanOrEqual(16);
  });

  test("arguments reach the actor, the default where none is given", async () => {
    const { clock, model, host } = await connected();
    await clock.settle(host.deploy([actor("a", ONE, [token(20), undefined, token("x"), undefined])], []));
    expect(model.actors.argsOf(1)).toEqual([20, undefined, "x"]);
  });

  test("connections that do not fit into CREATE follow in CONNECT", async () => {
    const { clock, model, host } = await connected();
    const drains = upTo(80).map(() => new Drain());
    const outs = upTo(80).map((i) => sends(`o${i}`, "a", 0));
    const feed = new Feed(5);
    await clock.settle(host.deploy([actor("a", ONE)], [receives("in", "a"), ...outs], { start: true }));
    expect(model.acted).toContain(Operation.connect);
    await clock.settle(host.start(["a"]));
    expect(model.acted).toContain(Operation.start);
    for (const [i, drain] of drains.entries()) host.bindIncoming(`o${i}`, drain.sink);
    host.bindOutgoing("in", feed.source);
    feed.wake();
    await clock.until(() => drains.every(({ got }) => got.length === 5));
    expect(drains.every(({ got }) => got.join() === "0,1,2,3,4")).toBe(true);
  });

  test("what is there already is left alone", async () => {
    const { clock, model, host } = await connected();
    const deploy = () =>
      host.deploy([actor("a", ONE)], [receives("in", "a"), { kind: "void", from: { actor: "a", port: 0 } }]);
    await clock.settle(deploy());
    const before = model.acted.length;
    await clock.settle(deploy());
    expect(model.acted.length).toBe(before);
    const other = host.deploy([actor("a", modelModule(9))], []);
    await expect(clock.settle(other)).rejects.toMatchObject({ code: "ACTOR_EXISTS" });
  });

  test("a remove takes actors and connections away, unknown ones are fine", async () => {
    const { clock, model, host } = await connected();
    await clock.settle(host.deploy([actor("a", ONE)], [receives("in", "a")]));
    await clock.settle(host.remove(["a", "nobody"]));
    expect(model.actors.handles).toEqual([]);
    expect(host.record).toMatchObject({ actors: {}, connections: {} });
    await clock.pass(1000);
    expect(host.info.free).toBe(model.free);
    await expect(clock.settle(host.start(["a"]))).rejects.toMatchObject({ code: "ACTOR_UNKNOWN" });
  });
});

describe("failing to deploy", () => {
  const replies: [string, number, number[], string, RegExp][] = [
    ["memory", Status.memory, [812], "MEMORY_EXHAUSTED", /create actor b.*812 bytes free/],
    ["capability", Status.capability, [33], "CAPABILITY_MISSING", /no sense\.humidity/],
    ["argument", Status.argument, [0], "ARGUMENT_INVALID", /argument gain/],
    ["port", Status.port, [0], "PORT_UNKNOWN", /connection 0/],
    ["trap", Status.trap, [4], "ACTOR_TRAPPED", /unreachable/],
    ["module", Status.module, [], "MODULE_INVALID", /not valid/],
    ["ABI", Status.abi, [2], "MODULE_INVALID", /module ABI \(2\)/],
    ["limit", Status.limit, [], "RUNTIME_LIMIT", /as many/],
    ["state", Status.state, [], "ACTOR_STATE", /state/],
    ["malformed", Status.malformed, [], "LINK_PROTOCOL", /malformed/],
    ["an unknown status", 99, [], "LINK_PROTOCOL", /status 99/],
  ];

  test.each(replies)("for %s leaves nothing behind and says why", async (_, status, items, code, text) => {
    const { clock, model, host } = await connected();
    await clock.settle(host.deploy([actor("old", ONE)], []));
    const refusal: [number, unknown[]] = [status, items];
    model.forced.set(Operation.create, [refusal, refusal, refusal]);
    const deploy = host.deploy([actor("b", ONE)], [receives("in", "b"), joins("old", "b", 1)]);
    await expect(clock.settle(deploy)).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
    expect(model.actors.handles).toEqual([1]);
    expect(Object.keys(host.record.actors)).toEqual(["old"]);
    model.forced.clear();
    await clock.settle(host.deploy([actor("b", ONE)], [receives("in", "b"), joins("old", "b", 1)]));
    expect(model.actors.handles).toHaveLength(2);
  });

  test("the second actor's failure takes the first away", async () => {
    const { clock, model, host } = await connected({ actorsMax: 1 });
    const deploy = host.deploy([actor("a", ONE), actor("b", ONE)], [joins("a", "b")]);
    await expect(clock.settle(deploy)).rejects.toMatchObject({ code: "RUNTIME_LIMIT" });
    expect(model.actors.handles).toEqual([]);
  });

  test("a capability that is not there costs no request", async () => {
    const { clock, model, host } = await connected();
    const before = model.acted.length;
    const deploy = host.deploy([actor("a", modelModule(3, 100, ["sense.humidity"]))], []);
    await expect(clock.settle(deploy)).rejects.toMatchObject({ code: "CAPABILITY_MISSING" });
    expect(model.acted.length).toBe(before);
  });

  test("unused modules give way, used ones do not", async () => {
    const { clock, model, host } = await connected({ heap: 5000 });
    const [used, unused, wanted] = [modelModule(1, 1000), modelModule(2, 1500), modelModule(3, 1500)];
    await clock.settle(host.deploy([actor("a", used), actor("b", unused)], []));
    await clock.settle(host.remove(["b"]));
    await clock.settle(host.deploy([actor("c", wanted)], []));
    expect(model.hasModule(used.hash)).toBe(true);
    expect(model.hasModule(unused.hash)).toBe(false);
    const tooMuch = host.deploy([actor("d", modelModule(4, 3000))], []);
    await expect(clock.settle(tooMuch)).rejects.toMatchObject({ code: "MEMORY_EXHAUSTED" });
    expect(model.actors.handles).toHaveLength(2);
  });

  test("a module that the device dropped by itself is sent again", async () => {
    const { clock, model, host } = await connected();
    await clock.settle(host.deploy([actor("a", ONE)], []));
    await clock.settle(host.remove(["a"]));
    model.forced.set(Operation.create, [[Status.unknown, []]]);
    await clock.settle(host.deploy([actor("b", ONE)], []));
    expect(model.acted.filter((operation) => operation === Operation.module)).toHaveLength(2);
  });

  test("arguments that no frame carries", async () => {
    const { clock, host } = await connected();
    const deploy = host.deploy([actor("a", ONE, [token("x".repeat(300))])], []);
    await expect(clock.settle(deploy)).rejects.toMatchObject({ code: "TOKEN_TOO_LARGE" });
  });
});

describe("actors", () => {
  test("state is read and written in pages", async () => {
    const { clock, host } = await connected();
    await clock.settle(host.deploy([actor("a", ONE), actor("b", ONE)], []));
    const state = await clock.settle(host.state("a"));
    expect(state).toHaveLength(600);
    const changed = state.map((byte) => byte ^ 0xff);
    await clock.settle(host.restore("b", changed));
    expect(await clock.settle(host.state("b"))).toEqual(changed);
  });

  test("start, stop and resume change the status and are sent only where needed", async () => {
    const { clock, model, host } = await connected();
    await clock.settle(host.deploy([actor("a", ONE)], []));
    await clock.settle(host.start(["a"]));
    await clock.settle(host.start(["a"]));
    expect((await clock.settle(host.report("a"))).status).toBe("running");
    await clock.settle(host.stop(["a"]));
    expect((await clock.settle(host.report("a"))).status).toBe("held");
    expect(model.acted.filter((operation) => operation === Operation.start)).toHaveLength(1);
  });

  test("a fault is told once, by name, and taken back by resume", async () => {
    const { clock, model, host } = await connected();
    await clock.settle(host.deploy([actor("a", ONE)], [], { start: true }));
    const faults: unknown[] = [];
    host.on("fault", (event) => faults.push(event));
    model.trap(1, 5, 2);
    await clock.until(() => faults.length > 0);
    await clock.pass(2000);
    expect(faults).toEqual([{ actor: "a", fault: "division", action: 2 }]);
    expect(await clock.settle(host.report("a"))).toMatchObject({ status: "faulted", fault: "division" });
    await clock.settle(host.resume(["a"]));
    expect((await clock.settle(host.report("a"))).status).toBe("running");
    model.trap(1, 1, 0);
    await clock.until(() => faults.length > 1);
    expect(faults[1]).toEqual({ actor: "a", fault: "fuel", action: 0 });
  });

  test("the log comes by actor id", async () => {
    const { clock, model, host } = await connected();
    await clock.settle(host.deploy([actor("a", ONE)], []));
    const lines: unknown[] = [];
    host.on("log", (event) => lines.push(event));
    model.log(1, "hello");
    await clock.until(() => lines.length > 0);
    expect(lines).toEqual([{ actor: "a", text: "hello" }]);
  });
});

describe("deadlines", () => {
  test("LINK_DEADLINE when the device does not answer, LINK_DOWN when it is away", async () => {
    const { clock, model, host } = await connected();
    await clock.settle(host.deploy([actor("a", ONE)], []));
    model.mute(Operation.metrics);
    const start = clock.now();
    await expect(clock.settle(host.report("a"))).rejects.toMatchObject({ code: "LINK_DEADLINE" });
    expect(clock.now() - start).toBe(5000);
    expect(host.statistics.repeated).toBe(6);
    model.off = true;
    await clock.until(() => !host.info.connected);
    await expect(clock.settle(host.report("a"))).rejects.toMatchObject({ code: "LINK_DOWN" });
  });

  test("a request waits for the device to come back within its deadline", async () => {
    const { clock, model, host } = await connected();
    await clock.settle(host.deploy([actor("a", ONE)], []));
    model.off = true;
    await clock.until(() => !host.info.connected);
    const report = host.report("a");
    clock.after(1000, () => {
      model.off = false;
    });
    expect((await clock.settle(report)).status).toBe("held");
  });
});
