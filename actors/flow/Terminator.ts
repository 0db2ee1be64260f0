import { action, type In, type Token } from "kappa";

/** Takes all tokens and drops them. */
export class Terminator {
  /**
   * Drops one token.
   * @param void_ a token of any type
   */
  @action
  drop(void_: In<Token>): void {}
}
