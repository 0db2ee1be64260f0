import type { Clock } from "../runtime/actor/clock.js";

interface Timer {
  at: number;
  order: number;
  run: () => void;
}

/** Time that passes only when it is told to, so that a day of timers runs in milliseconds, and the same each time. */
export class VirtualClock implements Clock {
  private time = 0;
  private order = 0;
  private timers: Timer[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + Math.max(0, ms), order: this.order++, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Lets `ms` pass, one timer after another; `settle` is awaited after each. */
  async pass(ms: number, settle: () => Promise<void>): Promise<void> {
    const end = this.time + ms;
    for (let timer = this.next(end); timer; timer = this.next(end)) {
      this.timers = this.timers.filter((other) => other !== timer);
      this.time = timer.at;
      timer.run();
      await settle();
    }
    this.time = end;
  }

  private next(end: number): Timer | undefined {
    const [first] = this.timers
      .filter(({ at }) => at <= end)
      .sort((a, b) => (a.at === b.at ? a.order - b.order : a.at - b.at));
    return first;
  }
}
