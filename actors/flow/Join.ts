import { action, type In, type Out, type Token } from "kappa";

/**
 * Joins two streams of tokens. The first goes before the second: while it has tokens, the second waits. flow.Alternate2 is
 * fair.
 */
export class Join {
  /**
   * Takes one of the first stream.
   * @param token_1 a stream of tokens
   * @param token tokens of both streams
   */
  @action
  takeFirst(token_1: In<Token>, token: Out<Token>): void {
    token.pass(token_1);
  }

  /**
   * Takes one of the second stream.
   * @param token_2 another stream of tokens
   */
  @action
  takeSecond(token_2: In<Token>, token: Out<Token>): void {
    token.pass(token_2);
  }
}
