import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { encodeToken, ReservedToken, type TokenValue } from "../../compiler/actor/token.js";
import { TypeCode } from "../../compiler/actor/types.js";
import { Program } from "./program.js";
import { RIGS, type Rig } from "./rig.js";
import { test } from "./scenario.js";

const END = new ReservedToken();
const exception = (reason: string) => new ReservedToken(reason);
const encoded = (values: TokenValue[]) => values.map((value) => encodeToken(value, TypeCode.any));

describe.each(Object.entries(RIGS))("exceptions and ends of streams on %s", (_name, make) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await make();
  });
  afterAll(() => rig?.close());

  test("a handler fires in place of the action, in order; a scalar value is 0 then", async () => {
    const program = await new Program().actor("g", "test.Guardian");
    const running = await program.feed("g.number").tap("g.twice").run(rig);
    running.sendEncoded("g.number", encoded([1, exception("too long for a slot"), 2, END, exception(""), 3]));
    expect(await running.takeEncoded("g.twice", 6)).toEqual(encoded([2, -1, 4, END, -3, 6]));
    expect(await rig.host.report("g")).toMatchObject({ status: "running", firings: 6 });
    await running.remove();
  });

  test("without a handler the actor is faulted, and the token is kept", async () => {
    const program = await new Program().actor("s", "test.Tally");
    const running = await program.feed("s.number").tap("s.total").run(rig);
    running.send("s.number", [5]);
    running.sendEncoded("s.number", encoded([END, 6]));
    expect(await running.take("s.total", 1)).toEqual([5]);
    expect(await running.fault()).toEqual({ actor: "s", fault: "exception" });
    await rig.host.resume(["s"]);
    expect(await running.fault()).toEqual({ actor: "s", fault: "exception" });
    expect(await rig.host.report("s")).toMatchObject({ status: "faulted", firings: 1 });
    await running.remove();
  });

  test("an action with an opaque inport is no handler", async () => {
    const program = await new Program().actor("f", "test.Fork");
    const running = await program.feed("f.token").tap("f.out").tap("f.seen").run(rig);
    running.sendEncoded("f.token", encoded([exception("oops")]));
    expect(await running.fault()).toEqual({ actor: "f", fault: "exception" });
    await running.remove();
  });

  test("actors send them on ports of every type; a scalar one carries no reason", async () => {
    const program = await new Program().actor("r", "test.Raise");
    const running = await program.feed("r.order").tap("r.text").tap("r.length").run(rig);
    running.send("r.order", ["four", "!why: ä", "end", "!"]);
    expect(await running.takeEncoded("r.text", 4)).toEqual(encoded(["four", exception("why: ä"), END, exception("")]));
    expect(await running.takeEncoded("r.length", 4)).toEqual(encoded([4, exception(""), END, exception("")]));
    await running.remove();
  });

  test("they go from actor to actor as values do", async () => {
    const program = await new Program().actor("g", "test.Guardian");
    await program.actor("h", "test.Guardian");
    await program.actor("t", "test.Transit");
    program.feed("g.number").join("g.twice", "h.number").join("h.twice", "t.token").tap("t.out");
    const running = await program.run(rig);
    running.sendEncoded("g.number", encoded([3, exception("no"), END, 4]));
    expect(await running.takeEncoded("t.out", 4)).toEqual(encoded([12, -2, END, 16]));
    await running.remove();
  });

  test("a handler reads reasons, sees values next to them, and opaque tokens pass through it", async () => {
    const program = await new Program().actor("e", "test.Explain");
    program.feed("e.left").feed("e.right").feed("e.opaque").tap("e.joined").tap("e.out");
    const running = await program.run(rig);
    running.sendEncoded("e.left", encoded(["a", exception("ö!"), "b", END]));
    running.sendEncoded("e.right", encoded(["c", "dd", exception("x"), exception("y")]));
    expect(await running.take("e.joined", 4)).toEqual(["a+c", "(ö!)|dd2", "b|(x)1", "end|(y)0"]);
    const tokens = [7, exception("why"), exception("drop"), END, { a: [1] }];
    running.sendEncoded("e.opaque", encoded(tokens));
    expect(await running.takeEncoded("e.out", 4)).toEqual(encoded([7, exception("why"), END, { a: [1] }]));
    await running.remove();
  });

  test("a handler waits for room, and the action does not go past it", async () => {
    const program = await new Program().actor("g", "test.Guardian");
    const running = await program.feed("g.number", 8).tap("g.twice", 1).run(rig);
    running.sendEncoded("g.number", encoded([1, 2, 3, 4, 5, 6, END, 7]));
    expect(await running.takeEncoded("g.twice", 8)).toEqual(encoded([2, 4, 6, 8, 10, 12, END, 14]));
    await running.remove();
  });
});
