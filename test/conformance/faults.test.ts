import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { Program, type Running } from "./program.js";
import { RIGS, type Rig } from "./rig.js";
import { test } from "./scenario.js";

describe.each(Object.entries(RIGS))("faults on %s", (_name, make) => {
  let rig: Rig;
  let bystander: Running;

  beforeAll(async () => {
    rig = await make();
    const program = await new Program().actor("bystander", "std.Sum");
    bystander = await program.feed("bystander.integer").tap("bystander.integer").run(rig);
  });
  afterAll(() => rig?.close());

  /** The actor's neighbours go on. */
  let sum = 0;
  async function expectOthersGoOn(): Promise<void> {
    bystander.send("bystander.integer", [1]);
    sum = Number((await bystander.take("bystander.integer", 1))[0]);
    expect(sum).toBeGreaterThan(0);
  }

  const cases: [what: string, type: string, order: number, faults: string[]][] = [
    ["loops for ever", "test.Misbehave", -1, ["fuel"]],
    ["recurses without end", "test.Misbehave", -2, ["fuel", "stack"]],
    ["fails a check", "test.Misbehave", -3, ["unreachable"]],
    ["divides by zero", "test.Misbehave", -4, ["division"]],
    ["divides beyond the range", "test.Misbehave", -5, ["overflow"]],
    ["sends twice on a port", "test.Misbehave", -6, ["port"]],
    ["keeps more than its heap holds", "test.Hoard", -1, ["unreachable"]],
    ["loops with half of its work done in memory", "test.Hoard", -2, ["fuel"]],
  ];

  test.each(cases)("an actor that %s is faulted, with its state and its token kept", async (_, type, order, faults) => {
    const program = await new Program().actor("x", type);
    const running = await program.feed("x.order").tap("x.count").run(rig);
    running.send("x.order", [0, 0, 0]);
    expect(await running.take("x.count", 3)).toEqual([1, 2, 3]);
    const before = await rig.host.state("x");
    running.send("x.order", [order, 0]);
    const { actor, fault } = await running.fault();
    expect(actor).toBe("x");
    expect(faults).toContain(fault);
    expect(await rig.host.report("x")).toMatchObject({ status: "faulted", firings: 3 });
    expect(await rig.host.state("x")).toEqual(before);
    await expectOthersGoOn();
    // The token is still there: the firing fails again.
    await rig.host.resume(["x"]);
    expect(faults).toContain((await running.fault()).fault);
    expect(running.waiting("x.count")).toBe(0);
    await running.remove();
    await expectOthersGoOn();
  });

  test("what cannot be created leaves nothing behind", async () => {
    const free = rig.host.info.free;
    const program = await new Program().actor("ok", "std.Sum");
    await program.actor("bad", "test.Humid");
    program.feed("ok.integer").tap("ok.integer");
    await expect(program.run(rig)).rejects.toMatchObject({ code: "CAPABILITY_MISSING" });
    await expect(rig.host.report("ok")).rejects.toMatchObject({ code: "ACTOR_UNKNOWN" });
    expect(rig.host.info.free).toBe(free);
    await expectOthersGoOn();
  });
});
