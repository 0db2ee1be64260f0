import { action, type In, type Out, type Token } from "kappa";

/** Passes every token on, whatever it is. */
export class Identity {
  @action pass(token: In<Token>, token_: Out<Token>): void {
    token_.pass(token);
  }
}
