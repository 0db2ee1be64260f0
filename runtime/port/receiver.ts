import type { TokenSink } from "./queue.js";
import { distance, FLIGHT_MAX } from "./sequence.js";

/** The receiving end: stores each token once and in order, and owes acknowledgements that it pays together. */
export class Receiver {
  /** Tokens stored since it was made. */
  stored = 0;
  /** Tokens dropped: duplicates, after a gap, without room. */
  dropped = 0;
  /** Sequence number of the next token, modulo 256. */
  private next: number;
  /** What the last ACK said. */
  private ackedNext: number;
  private ackedWindow = 0;
  private owed = true;
  /** A gap is open and was answered. */
  private gap = false;

  /** `next` is the sequence number of the first token to come: 0 for a new connection. It owes its first ACK. */
  constructor(
    public sink: TokenSink,
    next = 0,
  ) {
    this.next = this.ackedNext = next & 0xff;
  }

  /** Sequence number (modulo 256) of the token that it expects. */
  get expected(): number {
    return this.next;
  }

  /** A session begins: the sender is to hear where to go on. */
  begin(): void {
    this.renumber(this.next);
  }

  /** Expects `next` from now on: the other end knows nothing (0), or has told what it sends next. */
  renumber(next: number): void {
    this.next = this.ackedNext = next & 0xff;
    this.ackedWindow = 0;
    this.owed = true;
    this.gap = false;
  }

  /** Takes a token; whether it was stored. */
  token(seq: number, token: Uint8Array): boolean {
    const ahead = distance(this.next, seq);
    if (ahead === 0 && this.sink.push(token)) {
      this.next = (this.next + 1) & 0xff;
      this.stored++;
      this.owed = true;
      this.gap = false;
      return true;
    }
    this.dropped++;
    if (ahead >= 128) this.owed = true;
    else if (ahead > 0 && !this.gap) this.gap = this.owed = true;
    return false;
  }

  /** Takes a PROBE. */
  probe(): void {
    this.owed = true;
  }

  /** Whether an ACK is to be paid when there is nothing better to do. */
  get owes(): boolean {
    if (this.owed) return true;
    const told = this.ackedWindow - distance(this.ackedNext, this.next);
    const grown = this.window() - told;
    return grown > 0 && (told <= 0 || 2 * grown >= this.sink.capacity);
  }

  /** Whether an ACK is to be paid at once: half the window is used. */
  get urgent(): boolean {
    const used = distance(this.ackedNext, this.next);
    return used > 0 && 2 * used >= this.ackedWindow;
  }

  /** Pays: what the ACK is to say. */
  pay(): { next: number; window: number } {
    this.ackedNext = this.next;
    this.ackedWindow = this.window();
    this.owed = false;
    return { next: this.ackedNext, window: this.ackedWindow };
  }

  private window(): number {
    return Math.min(this.sink.room(), FLIGHT_MAX);
  }
}
