import { action, memory, type Out, type Token } from "kappa";

/** Sends one and the same token of any type, as often as it is taken. A literal in a script is such an actor. */
@memory(256)
export class Constant {
  /**
   * @param data the token
   */
  constructor(private data: Token) {}

  /**
   * Sends the token.
   * @param token the token
   */
  @action
  send(token: Out<Token>): void {
    token.send(this.data);
  }
}
