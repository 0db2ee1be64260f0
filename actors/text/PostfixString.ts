import { action, type In, type Out } from "kappa";

/** Puts a postfix behind every text. */
export class PostfixString {
  /**
   * @param postfix what is put behind
   */
  constructor(private postfix: string = "-") {}

  /**
   * Postfixes one text.
   * @param in_ a text
   * @param out the text with the postfix
   */
  @action
  postfixed(in_: In<string>, out: Out<string>): void {
    out.send(in_.value + this.postfix);
  }
}
