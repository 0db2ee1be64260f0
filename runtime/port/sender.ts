import type { TokenSource } from "./queue.js";
import { distance, FLIGHT_MAX } from "./sequence.js";

/** The sender's timer in milliseconds: first, doubled at each expiry up to the limit. */
const RESEND_FIRST = 300;
const RESEND_LIMIT = 5000;

/** What a sender wants to go out. */
export type Outgoing = { kind: "token"; seq: number; token: Uint8Array } | { kind: "probe" };

/**
 * The sending end. Tokens stay in the source until an ACK covers them; token i of the source has sequence number base + i.
 * Times are milliseconds on any monotonic clock.
 */
export class Sender {
  /** Tokens sent more than once, and probes, since it was made. */
  resent = 0;
  /** Tokens delivered for good since it was made. */
  delivered = 0;
  /** Sequence number of the oldest token in the source, modulo 256. */
  private base: number;
  /** Tokens from the oldest on that count as sent in this session. */
  private sent = 0;
  /** Tokens from the oldest on that were ever sent: an ACK may cover so many. */
  private reached = 0;
  /** Tokens from the oldest on for which the receiver has room. */
  private credit = 0;
  /**
   * After a rewind, the tokens that were out at that time and are not acknowledged yet; -1 when a rewind is allowed. The
   * repetitions are answered with ACKs that bring nothing new, none of which may cause the next rewind. As they all say at
   * most the end of what was out, only an ACK beyond it lifts the ban.
   */
  private guard = -1;
  /** The timer has expired: nothing more goes out before an ACK. */
  private recovering = false;
  private timeout = RESEND_FIRST;
  private expires = Number.POSITIVE_INFINITY;

  /**
   * `base` is the sequence number of the first token of `source`: 0 for a new connection. The source may be exchanged for one
   * that holds the same tokens.
   */
  constructor(
    public source: TokenSource,
    base = 0,
  ) {
    this.base = base & 0xff;
  }

  /** Sequence number (modulo 256) of the oldest token that is not acknowledged. */
  get oldest(): number {
    return this.base;
  }

  /** When poll wants to be called again if nothing happens before, in ms; infinite without a timer. */
  get deadline(): number {
    return this.expires;
  }

  /** A session begins: the receiver's first ACK tells where to go on. */
  begin(): void {
    this.sent = 0;
    this.credit = 0;
    this.guard = -1;
    this.recovering = false;
    this.stopTimer();
  }

  /**
   * Numbers anew from `base`: the other end knows nothing (0), or has told what it expects next. It may have `reached` of the tokens
   * in the source already.
   */
  renumber(base: number, reached = 0): void {
    this.base = base & 0xff;
    this.reached = reached;
    this.begin();
  }

  /** The next thing to send at time `now`, which then counts as sent; undefined if there is nothing now. */
  poll(now: number): Outgoing | undefined {
    const queued = Math.min(this.source.count, FLIGHT_MAX);
    if (this.reached === 0 && (queued === 0 || this.sent < this.credit)) this.stopTimer();
    else if (now >= this.expires) return this.expire(now);
    else if (this.expires === Number.POSITIVE_INFINITY) this.startTimer(now);
    if (this.recovering || this.sent >= Math.min(queued, this.credit)) return undefined;
    return this.next(now);
  }

  /** Takes an ACK and removes what it covers from the source. Returns how many tokens that were. */
  ack(next: number, window: number, now: number): number {
    const delivered = distance(this.base, next);
    if (delivered > this.reached) return 0;
    const credit = Math.min(window, FLIGHT_MAX);
    const grown = credit > this.credit;
    const opened = this.credit === 0 && grown;
    this.credit = credit;
    this.recovering = false;
    if (delivered > 0) this.advance(delivered);
    else if (this.sent > 0 && !grown && this.guard < 0) this.rewind();
    if (delivered > 0 || opened) {
      this.stopTimer();
      if (this.reached > 0) this.startTimer(now);
    }
    return delivered;
  }

  private next(now: number): Outgoing {
    const index = this.sent++;
    if (index < this.reached) this.resent++;
    else this.reached = this.sent;
    if (this.expires === Number.POSITIVE_INFINITY) this.startTimer(now);
    return this.tokenAt(index);
  }

  /** The timer has run out: what was sent may be lost, all of it; the first is enough to learn what is. */
  private expire(now: number): Outgoing {
    this.timeout = Math.min(2 * this.timeout, RESEND_LIMIT);
    this.startTimer(now);
    this.guard = -1;
    this.resent++;
    if (this.reached === 0) return { kind: "probe" };
    this.sent = 1;
    this.recovering = true;
    return this.tokenAt(0);
  }

  private advance(delivered: number): void {
    this.base = (this.base + delivered) & 0xff;
    this.sent = Math.max(0, this.sent - delivered);
    this.reached -= delivered;
    if (this.guard >= 0) this.guard = Math.max(-1, this.guard - delivered);
    this.delivered += delivered;
    this.source.drop(delivered);
  }

  private rewind(): void {
    this.sent = 0;
    this.guard = this.reached;
  }

  private tokenAt(index: number): Outgoing {
    return { kind: "token", seq: (this.base + index) & 0xff, token: this.source.peek(index)! };
  }

  private startTimer(now: number): void {
    this.expires = now + this.timeout;
  }

  private stopTimer(): void {
    this.expires = Number.POSITIVE_INFINITY;
    this.timeout = RESEND_FIRST;
  }
}
