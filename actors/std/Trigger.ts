import { action, memory, type Out, type Token } from "kappa";

/** Sends one and the same token at once and then regularly. */
@memory(256)
export class Trigger {
  private period: i64 = 0;
  private first: bool = true;

  /**
   * @param tick seconds between tokens
   * @param data the token
   */
  constructor(
    tick: f64,
    private data: Token,
  ) {
    this.period = <i64>(tick * 1000);
  }

  /**
   * Sends the token when the actor starts.
   * @param data_ the token
   */
  @action({ when: "first" })
  begin(data_: Out<Token>): void {
    data_.send(this.data);
    this.first = false;
  }

  /** Sends it again. */
  @action({ every: "period" })
  trigger(data_: Out<Token>): void {
    data_.send(this.data);
  }
}
