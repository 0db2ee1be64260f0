import { action, type In, type Out, type Token } from "kappa";
import { now } from "kappa/sys";

/** Passes the first token on at once, and after it one token each `delay` seconds. */
export class ClassicDelay {
  private period: i64 = 0;
  private open: bool = true;
  private begun: bool = false;
  /** Whether the timer has waited since long before the first token. */
  private stale: bool = true;
  private next: i64 = 0;
  private wait: i64 = 1;

  /**
   * @param delay seconds between tokens
   */
  constructor(delay: f64) {
    this.period = <i64>(delay * 1000);
  }

  /**
   * Passes one token on.
   * @param token a token of any type
   * @param token_ the same token
   */
  @action({ when: "open" })
  pass(token: In<Token>, token_: Out<Token>): void {
    token_.pass(token);
    this.open = false;
    if (!this.begun) this.next = now() + this.period;
    this.begun = true;
  }

  /** Opens the way for the next token when it is time. */
  @action({ every: "wait", when: "begun" })
  tick(): void {
    const left = this.next - now();
    if (this.stale) {
      this.stale = false;
    } else if (left > 0) {
      this.wait = left;
    } else {
      this.open = true;
      this.next = now() + this.period;
      this.wait = this.period;
    }
  }
}
