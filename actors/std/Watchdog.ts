import { action, type In, type Out, type Token } from "kappa";
import { now } from "kappa/sys";

/** Passes tokens on, and tells when none has come for a while. */
export class Watchdog {
  private period: i64 = 0;
  private last: i64 = 0;
  private watching: bool = false;
  /** Whether the timer has waited since long before the first token. */
  private stale: bool = true;
  private wait: i64 = 1;

  /**
   * @param timeout seconds without a token after which it is told
   * @param immediate whether it watches from its start on, and not only from the first token on
   */
  constructor(
    timeout: f64,
    private immediate: bool,
  ) {
    this.period = <i64>(timeout * 1000);
  }

  start(): void {
    this.watching = this.immediate;
    this.last = now();
  }

  /**
   * Tells that nothing came, and goes on watching.
   * @param timeout true each time
   */
  @action({ every: "wait", when: "watching" })
  tick(timeout: Out<bool>): void {
    const left = this.last + this.period - now();
    if (this.stale) {
      this.stale = false;
    } else if (left > 0) {
      this.wait = left;
    } else {
      timeout.send(true);
      this.last = now();
      this.wait = this.period;
    }
  }

  /**
   * Passes a token on.
   * @param data a token of any type
   * @param data_ the same token
   */
  @action
  pass(data: In<Token>, data_: Out<Token>): void {
    data_.pass(data);
    this.last = now();
    this.watching = true;
  }
}
