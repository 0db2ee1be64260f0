import { action, type Out, type Token } from "kappa";

/** Sends the same token again and again, whenever there is room for it. */
export class Constant {
  constructor(private data: Token) {}

  @action repeat(token: Out<Token>): void {
    token.send(this.data);
  }
}
