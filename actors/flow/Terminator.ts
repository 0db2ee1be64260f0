import { action, type In, type Token } from "kappa";

/** Takes tokens and does nothing with them. */
export class Terminator {
  @action drop(void_: In<Token>): void {}
}
