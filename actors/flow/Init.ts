import { action, type In, memory, type Out, type Token } from "kappa";

/** Sends one token first and passes all others on. */
@memory(256)
export class Init {
  private first: bool = true;

  /**
   * @param data the first token
   */
  constructor(private data: Token) {}

  /**
   * Sends the first token.
   * @param out the first token, then those of `in`
   */
  @action({ when: "first" })
  begin(out: Out<Token>): void {
    out.send(this.data);
    this.first = false;
  }

  /**
   * Passes a token on.
   * @param in_ a token of any type
   */
  @action({ when: "isLater" })
  pass(in_: In<Token>, out: Out<Token>): void {
    out.pass(in_);
  }

  private isLater(): bool {
    return !this.first;
  }
}
