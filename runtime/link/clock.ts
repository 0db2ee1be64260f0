/** Time as the link sees it, so that tests can run in virtual time. */
export interface Clock {
  /** Milliseconds, monotonic, any origin. */
  now(): number;
  /** Runs `run` once after `ms`; the function returned takes it back. */
  after(ms: number, run: () => void): () => void;
  /** Runs `run` when what is at hand has been worked off. */
  soon(run: () => void): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.max(0, Math.ceil(ms)));
    return () => clearTimeout(timer);
  },
  soon: (run) => void setImmediate(run),
};
