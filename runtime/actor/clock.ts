import { performance } from "node:perf_hooks";

/** Time for a runtime; tests put a virtual one in. */
export interface Clock {
  /** Milliseconds since the clock began; monotonic. */
  now(): number;
  /** Runs `run` once after `ms`; the function returned takes it back. */
  after(ms: number, run: () => void): () => void;
}

/** The process's own time, from 0 at the making of the clock. */
export class SystemClock implements Clock {
  private readonly begin = performance.now();

  now(): number {
    return performance.now() - this.begin;
  }

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  }
}

/** Longest delay that a timer of Node.js takes; it makes 1 ms of a longer one. */
const LONGEST_DELAY = 2 ** 31 - 1;

/**
 * The timer of one timed action (docs/module-abi.md section 2): due once per period, first a period after it was
 * armed; periods that were missed are not caught up.
 */
export class PeriodicTimer {
  /** Whether the action is enabled. */
  due = false;
  /** Milliseconds of the clock at which it is, or was, due. */
  dueAt = 0;
  private cancel: (() => void) | undefined;

  /** `expire` is called each time it becomes due. */
  constructor(
    private readonly clock: Clock,
    private readonly expire: () => void,
  ) {}

  /** Begins anew: due a period from now. */
  arm(period: number): void {
    this.disarm();
    this.dueAt = Math.floor(this.clock.now()) + period;
    this.wait();
  }

  /** After the action fired: due at the first multiple of the period after now. */
  next(period: number): void {
    this.disarm();
    const late = Math.max(0, this.clock.now() - this.dueAt);
    this.dueAt += period * (Math.floor(late / period) + 1);
    this.wait();
  }

  disarm(): void {
    this.due = false;
    this.cancel?.();
    this.cancel = undefined;
  }

  private wait(): void {
    const delay = Math.max(0, Math.min(LONGEST_DELAY, Math.ceil(this.dueAt - this.clock.now())));
    this.cancel = this.clock.after(delay, () => {
      this.cancel = undefined;
      // The system's timers may be a fraction of a millisecond early, and long delays come in parts.
      if (this.clock.now() < this.dueAt) return this.wait();
      this.due = true;
      this.expire();
    });
  }
}
