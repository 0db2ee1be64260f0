import { action, type In, memory, type Out, type Token } from "kappa";
import { now } from "kappa/sys";

/** Tokens that are on their way at once. */
const LENGTH = 8;

/**
 * Sends each token a while after it came, so that the time between tokens stays as it is. Eight tokens may be on their way;
 * more of them wait before the actor.
 */
@memory(2048)
export class DelayToken {
  private delay: i64 = 0;
  private tokens: Token[] = [];
  private times: i64[] = [];
  private waiting: bool = false;
  /** Whether the timer has waited since long before the token. */
  private stale: bool = true;
  private ready: bool = false;
  private wait: i64 = 1;

  /**
   * @param delay seconds that each token is late
   */
  constructor(delay: f64) {
    this.delay = <i64>(delay * 1000);
  }

  /**
   * Sends the oldest token.
   * @param token_ the same tokens, later
   */
  @action({ when: "ready" })
  release(token_: Out<Token>): void {
    token_.send(this.tokens.shift());
    this.times.shift();
    const more = this.tokens.length > 0;
    this.ready = more && this.times[0] <= now();
    this.waiting = more && !this.ready;
    this.stale = true;
  }

  /** Lets the oldest token go when it is time. */
  @action({ every: "wait", when: "waiting" })
  tick(): void {
    const left = this.times[0] - now();
    if (this.stale) {
      this.stale = false;
    } else if (left > 0) {
      this.wait = left;
    } else {
      this.ready = true;
      this.waiting = false;
      this.wait = 1;
    }
  }

  /**
   * Takes a token.
   * @param token a token of any type
   */
  @action({ when: "hasRoom" })
  take(token: In<Token>): void {
    this.tokens.push(token.value);
    this.times.push(now() + this.delay);
    if (!this.ready) this.waiting = true;
  }

  private hasRoom(): bool {
    return this.tokens.length < LENGTH;
  }
}
