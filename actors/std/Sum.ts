import { action, type In, type Out } from "kappa";

/** Adds up what it gets, and tells the sum so far. */
export class Sum {
  private total: i64 = 0;

  @action add(integer: In<i64>, integer_: Out<i64>): void {
    this.total += integer.value;
    integer_.send(this.total);
  }
}
