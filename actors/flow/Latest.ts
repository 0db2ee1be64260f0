import { action, type In, memory, type Out, type Token } from "kappa";

/**
 * Keeps the newest token and sends it when there is room. It takes every token at once, so that a slow reader gets the
 * present and never holds back the one who sends. Tokens of up to 192 bytes, whatever their type.
 */
@memory(512)
export class Latest {
  private newest: Token | null = null;
  private fresh: bool = false;

  /**
   * Takes a token in place of the one kept.
   * @param token a token of any type
   */
  @action
  take(token: In<Token>): void {
    this.newest = token.value;
    this.fresh = true;
  }

  /**
   * Sends the newest token once.
   * @param out the newest token
   */
  @action({ when: "fresh" })
  give(out: Out<Token>): void {
    out.send(this.newest!);
    this.fresh = false;
  }
}
