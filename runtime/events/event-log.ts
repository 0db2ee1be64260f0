/** What happened in the mesh. Names of kappas and runtimes are those they had then. */
export type Happening =
  /** An actor wrote a line. */
  | { kind: "log"; kappa?: string; ref?: string; actor: string; runtime: string; text: string }
  /** An actor trapped. */
  | { kind: "fault"; kappa?: string; ref?: string; actor: string; runtime: string; fault: string }
  /** A kappa came, was replaced, went, or has another status. */
  | { kind: "kappa"; kappa: string; ref: string; change: KappaChange; status: string; version: number; why?: string }
  /** A runtime came or went. */
  | { kind: "runtime"; runtime: string; connected: boolean };

export type KappaChange = "created" | "replaced" | "deleted" | "status";

export const KINDS = ["log", "fault", "kappa", "runtime"] as const;

/** A happening with its number, from 1 in each process, and when it was noticed, ISO 8601. */
export type LoggedEvent = { id: number; time: string } & Happening;

/** Events that are kept. */
export const CAPACITY = 1000;
/** Characters of a line that are kept. */
export const TEXT_MAX = 4096;

/** The last events, for whoever wants to read or follow them. A reader that is too slow misses some; nothing else is held for it. */
export class EventLog {
  private readonly events: LoggedEvent[] = [];
  private readonly waiting = new Set<() => void>();
  private last = 0;

  constructor(
    private readonly capacity = CAPACITY,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Number of the newest event, 0 for none. */
  get newest(): number {
    return this.last;
  }

  add(happening: Happening): void {
    const event: LoggedEvent = { id: ++this.last, time: this.now().toISOString(), ...happening };
    if (event.kind === "log" && event.text.length > TEXT_MAX) event.text = `${event.text.slice(0, TEXT_MAX)}…`;
    this.events.push(event);
    if (this.events.length > this.capacity) this.events.shift();
    for (const wake of [...this.waiting]) wake();
  }

  /** The events after number `after` that are still kept, oldest first. */
  after(after: number): readonly LoggedEvent[] {
    const first = this.last - this.events.length + 1;
    return this.events.slice(Math.max(0, after + 1 - first));
  }

  /** How many events after number `after` are not kept any more. */
  missed(after: number): number {
    return Math.max(0, this.last - this.events.length - after);
  }

  /** Resolves when there is an event after number `after`, or at the signal. */
  async wait(after: number, signal: AbortSignal): Promise<void> {
    if (this.last > after || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}
