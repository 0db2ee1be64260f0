import { action, type In, type Out } from "kappa";

/** Puts a prefix before each text. */
export class PrefixString {
  constructor(private prefix: string = "-") {}

  @action join(in_: In<string>, out: Out<string>): void {
    out.send(this.prefix + in_.value);
  }
}
