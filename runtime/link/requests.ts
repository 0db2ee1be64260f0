import { KappaError } from "../errors.js";
import type { Message } from "./messages.js";

/** Pauses between repetitions of a request in ms; the last one stays. */
const PAUSES = [250, 500, 1000];
/** Time for a request in ms, unless said otherwise. */
export const REQUEST_DEADLINE = 5000;

export interface Reply {
  status: number;
  items: unknown[];
  /** It was sent in more than one session, so that it may have been done before; the status is that of the last time. */
  again: boolean;
}

export interface RequestOptions {
  /** Time from now on in ms. */
  deadline?: number;
  /** One of those with which a session is set up: goes before all others and fails with its session. */
  setup?: boolean;
  /** Whether it may be sent again in a later session; true unless said otherwise. */
  repeatable?: boolean;
}

interface Pending {
  operation: number;
  body: Uint8Array;
  setup: boolean;
  repeatable: boolean;
  expires: number;
  /** Sent in an earlier session. */
  again: boolean;
  resolve(reply: Reply): void;
  reject(error: KappaError): void;
}

/** One at a time, repeated until answered, within a deadline (docs/link-protocol.md section 4). */
export class Requests {
  /** Requests sent more than once. */
  repeated = 0;
  private waiting: Pending[] = [];
  private current: { pending: Pending; id: number; times: number; due: number } | undefined;
  private id = 0;
  private phase: "down" | "setup" | "ready" = "down";

  /** `address` is named in errors; `wake` is called when there is something to send; `now` as for poll. */
  constructor(
    private readonly address: string,
    private readonly now: () => number,
    private readonly wake: () => void,
  ) {}

  /** Sends a request when its turn comes. Rejects with LINK_DEADLINE, or LINK_DOWN when there is no session. */
  call(operation: number, body: Uint8Array, options: RequestOptions = {}): Promise<Reply> {
    const { deadline = REQUEST_DEADLINE, setup = false, repeatable = true } = options;
    return new Promise((resolve, reject) => {
      const expires = this.now() + deadline;
      const pending = { operation, body, setup, repeatable, expires, again: false, resolve, reject };
      if (setup && this.phase === "down") return reject(this.down("the session is over"));
      this.enqueue(pending);
      this.wake();
    });
  }

  /** A session has begun: set-up requests may go. */
  begin(): void {
    this.phase = "setup";
    this.id = 0;
  }

  /** The session is set up: all requests may go. */
  ready(): void {
    if (this.phase === "setup") this.phase = "ready";
    this.wake();
  }

  /** The session is over. What was under way goes again in the next, where it may. */
  end(reason: string): void {
    this.phase = "down";
    const { current } = this;
    this.current = undefined;
    const lost = this.waiting.filter((pending) => pending.setup);
    this.waiting = this.waiting.filter((pending) => !pending.setup);
    if (current) {
      current.pending.again = true;
      if (current.pending.setup || !current.pending.repeatable) lost.push(current.pending);
      else this.enqueue(current.pending, true);
    }
    for (const pending of lost) pending.reject(this.down(reason));
  }

  /** Gives up all requests but those of the set-up: they are about something that is no more. */
  abandon(reason: string): void {
    const given = this.waiting.filter((pending) => !pending.setup);
    this.waiting = this.waiting.filter((pending) => pending.setup);
    for (const pending of given) pending.reject(this.down(reason));
  }

  /** Takes a REPLY; one that is late or doubled is ignored. */
  reply(id: number, status: number, items: unknown[]): void {
    if (this.current?.id !== id) return;
    const { pending } = this.current;
    this.current = undefined;
    pending.resolve({ status, items, again: pending.again });
  }

  /** Fails what is overdue. */
  tick(now: number): void {
    const overdue = this.waiting.filter((pending) => now >= pending.expires);
    if (overdue.length > 0) this.waiting = this.waiting.filter((pending) => now < pending.expires);
    if (this.current && now >= this.current.pending.expires) {
      overdue.push(this.current.pending);
      this.current = undefined;
    }
    for (const pending of overdue) pending.reject(this.phase === "down" ? this.down("not connected") : this.late());
  }

  /** The REQUEST to send now, if there is one. */
  poll(now: number): Message | undefined {
    if (!this.current) {
      const [pending] = this.waiting;
      if (!pending || this.phase === "down" || (this.phase === "setup" && !pending.setup)) return undefined;
      this.waiting.shift();
      this.current = { pending, id: this.id, times: 0, due: now };
      this.id = (this.id + 1) & 0xff;
    }
    const { pending, id, times, due } = this.current;
    if (now < due) return undefined;
    if (times > 0) this.repeated++;
    this.current.due = now + PAUSES[Math.min(times, PAUSES.length - 1)]!;
    this.current.times++;
    return { kind: "request", id, operation: pending.operation, body: pending.body };
  }

  deadline(): number {
    const ends = this.waiting.map((pending) => pending.expires);
    if (this.current) ends.push(this.current.due, this.current.pending.expires);
    return Math.min(...ends);
  }

  private enqueue(pending: Pending, first = false): void {
    const after = this.waiting.findIndex((other) => !other.setup);
    if (pending.setup || first) this.waiting.splice(after < 0 ? this.waiting.length : after, 0, pending);
    else this.waiting.push(pending);
  }

  private down(reason: string): KappaError {
    return new KappaError(
      "LINK_DOWN",
      `The device at ${this.address} is not connected (${reason}): check its cable, power and network`,
    );
  }

  private late(): KappaError {
    return new KappaError("LINK_DEADLINE", `The device at ${this.address} did not answer a request in time: try again`);
  }
}
