import { setImmediate as othersTurn } from "node:timers/promises";
import { expect } from "@jest/globals";
import { Program, type Running } from "./program.js";
import type { Rig } from "./rig.js";

/** Tokens under way at a time. */
const BATCH = 4;

/** An actor that is kept busy while other things happen on its runtime, and must answer every token, once and in order. */
export class Traffic {
  private total = 0;
  private count = 0;
  private ending = false;
  private answered: (() => void)[] = [];
  private readonly flow: Promise<void>;

  static async begin(rig: Rig): Promise<Traffic> {
    const program = await new Program().actor("busy", "test.Tally");
    return new Traffic(await program.feed("busy.number", BATCH).tap("busy.total", BATCH).run(rig));
  }

  private constructor(private readonly running: Running) {
    this.flow = this.run();
    this.flow.catch(() => {}); // told by `goesOn` and `end`
  }

  /** Resolves when tokens that were sent from now on have been answered; rejects when one was answered wrongly. */
  async goesOn(): Promise<void> {
    const next = () => new Promise<void>((resolve) => this.answered.push(resolve));
    await Promise.race([this.flow, next()]);
    await Promise.race([this.flow, next()]);
  }

  /** The last tokens are answered and none is left over, and the actor has fired once for each. */
  async end(): Promise<void> {
    this.ending = true;
    await this.flow;
    expect(this.running.waiting("busy.total")).toBe(0);
    expect(await this.running.rig.host.report("busy")).toMatchObject({ status: "running", firings: this.count });
    await this.running.remove();
  }

  private async run(): Promise<void> {
    while (!this.ending) {
      const numbers = Array.from({ length: BATCH }, (_, i) => ((this.count + i) % 1000) + 1);
      const totals = numbers.map((number) => {
        this.total = (this.total + number) | 0;
        return this.total;
      });
      this.running.send("busy.number", numbers);
      expect(await this.running.take("busy.total", BATCH)).toEqual(totals);
      this.count += BATCH;
      for (const resolve of this.answered.splice(0)) resolve();
      await othersTurn(); // where the runtime is in this process it would never come
    }
  }
}
