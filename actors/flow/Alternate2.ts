import { action, type In, type Out, type Token } from "kappa";

/** Takes tokens of two streams in turn. */
export class Alternate2 {
  private first: bool = true;

  /**
   * Takes one of the first stream.
   * @param token_1 a stream of tokens
   * @param token tokens of both streams in turn
   */
  @action({ when: "first" })
  takeFirst(token_1: In<Token>, token: Out<Token>): void {
    token.pass(token_1);
    this.first = false;
  }

  /**
   * Takes one of the second stream.
   * @param token_2 another stream of tokens
   */
  @action({ when: "isSecond" })
  takeSecond(token_2: In<Token>, token: Out<Token>): void {
    token.pass(token_2);
    this.first = true;
  }

  private isSecond(): bool {
    return !this.first;
  }
}
