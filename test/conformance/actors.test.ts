import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { Program } from "./program.js";
import { RIGS, type Rig } from "./rig.js";
import { test } from "./scenario.js";

describe.each(Object.entries(RIGS))("actors on %s", (_name, make) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await make();
  });
  afterAll(() => rig?.close());

  test("a thermostat switches with hysteresis", async () => {
    const program = await new Program().actor("t", "home.Thermostat", { target: 20, band: 1 });
    program.feed("t.desired").feed("t.temperature").tap("t.heater");
    const running = await program.run(rig);
    running.send("t.temperature", [18, 19.5, 20.5, 21.5, 20, 18.5]);
    expect(await running.take("t.heater", 6)).toEqual([true, true, true, false, false, true]);
    running.send("t.desired", [10]);
    // Both inports are independent: wait until the desired temperature has been taken.
    while ((await rig.host.report("t")).firings < 7) await new Promise((resolve) => setImmediate(resolve));
    running.send("t.temperature", [18.5, 8.5]);
    expect(await running.take("t.heater", 2)).toEqual([false, true]);
    await running.remove();
  });

  test("a filter computes in single precision, the same everywhere", async () => {
    const program = await new Program().actor("f", "home.Smooth", { share: 0.3 });
    const running = await program.feed("f.reading").tap("f.smooth").run(rig);
    const readings = [20, 21.7, 19.1, -3.25, 1e-3, 100.125];
    running.send("f.reading", readings);
    const expected: number[] = [];
    const weight = Math.fround(0.3);
    let value = Number.NaN;
    for (const reading of readings.map(Math.fround)) {
      value = Number.isNaN(value) ? reading : Math.fround(value + Math.fround(weight * Math.fround(reading - value)));
      expected.push(value);
    }
    expect(await running.take("f.smooth", readings.length)).toEqual(expected);
    await running.remove();
  });

  test("text goes in and out, also beyond the basic plane", async () => {
    const program = await new Program().actor("p", "text.PrefixString", { prefix: "→ " });
    const running = await program.feed("p.in").tap("p.out").run(rig);
    const texts = ["", "a", "åäö", "漢字", "🜁 and 🜂", "x".repeat(40)];
    running.send("p.in", texts);
    expect(await running.take("p.out", texts.length)).toEqual(texts.map((text) => `→ ${text}`));
    await running.remove();
  });

  test("an actor with a heap lives for ever in its bound", async () => {
    const program = await new Program().actor("p", "text.PrefixString", { prefix: "-" });
    const running = await program.feed("p.in").tap("p.out").run(rig);
    const texts = Array.from({ length: 400 }, (_, i) => `token ${i} ${"y".repeat(i % 37)}`);
    running.send("p.in", texts);
    expect(await running.take("p.out", texts.length)).toEqual(texts.map((text) => `-${text}`));
    expect(await rig.host.report("p")).toMatchObject({ status: "running", firings: 400 });
    await running.remove();
  });

  test("an action with two outports answers on both, and on none while one is not connected", async () => {
    const half = await (await new Program().actor("s", "test.Strings")).feed("s.text").tap("s.all").run(rig);
    half.send("s.text", ["a"]);
    expect(await rig.host.report("s")).toMatchObject({ status: "running", firings: 0 });
    await half.remove();
    const program = await new Program().actor("s", "test.Strings");
    const running = await program.feed("s.text").tap("s.all").tap("s.length").run(rig);
    running.send("s.text", [" a ", "b", "c", "d", "e"]);
    const joined = ["a, , , ", "a, b, , ", "a, b, c, ", "a, b, c, d", "e, b, c, d"];
    for (const text of joined) {
      expect(await running.take("s.all", 1)).toEqual([text]);
      expect(await running.take("s.length", 1)).toEqual([text.length]);
    }
    await running.remove();
  });

  test("Latest never holds its writer back and keeps the newest", async () => {
    const program = await new Program().actor("l", "flow.Latest");
    const running = await program.feed("l.token").tap("l.out", 1).run(rig);
    const last = 60;
    running.sendEncoded(
      "l.token",
      Array.from({ length: last }, (_, i) => Uint8Array.of(0x18, i + 24)),
    );
    const got: number[] = [];
    do got.push((await running.takeEncoded("l.out", 1))[0]![1]! - 24);
    while (got.at(-1) !== last - 1);
    expect(got).toEqual([...new Set(got)].sort((a, b) => a - b));
    await running.remove();
  });

  test("a timed actor fires by itself", async () => {
    const program = await new Program().actor("s", "sense.Temperature", { period: 5 });
    const running = await program.tap("s.centigrade").run(rig);
    const values = await running.take("s.centigrade", 10);
    expect(values.every((value) => typeof value === "number" && value > -40 && value < 60)).toBe(true);
    await running.remove();
  });
});
