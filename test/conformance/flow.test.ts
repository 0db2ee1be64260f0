import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { TypeCode } from "../../compiler/actor/types.js";
import { Program } from "./program.js";
import { RIGS, type Rig } from "./rig.js";
import { test } from "./scenario.js";

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe.each(Object.entries(RIGS))("tokens and connections on %s", (_name, make) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await make();
  });
  afterAll(() => rig?.close());

  test("an identity passes tokens of every kind, undecoded and in order", async () => {
    const program = await new Program().actor("id", "std.Identity");
    const running = await program.feed("id.token").tap("id.token").run(rig);
    const tokens = ["f6", "f5", "00", "1903e8", "3903e7", "f93c00", "fb3ff199999999999a", "63e282ac", "420102"]
      .concat(["83010203", "a1616101", "1bffffffffffffffff"])
      .map((hex) => new Uint8Array(Buffer.from(hex, "hex")));
    running.sendEncoded("id.token", tokens);
    expect(await running.takeEncoded("id.token", tokens.length)).toEqual(tokens);
    await running.remove();
  });

  test("a chain of three on the runtime delivers 200 tokens once, in order", async () => {
    const program = new Program();
    for (const id of ["a", "b", "c"]) await program.actor(id, "std.Identity");
    program.feed("a.token").join("a.token", "b.token").join("b.token", "c.token").tap("c.token");
    const running = await program.run(rig);
    running.send("a.token", upTo(200), TypeCode.i32);
    expect((await running.takeEncoded("c.token", 200)).map((t) => Number(t.length === 1 ? t[0] : t[1]))).toEqual(
      upTo(200),
    );
    await running.remove();
  });

  test("a fan-out gives every reader every token", async () => {
    const program = await new Program().actor("a", "std.Identity");
    await program.actor("b", "std.Sum");
    program.feed("a.token").join("a.token", "b.integer").tap("a.token").tap("b.integer");
    const running = await program.run(rig);
    running.send("a.token", [1, 2, 3, 4, 5, 6, 7, 8], TypeCode.i32);
    expect((await running.takeEncoded("a.token", 8)).map((t) => t[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await running.take("b.integer", 8)).map(Number)).toEqual([1, 3, 6, 10, 15, 21, 28, 36]);
    await running.remove();
  });

  test("a void connection drops tokens and never blocks", async () => {
    const program = await new Program().actor("a", "std.Identity");
    await program.actor("n", "std.Sum");
    program.feed("a.token").discard("a.token").feed("n.integer").tap("n.integer");
    const running = await program.run(rig);
    running.send("a.token", upTo(20), TypeCode.i32);
    running.send("n.integer", [1]);
    expect((await running.take("n.integer", 1)).map(Number)).toEqual([1]);
    await running.remove();
  });

  test("what nobody reads holds its writer back, and nothing is lost", async () => {
    const program = await new Program().actor("a", "std.Identity");
    await program.actor("b", "std.Identity");
    program.feed("a.token").join("a.token", "b.token", 2).tap("b.token", 2);
    const running = await program.run(rig);
    running.send("a.token", upTo(100), TypeCode.i32);
    const first = await running.takeEncoded("b.token", 1);
    // What is on its way is bounded by the queues: 98 cannot all have been taken.
    const { firings } = await rig.host.report("a");
    expect(firings).toBeLessThan(20);
    const rest = await running.takeEncoded("b.token", 99);
    expect([...first, ...rest].map((t) => Number(t.length === 1 ? t[0] : t[1]))).toEqual(upTo(100));
    await running.remove();
  });

  test("a connection of any to a typed port is checked at run time: the token is kept, the actor faulted", async () => {
    const program = await new Program().actor("s", "std.Sum");
    const running = await program.feed("s.integer").tap("s.integer").run(rig);
    running.send("s.integer", [4]);
    running.send("s.integer", ["no number"], TypeCode.text);
    expect((await running.take("s.integer", 1)).map(Number)).toEqual([4]);
    expect(await running.fault()).toEqual({ actor: "s", fault: "token" });
    expect(await rig.host.report("s")).toMatchObject({ status: "faulted", fault: "token", firings: 1 });
    await running.remove();
  });
});
