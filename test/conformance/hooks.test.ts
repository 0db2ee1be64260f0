import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { Program } from "./program.js";
import { RIGS, type Rig } from "./rig.js";
import { test } from "./scenario.js";

/** The fields of a Lamp: its level, and how often stop() has run. */
function fields(state: Uint8Array): number[] {
  const view = new DataView(state.buffer, state.byteOffset);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

describe.each(Object.entries(RIGS))("hooks on %s", (_name, make) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await make();
  });
  afterAll(() => rig?.close());

  test("stop() runs each time a running actor is stopped", async () => {
    const program = await new Program().actor("l", "test.Lamp");
    const running = await program.feed("l.level").tap("l.was").run(rig);
    running.send("l.level", [3]);
    expect(await running.take("l.was", 1)).toEqual([0]);
    await rig.host.stop(["l"]);
    expect(fields(await rig.host.state("l"))).toEqual([3, 1]);
    await rig.host.stop(["l"]);
    expect(fields(await rig.host.state("l"))).toEqual([3, 1]);
    await running.start();
    running.send("l.level", [4]);
    expect(await running.take("l.was", 1)).toEqual([3]);
    await rig.host.stop(["l"]);
    expect(fields(await rig.host.state("l"))).toEqual([4, 2]);
    await running.remove();
  });

  test("a trap in stop() is undone, and the actor is stopped all the same", async () => {
    const program = await new Program().actor("l", "test.Lamp");
    const running = await program.feed("l.level").tap("l.was").run(rig);
    running.send("l.level", [-1]);
    expect(await running.take("l.was", 1)).toEqual([0]);
    await rig.host.stop(["l"]);
    expect(fields(await rig.host.state("l"))).toEqual([-1, 0]);
    expect(await rig.host.report("l")).toMatchObject({ status: "held", firings: 1 });
    await running.remove();
  });
});
