import { expect, test } from "@jest/globals";
import { startBoard } from "../../cli/emulator.js";
import { connectorFor } from "../../runtime/link/transport.js";
import { NoisyLine } from "./noise.js";
import { Program } from "./program.js";
import { RawLink } from "./raw-link.js";
import { attachRig } from "./rig.js";

const TOKENS = 150;

test.each(["native_sim", "netduinoplus2"])(
  "random bytes and half frames on the line of %s lose nothing",
  async (name) => {
    const board = await startBoard({ board: name });
    const line = new NoisyLine(connectorFor(board.address), 20_26);
    const rig = await attachRig(board, line);
    try {
      const link = new RawLink(rig);
      link.device.on("lost", () => expect("the device").toBe("never started anew"));
      const before = await link.holdings();
      const program = await new Program().actor("sum", "test.Tally");
      await program.actor("texts", "std.Identity");
      program.feed("sum.number").tap("sum.total").feed("texts.token").tap("texts.token");
      const running = await program.run(rig);
      const numbers = Array.from({ length: TOKENS }, (_, i) => i + 1);
      const texts = numbers.map((n) => `${n}: ${"x".repeat(n % 100)}`);
      running.send("sum.number", numbers);
      running.send("texts.token", texts);
      const all = await Promise.all([running.take("sum.total", TOKENS), running.take("texts.token", TOKENS)]);
      expect(all).toEqual([numbers.map((n) => (n * (n + 1)) / 2), texts]);
      for (const id of running.ids)
        expect(await rig.host.report(id)).toMatchObject({ status: "running", firings: TOKENS });
      expect(line.noises).toBeGreaterThan(TOKENS / 10);
      expect((await link.device.metrics()).framesBad).toBeGreaterThan(0);
      expect(link.device.statistics.framesBad).toBeGreaterThan(0);
      line.share = 0;
      await running.remove();
      for (const id of running.ids) expect(await link.evict(program.module(id))).toMatchObject({ status: 0 });
      expect(await link.holdings()).toEqual(before);
    } finally {
      await rig.close();
    }
  },
);
