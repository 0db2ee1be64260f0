import { action, type Out, type Token } from "kappa";

/** Never sends anything: for inports that are not used. `voidport` in a script is such an actor. */
export class Void {
  private never: bool = false;

  /**
   * Never fires.
   * @param void_ no tokens at all
   */
  @action({ when: "never" })
  send(void_: Out<Token>): void {}
}
