import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type EmulatedBoard, startBoard } from "../../cli/emulator.js";
import { Program, type Running } from "../conformance/program.js";
import { attachRig, type Rig } from "../conformance/rig.js";
import { Monitor } from "../support/monitor.js";

const GPIO_OUT = 0x50000504;
const P0 = 3; // what the edge connector calls 0 is pin 3 of the chip
const LED_ROW = 14;

describe("BBC micro:bit: 16 KB of RAM", () => {
  let board: EmulatedBoard;
  let rig: Rig;
  let monitor: Monitor;
  beforeAll(async () => {
    board = await startBoard({ board: "bbc_microbit" });
    monitor = new Monitor(board);
    rig = await attachRig(board);
  });
  afterAll(() => rig?.close());

  /** Five scalar actors, no two of one module: a loop from sensor to pin, and two that the test feeds. */
  async function five(): Promise<Running> {
    const program = await new Program().actor("sensor", "sense.Temperature", { period: 20 });
    await program.actor("smooth", "home.Smooth", { share: 1 });
    await program.actor("control", "home.Thermostat", { target: 20, band: 1 });
    await program.actor("out", "io.DigitalOut", { pin: 0 });
    await program.actor("tally", "test.Tally");
    program.join("sensor.centigrade", "smooth.reading").join("smooth.smooth", "control.temperature");
    program.feed("control.desired").join("control.heater", "out.state").tap("control.heater");
    return program.feed("tally.number").tap("tally.total").run(rig);
  }

  const pinIs = async (pin: number): Promise<number> => ((await monitor.word(GPIO_OUT)) >> pin) & 1;

  test("five mixed scalar actors are live at once; what does not fit is refused, and they go on", async () => {
    const running = await five();
    const { ids } = running;
    expect(ids).toHaveLength(5);
    expect((await running.take("control.heater", 3)).every((on) => on === true)).toBe(true);
    const tally = async () => {
      running.send("tally.number", [1, 2, 3]);
      return running.take("tally.total", 3);
    };
    expect(await tally()).toEqual([1, 3, 6]);
    for (const id of ids) expect(await rig.host.report(id)).toMatchObject({ status: "running" });

    const more: Running[] = [];
    const refusal = (async () => {
      for (let i = 0; i < 11; i++) {
        const program = await new Program().actor(`text${i}`, "text.PrefixString", { prefix: "-" });
        more.push(await program.feed(`text${i}.in`).tap(`text${i}.out`).run(rig));
      }
    })();
    await expect(refusal).rejects.toMatchObject({
      code: "MEMORY_EXHAUSTED",
      message: expect.stringMatching(/bbc_microbit could not .* it does not fit into the memory \(\d+ bytes free\)/),
    });
    const refused = `text${more.length}`;
    await expect(rig.host.report(refused)).rejects.toMatchObject({ code: "ACTOR_UNKNOWN" });
    expect(await tally()).toEqual([7, 9, 12]);
    running.send("control.desired", [0]);
    while ((await running.take("control.heater", 1))[0] === true);
    for (const each of more) await each.remove();
    await running.remove();
  });

  test("io.digitalout drives the pin", async () => {
    const program = await new Program().actor("out", "io.DigitalOut", { pin: 0 });
    const running = await program.feed("out.state").run(rig);
    for (const [firing, on] of [true, false, true].entries()) {
      running.send("out.state", [on]);
      while ((await rig.host.report("out")).firings <= firing);
      expect(await pinIs(P0)).toBe(Number(on));
    }
    await running.remove();
  });

  test("io.light lights an LED of the matrix", async () => {
    const program = await new Program().actor("lamp", "io.Light");
    const { name } = program.module("lamp").manifest.inports[0]!;
    const running = await program.feed(`lamp.${name}`).run(rig);
    for (const [firing, on] of [true, false].entries()) {
      running.send(`lamp.${name}`, [on]);
      while ((await rig.host.report("lamp")).firings <= firing);
      expect(await pinIs(LED_ROW)).toBe(Number(on));
    }
    await running.remove();
  });

  test("io.digitalin reads pins: the buttons are up, and an output reads back what it drives", async () => {
    const program = await new Program().actor("button", "io.DigitalIn", { pin: 5, period: 5 });
    await program.actor("back", "io.DigitalIn", { pin: 2, period: 5 });
    await program.actor("drive", "io.DigitalOut", { pin: 2 });
    program.feed("drive.state").tap("button.state").tap("back.state");
    const running = await program.run(rig);
    expect(await running.take("button.state", 1)).toEqual([true]);
    expect(await running.take("back.state", 1)).toEqual([false]);
    running.send("drive.state", [true]);
    expect(await running.take("back.state", 1)).toEqual([true]);
    await running.remove();
  });

  test("a pin that the board does not have traps its actor", async () => {
    const program = await new Program().actor("out", "io.DigitalOut", { pin: 4 });
    const running = await program.feed("out.state").run(rig);
    running.send("out.state", [true]);
    expect(await running.fault()).toEqual({ actor: "out", fault: "capability" });
    await running.remove();
  });
});
