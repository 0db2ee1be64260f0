import { action, type In, type Out } from "kappa";

/** Puts a prefix before every text. */
export class PrefixString {
  /**
   * @param prefix what is put before
   */
  constructor(private prefix: string = "-") {}

  /**
   * Prefixes one text.
   * @param in_ a text
   * @param out the text with the prefix
   */
  @action
  prefixed(in_: In<string>, out: Out<string>): void {
    out.send(this.prefix + in_.value);
  }
}
