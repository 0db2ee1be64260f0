import { action, type In, type Out, type Token } from "kappa";

/** Passes pairs of tokens straight on or crosswise. */
export class Switch {
  /**
   * Passes one pair on.
   * @param switch_ whether the pair goes crosswise
   * @param a a token of any type
   * @param b a token of any type
   * @param a_ the token of `a`, or crosswise that of `b`
   * @param b_ the token of `b`, or crosswise that of `a`
   */
  @action
  pass(switch_: In<bool>, a: In<Token>, b: In<Token>, a_: Out<Token>, b_: Out<Token>): void {
    if (switch_.value) {
      a_.pass(b);
      b_.pass(a);
    } else {
      a_.pass(a);
      b_.pass(b);
    }
  }
}
