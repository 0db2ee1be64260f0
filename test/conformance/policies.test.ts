import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import type { FaultPolicy } from "../../runtime/host.js";
import { Program } from "./program.js";
import { RIGS, type Rig } from "./rig.js";
import { test } from "./scenario.js";

describe.each(Object.entries(RIGS))("fault policies on %s", (_name, make) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await make();
  });
  afterAll(() => rig?.close());

  const misbehave = async (policy: FaultPolicy) =>
    (await new Program().actor("x", "test.Misbehave", {}, policy)).feed("x.order").tap("x.count").run(rig);

  test("a firing is tried again, after longer and longer pauses, until it succeeds", async () => {
    const policy = { retries: 20, backoff: 20, skips: false };
    const program = await new Program().actor("f", "test.Flaky", {}, policy);
    const running = await program.feed("f.number").tap("f.out").run(rig);
    running.send("f.number", [7, 8]);
    expect(await running.take("f.out", 2)).toEqual([7, 8]);
    expect(await rig.host.report("f")).toMatchObject({ status: "running", firings: 2 });
    await running.remove();
  });

  test("when the retries are used up the actor is faulted, and its token kept", async () => {
    const running = await misbehave({ retries: 3, backoff: 1, skips: false });
    running.send("x.order", [0, -4, 0]);
    expect(await running.take("x.count", 1)).toEqual([1]);
    expect(await running.fault()).toEqual({ actor: "x", fault: "division" });
    await rig.host.resume(["x"]);
    expect(await running.fault()).toEqual({ actor: "x", fault: "division" });
    expect(await rig.host.report("x")).toMatchObject({ status: "faulted", firings: 1 });
    await running.remove();
  });

  test("or its token is dropped, and it goes on", async () => {
    const running = await misbehave({ retries: 1, backoff: 1, skips: true });
    running.send("x.order", [0, -4, 0, -1, -3, 0]);
    expect(await running.take("x.count", 3)).toEqual([1, 2, 3]);
    expect(await rig.host.report("x")).toMatchObject({ status: "running", firings: 3 });
    await running.remove();
  });

  test("an actor that pauses is running, and can be stopped", async () => {
    const policy = { retries: 1, backoff: 60_000, skips: false };
    const program = await new Program().actor("x", "test.Misbehave", {}, policy);
    await program.actor("a", "test.Fork");
    program.feed("a.token").join("a.out", "x.order").tap("a.seen").tap("x.count");
    const running = await program.run(rig);
    running.send("a.token", [-4]);
    await running.takeEncoded("a.seen", 1);
    expect(await rig.host.report("x")).toMatchObject({ status: "running", firings: 0 });
    await rig.host.stop(["x"]);
    expect((await rig.host.report("x")).status).toBe("held");
    await running.start(["x"]); // the retry, at once: the last one
    expect(await running.fault()).toEqual({ actor: "x", fault: "division" });
    await running.remove();
  });
});
