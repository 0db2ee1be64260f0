import { action, type In, type Out, type Token } from "kappa";

/** Passes every token on as it is, whatever its type. */
export class Identity {
  /**
   * Passes one token on.
   * @param token a token of any type
   * @param token_ the same token
   */
  @action
  pass(token: In<Token>, token_: Out<Token>): void {
    token_.pass(token);
  }
}
