/** Runs pieces of work one after the other, in the order they were asked for. */
export class Serial {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  /** Whether nothing is under way. */
  get idle(): boolean {
    return this.waiting === 0;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    this.waiting++;
    const done = this.last.then(work).finally(() => this.waiting--);
    this.last = done.catch(() => {});
    return done;
  }
}
