import { action, type In, type Out, type Token } from "kappa";

/**
 * Keeps the newest token and forgets older ones that nobody has taken. It never holds its writer back: put it between a control loop and
 * a reader that may be slow or away.
 */
export class Latest {
  private fresh: bool = false;
  private kept: Token | null = null;

  /** Sends what is kept as soon as there is room. */
  @action({ when: "fresh" }) emit(token_: Out<Token>): void {
    const kept = this.kept;
    if (kept) token_.send(kept);
    this.fresh = false;
  }

  /** Takes a token at once. */
  @action keep(token: In<Token>): void {
    this.kept = token.value;
    this.fresh = true;
  }
}
