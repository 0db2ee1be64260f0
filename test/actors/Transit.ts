import { action, exception, type In, type Out, type Token } from "kappa";

/** Forwards what it gets, values or not. */
export class Transit {
  @action
  forward(token: In<Token>, out: Out<Token>): void {
    out.pass(token);
  }

  @exception
  forwardOther(token: In<Token>, out: Out<Token>): void {
    out.pass(token);
  }
}
