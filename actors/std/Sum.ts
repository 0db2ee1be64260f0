import { action, type In, type Out } from "kappa";

/** Adds up all integers that it gets and sends the sum so far after each. */
export class Sum {
  private sum: i64 = 0;

  /**
   * Adds one integer.
   * @param integer what is added
   * @param integer_ the sum so far
   */
  @action
  add(integer: In<i64>, integer_: Out<i64>): void {
    this.sum += integer.value;
    integer_.send(this.sum);
  }
}
