import { action, type In, type Out, type Token } from "kappa";

/** Sends tokens by two outports in turn. */
export class Dealternate2 {
  private first: bool = true;

  /**
   * Sends one by the first.
   * @param token a stream of tokens
   * @param token_1 the first token, the third and so on
   */
  @action({ when: "first" })
  giveFirst(token: In<Token>, token_1: Out<Token>): void {
    token_1.pass(token);
    this.first = false;
  }

  /**
   * Sends one by the second.
   * @param token_2 the second token, the fourth and so on
   */
  @action({ when: "isSecond" })
  giveSecond(token: In<Token>, token_2: Out<Token>): void {
    token_2.pass(token);
    this.first = true;
  }

  private isSecond(): bool {
    return !this.first;
  }
}
