import { action, type In, type Out, type Token } from "kappa";

/** Answers every token with the same one. */
export class Constantify {
  constructor(private constant: Token) {}

  @action replace(in_: In<Token>, out: Out<Token>): void {
    out.send(this.constant);
  }
}
