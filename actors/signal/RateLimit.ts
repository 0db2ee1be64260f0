import { action, type In, type Out, type Token } from "kappa";
import { now } from "kappa/sys";

/** Passes at most one token in a period on and drops the others. */
export class RateLimit {
  private next: i64 = 0;

  /**
   * @param period milliseconds from one token passed on to the next
   */
  constructor(private period: u32) {}

  /**
   * Passes a token on or drops it.
   * @param token a token of any type
   * @param token_ the tokens that are not too early
   */
  @action
  pass(token: In<Token>, token_: Out<Token>): void {
    if (now() < this.next) return;
    this.next = now() + this.period;
    token_.pass(token);
  }
}
