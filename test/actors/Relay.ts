import { action, type In, type Out, type Token } from "kappa";

/** Forwards what it gets. */
export class Relay {
  @action
  relay(token: In<Token>, out: Out<Token>): void {
    out.pass(token);
  }
}
