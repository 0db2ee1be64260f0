import { action, type In, memory, type Out, type Token } from "kappa";

/** Answers every token with one and the same token of any type. */
@memory(256)
export class Constantify {
  /**
   * @param constant the answer
   */
  constructor(private constant: Token) {}

  /**
   * Takes a token and sends the constant.
   * @param in_ a token of any type, which is dropped
   * @param out the constant
   */
  @action
  answer(in_: In<Token>, out: Out<Token>): void {
    out.send(this.constant);
  }
}
