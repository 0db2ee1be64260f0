import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TypeCode } from "../../compiler/actor/types.js";
import { Program, type Running } from "./program.js";
import { RIGS, type Rig } from "./rig.js";

const RESOURCE = ["fuel", "stack"];

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

  const cases: [type: string, what: string, faults: string[]][] = [
    ["test.Spin", "loops for ever", RESOURCE],
    ["test.Recurse", "recurses without end", RESOURCE],
    ["test.Trap", "reaches what it must not", ["unreachable"]],
    ["test.Grow", "keeps all that it gets", ["unreachable"]],
  ];

  test.each(cases)(
    "%s: an actor that %s is faulted, with its state and its token kept",
    async (type, _what, faults) => {
      const program = await new Program().actor("x", type);
      const running = await program.feed("x.trigger").tap("x.count").run(rig);
      // Every one of them counts tokens until it is told to misbehave by a number below zero.
      running.send("x.trigger", [1, 2, 3], TypeCode.i32);
      expect((await running.take("x.count", 3)).map(Number)).toEqual([1, 2, 3]);
      const before = await rig.host.state("x");
      running.send("x.trigger", [-1, 4], TypeCode.i32);
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
    },
  );

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
