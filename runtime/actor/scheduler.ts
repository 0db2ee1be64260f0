import { performance } from "node:perf_hooks";

/** What takes turns. */
export interface Runnable {
  /** Does a bounded piece of work; true when there may be more. */
  run(): boolean;
}

/** Milliseconds after which the event loop gets its turn. */
const TURN = 4;
/** Pieces of work between two looks at the time. */
const STRIDE = 8;
/** Pieces of work that may run as microtasks before input and output get their turn. */
const MICROTASK_WORK = 256;

/**
 * The ready queue: first in, first out, so that everyone who is ready gets a turn. It costs nothing while it is empty.
 * Work begins at once, as a microtask, so that a token is answered in the event loop's phase it came in; when there is
 * much of it, the event loop breathes between turns.
 */
export class Scheduler {
  private ring: (Runnable | undefined)[] = new Array(64).fill(undefined);
  private head = 0;
  private count = 0;
  private scheduled = false;
  private closed = false;
  /** Pieces of work since the event loop last breathed. */
  private work = 0;
  private idlers: (() => void)[] = [];

  /** `onError` is told of errors in the runtime itself. */
  constructor(private readonly onError: (error: unknown) => void) {}

  /** Puts something at the end of the ready queue. The caller sees to it that it is there once only. */
  enqueue(runnable: Runnable): void {
    if (this.count === this.ring.length) this.grow();
    this.ring[(this.head + this.count++) & (this.ring.length - 1)] = runnable;
    if (!this.scheduled) this.schedule();
  }

  /** Resolves when nothing is ready. */
  idle(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => this.idlers.push(resolve));
  }

  /** Nothing runs any more. */
  close(): void {
    this.closed = true;
    this.count = 0;
    this.ring.fill(undefined);
    this.tellIdlers();
  }

  private schedule(): void {
    if (this.closed) return;
    this.scheduled = true;
    if (this.work < MICROTASK_WORK) queueMicrotask(() => this.turn());
    else {
      setImmediate(() => {
        this.work = 0;
        this.turn();
      });
    }
  }

  private turn(): void {
    const deadline = performance.now() + TURN;
    let pieces = 0;
    while (this.count > 0) {
      this.runFirst();
      if (++pieces % STRIDE === 0 && performance.now() > deadline) {
        this.work = MICROTASK_WORK;
        break;
      }
    }
    this.work += pieces;
    this.scheduled = false;
    if (this.count > 0) this.schedule();
    else this.tellIdlers();
  }

  private runFirst(): void {
    const runnable = this.ring[this.head]!;
    this.ring[this.head] = undefined;
    this.head = (this.head + 1) & (this.ring.length - 1);
    this.count--;
    let again = false;
    try {
      again = runnable.run();
    } catch (error) {
      this.onError(error);
    }
    if (again) this.enqueue(runnable);
  }

  private grow(): void {
    const ordered = [...this.ring.slice(this.head), ...this.ring.slice(0, this.head)];
    this.ring = ordered.concat(new Array(ordered.length).fill(undefined));
    this.head = 0;
  }

  private tellIdlers(): void {
    const idlers = this.idlers;
    this.idlers = [];
    for (const resolve of idlers) resolve();
  }
}
