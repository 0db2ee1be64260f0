import { action, type In, type Out, type Token } from "kappa";

/** Forwards what it gets, and shows it. */
export class Fork {
  @action
  fork(token: In<Token>, out: Out<Token>, seen: Out<Token>): void {
    out.pass(token);
    seen.pass(token);
  }
}
