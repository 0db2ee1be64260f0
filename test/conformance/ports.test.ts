import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { decodeToken, ReservedToken } from "../../compiler/actor/token.js";
import { TypeCode } from "../../compiler/actor/types.js";
import type { Collecting, Routing } from "../../runtime/host.js";
import { Program, type Running } from "./program.js";
import { RIGS, type Rig } from "./rig.js";
import { test } from "./scenario.js";

const END = new ReservedToken();
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const routed = (kind: Routing["kind"], turn: number, more = {}) => ({ routing: { kind, turn }, ...more });
const collected = (place: number, more = {}) => ({
  collecting: { kind: "collect-unordered", place } as Collecting,
  ...more,
});

describe.each(Object.entries(RIGS))("ports with several connections on %s", (_name, make) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await make();
  });
  afterAll(() => rig?.close());

  /** Small integers from an outport of any type. */
  async function take(running: Running, from: string, count: number): Promise<number[]> {
    const tokens = await running.takeEncoded(from, count);
    return tokens.map((token) => (token.length === 1 ? token[0]! : token[1]!));
  }

  test("collect-unordered takes from its writers in turn, each in its order", async () => {
    const program = await new Program().actor("a", "test.Fork");
    await program.actor("b", "test.Fork");
    await program.actor("c", "test.Relay");
    program.feed("a.token").feed("b.token").tap("a.seen").tap("b.seen").tap("c.out");
    program.join("b.out", "c.token", collected(7)).join("a.out", "c.token", collected(3));
    const running = await program.run(rig, { held: true });
    await running.start(["a", "b"]);
    running.send("a.token", [1, 2, 3], TypeCode.i32);
    expect(await take(running, "a.seen", 3)).toEqual([1, 2, 3]);
    running.send("b.token", [11, 12, 13], TypeCode.i32);
    expect(await take(running, "b.seen", 3)).toEqual([11, 12, 13]);
    await running.start(["c"]);
    expect(await take(running, "c.out", 6)).toEqual([1, 11, 2, 12, 3, 13]);
    await running.remove();
  });

  test("collect-unordered goes on with the others when a writer is removed", async () => {
    const program = await new Program().actor("a", "test.Fork");
    await program.actor("b", "test.Fork");
    await program.actor("c", "test.Relay");
    program.feed("a.token").feed("b.token").tap("a.seen").tap("b.seen").tap("c.out");
    program.join("a.out", "c.token", collected(0)).join("b.out", "c.token", collected(1));
    program.feed("c.token", collected(2));
    const running = await program.run(rig, { held: true });
    await running.start(["a", "b"]);
    running.send("a.token", [1], TypeCode.i32);
    await take(running, "a.seen", 1);
    running.send("b.token", [11, 12], TypeCode.i32);
    await take(running, "b.seen", 2);
    await rig.host.remove(["a"]);
    await running.start(["b", "c"]);
    expect(await take(running, "c.out", 2)).toEqual([11, 12]);
    running.send("c.token", [21], TypeCode.i32);
    expect(await take(running, "c.out", 1)).toEqual([21]);
    await running.remove();
  });

  test("collect-unordered over a link loses nothing and keeps each writer's order", async () => {
    const program = await new Program().actor("c", "test.Relay");
    for (const place of [0, 1, 2]) program.feed("c.token", collected(place, { name: `f${place}` }));
    const running = await program.tap("c.out").run(rig);
    for (const place of [0, 1, 2])
      running.send(
        `f${place}>c.token`,
        upTo(60).map((n) => n + 64 * place),
        TypeCode.u8,
      );
    const got = await take(running, "c.out", 180);
    for (const place of [0, 1, 2])
      expect(got.filter((n) => n >> 6 === place)).toEqual(upTo(60).map((n) => n + 64 * place));
    await running.remove();
  });

  test("round-robin gives each reader one in turn, and waits for the one whose turn it is", async () => {
    const program = await new Program().actor("a", "test.Relay");
    program.feed("a.token");
    for (const turn of [2, 0, 1]) program.tap("a.out", routed("round-robin", turn, { name: `t${turn}`, length: 1 }));
    const running = await program.run(rig);
    running.send("a.token", upTo(60), TypeCode.i32);
    const first = await take(running, "a.out>t0", 1);
    expect(first).toEqual([0]);
    expect(await take(running, "a.out>t2", 1)).toEqual([2]);
    expect((await rig.host.report("a")).firings).toBeLessThan(30);
    const rest = await Promise.all([19, 20, 19].map((n, turn) => take(running, `a.out>t${turn}`, n)));
    expect(rest[0]).toEqual(upTo(19).map((n) => 3 * n + 3));
    expect(rest[1]).toEqual(upTo(20).map((n) => 3 * n + 1));
    expect(rest[2]).toEqual(upTo(19).map((n) => 3 * n + 5));
    await running.remove();
  });

  test("random gives each token to one reader, to each its share", async () => {
    const program = await new Program().actor("a", "test.Relay");
    await program.actor("b", "test.Relay");
    await program.actor("c", "test.Relay");
    await program.actor("d", "test.Relay");
    program.feed("a.token").tap("d.out");
    for (const [turn, id] of ["b", "c"].entries()) {
      program.join("a.out", `${id}.token`, routed("random", turn)).join(`${id}.out`, "d.token", collected(turn));
    }
    const running = await program.run(rig);
    running.send("a.token", upTo(240), TypeCode.u8);
    const got = await take(running, "d.out", 240);
    expect([...got].sort((x, y) => x - y)).toEqual(upTo(240));
    const [b, c] = await Promise.all(["b", "c"].map(async (id) => (await rig.host.report(id)).firings));
    expect(b! + c!).toBe(240);
    expect(Math.min(b!, c!)).toBeGreaterThan(60); // of 120 on average, with a standard deviation of 8
    await running.remove();
  });

  test("balanced gives each token to the reader with most room, and blocks when none has any", async () => {
    const program = await new Program().actor("a", "test.Fork");
    await program.actor("b", "test.Relay");
    await program.actor("c", "test.Relay");
    program.feed("a.token").tap("a.seen", 16).tap("b.out").tap("c.out");
    program.join("a.out", "b.token", routed("balanced", 0, { length: 2 }));
    program.join("a.out", "c.token", routed("balanced", 1, { length: 4 }));
    const running = await program.run(rig, { held: true });
    await running.start(["a"]);
    running.send("a.token", [1, 2, 3, 4, 5, 6, 7], TypeCode.i32);
    expect(await take(running, "a.seen", 6)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await rig.host.report("a")).firings).toBe(6);
    await running.start(["b"]);
    expect(await take(running, "b.out", 3)).toEqual([3, 5, 7]);
    await running.start(["c"]);
    expect(await take(running, "c.out", 4)).toEqual([1, 2, 4, 6]);
    await running.remove();
  });

  const tagged = (kind: Collecting["kind"], place: number, tag?: string, more = {}) => ({
    collecting: { kind, place, ...(tag === undefined ? {} : { tag }) },
    ...more,
  });
  const values = async (running: Running, from: string, count: number) =>
    (await running.takeEncoded(from, count)).map((token) => decodeToken(token, TypeCode.any));

  /** Two relays that show what has passed them, into one inport of c, in the order of the tags "b" and "aa". */
  async function joined(kind: Collecting["kind"], tags: [string?, string?] = ["b", "aa"]): Promise<Running> {
    const program = await new Program().actor("a", "test.Fork");
    await program.actor("b", "test.Fork");
    await program.actor("c", "test.Transit");
    program.feed("a.token").feed("b.token").tap("a.seen").tap("b.seen").tap("c.out");
    program.join("a.out", "c.token", tagged(kind, 1, tags[1])).join("b.out", "c.token", tagged(kind, 0, tags[0]));
    const running = await program.run(rig, { held: true });
    await running.start(["a", "b"]);
    return running;
  }

  test("collect-tagged takes turns and wraps each token with its tag", async () => {
    const running = await joined("collect-tagged");
    running.send("b.token", [1, "two"], TypeCode.any);
    await running.takeEncoded("b.seen", 2);
    running.send("a.token", [[3], 4], TypeCode.any);
    await running.takeEncoded("a.seen", 2);
    await running.start(["c"]);
    expect(await values(running, "c.out", 4)).toEqual([{ b: 1 }, { aa: [3] }, { b: "two" }, { aa: 4 }]);
    await running.remove();
  });

  test("collect-all-tagged waits for one of each, and gives them together", async () => {
    const running = await joined("collect-all-tagged");
    running.send("b.token", [1, 2, 3], TypeCode.any);
    await running.takeEncoded("b.seen", 3);
    await running.start(["c"]);
    running.send("a.token", ["x", { y: null }], TypeCode.any);
    expect(await values(running, "c.out", 2)).toEqual([
      { b: 1, aa: "x" },
      { b: 2, aa: { y: null } },
    ]);
    expect((await rig.host.report("c")).firings).toBe(2);
    await running.remove();
  });

  test("collect-all-listed gives them as a list, in the order of their places", async () => {
    const running = await joined("collect-all-listed", []);
    await running.start(["c"]);
    running.send("a.token", [1, 2], TypeCode.any);
    running.send("b.token", [11, 12], TypeCode.any);
    expect(await values(running, "c.out", 2)).toEqual([
      [11, 1],
      [12, 2],
    ]);
    await running.remove();
  });

  test("collect-any-tagged gives what is there", async () => {
    const running = await joined("collect-any-tagged");
    running.send("b.token", [1, 2], TypeCode.any);
    await running.takeEncoded("b.seen", 2);
    running.send("a.token", [3], TypeCode.any);
    await running.takeEncoded("a.seen", 1);
    await running.start(["c"]);
    expect(await values(running, "c.out", 2)).toEqual([{ b: 1, aa: 3 }, { b: 2 }]);
    running.send("a.token", [4], TypeCode.any);
    expect(await values(running, "c.out", 1)).toEqual([{ aa: 4 }]);
    await running.remove();
  });

  test.each(["collect-all-tagged", "collect-tagged"] as const)("%s lets an exception through alone", async (kind) => {
    const running = await joined(kind);
    await running.start(["c"]);
    running.send("b.token", [END, new ReservedToken("why")], TypeCode.any);
    expect(await running.fault()).toEqual({ actor: "b", fault: "exception" });
    await running.remove();
    const program = await new Program().actor("c", "test.Transit");
    program.feed("c.token", tagged(kind, 0, "l", { name: "l" })).feed("c.token", tagged(kind, 1, "r", { name: "r" }));
    const fed = await program.tap("c.out").run(rig);
    fed.send("l>c.token", [1], TypeCode.any);
    if (kind === "collect-tagged") expect(await values(fed, "c.out", 1)).toEqual([{ l: 1 }]);
    fed.send("r>c.token", [END, new ReservedToken("why"), 2], TypeCode.any);
    const rest = kind === "collect-tagged" ? { r: 2 } : { l: 1, r: 2 };
    expect(await values(fed, "c.out", 3)).toEqual([END, new ReservedToken("why"), rest]);
    await fed.remove();
  });

  test("what would be collected to more than a token may be faults the reader, and is kept", async () => {
    const program = await new Program().actor("c", "test.Relay");
    program.feed("c.token", tagged("collect-all-tagged", 0, "a", { name: "a" }));
    program.feed("c.token", tagged("collect-all-tagged", 1, "b", { name: "b" })).tap("c.out");
    const running = await program.run(rig);
    const half = "x".repeat(rig.host.info.tokenMax / 2);
    running.send("a>c.token", [half], TypeCode.text);
    running.send("b>c.token", [half], TypeCode.text);
    expect(await running.fault()).toEqual({ actor: "c", fault: "size" });
    await running.remove();
  });

  test("dispatch-mapped unwraps a token and gives it to the reader of its key; another one faults the writer", async () => {
    const program = await new Program().actor("a", "test.Relay");
    await program.actor("s", "test.Tally");
    program.feed("a.token").tap("s.total");
    const mapped = (turn: number, selectors: string[]) => ({
      routing: { kind: "dispatch-mapped", turn, selectors } as Routing,
    });
    program.join("a.out", "s.number", mapped(0, ["sum", "add"])).tap("a.out", { ...mapped(1, ["show"]), name: "show" });
    const running = await program.run(rig);
    running.send("a.token", [{ sum: 5 }, { show: { sum: 7 } }, { add: 6 }, { show: "é" }], TypeCode.any);
    expect(await running.take("s.total", 2)).toEqual([5, 11]);
    expect(await values(running, "a.out>show", 2)).toEqual([{ sum: 7 }, "é"]);
    running.send("a.token", [{ other: 1 }], TypeCode.any);
    expect(await running.fault()).toEqual({ actor: "a", fault: "token" });
    expect(await rig.host.report("a")).toMatchObject({ firings: 4 });
    await running.remove();
  });

  test("tags and mappings are for ports of type Token", async () => {
    const program = await new Program().actor("s", "test.Tally");
    program.feed("s.number", tagged("collect-tagged", 0, "x")).discard("s.total");
    await expect(program.run(rig)).rejects.toMatchObject({ code: "PORT_UNKNOWN" });
  });

  test("a second connection that is not collected, or routed in another way, is refused and leaves nothing", async () => {
    const twice = await new Program().actor("a", "test.Relay");
    twice.feed("a.token").feed("a.token", { name: "more" }).discard("a.out");
    await expect(twice.run(rig)).rejects.toMatchObject({ code: "PORT_UNKNOWN" });
    const mixed = await new Program().actor("a", "test.Relay");
    mixed.feed("a.token").tap("a.out", routed("random", 0)).tap("a.out", { name: "more" });
    await expect(mixed.run(rig)).rejects.toMatchObject({ code: "PORT_UNKNOWN" });
    await expect(rig.host.report("a")).rejects.toMatchObject({ code: "ACTOR_UNKNOWN" });
  });
});
