import type { Clock } from "../../runtime/link/clock.js";

/** Time that passes only when nothing else can happen, so that tests of long waits are quick and exact. */
export class VirtualClock implements Clock {
  private time = 0;
  private count = 0;
  private timers: { at: number; order: number; run: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + Math.max(0, ms), order: this.count++, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  soon(run: () => void): void {
    this.after(0, run);
  }

  /** Lets time pass until `done`; throws when that takes more than `limit` ms of it. */
  async until(done: () => boolean, limit = 60_000): Promise<void> {
    const end = this.time + limit;
    for (;;) {
      await settled();
      if (done()) return;
      const next = this.timers.reduce<(typeof this.timers)[0] | undefined>(
        (first, timer) =>
          !first || timer.at < first.at || (timer.at === first.at && timer.order < first.order) ? timer : first,
        undefined,
      );
      if (!next || next.at > end) throw new Error(`not done after ${limit} ms of virtual time`);
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
  }

  /** Lets `ms` pass. */
  async pass(ms: number): Promise<void> {
    let over = false;
    this.after(ms, () => {
      over = true;
    });
    await this.until(() => over, ms + 1);
  }

  /** Lets time pass until `promise` is settled. */
  async settle<T>(promise: Promise<T>, limit?: number): Promise<T> {
    let over = false;
    promise.then(
      () => {
        over = true;
      },
      () => {
        over = true;
      },
    );
    await this.until(() => over, limit);
    return promise;
  }
}

/** After all microtasks. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
