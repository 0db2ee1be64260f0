import { action, type In, type Out } from "kappa";

/** Traps on purpose, after it has changed its state and sent. */
export class Trap {
  private count: i32 = 0;

  /** Traps when the divisor is 0, or overflows with -1. */
  @action
  divide(divisor: In<i32>, quotient: Out<i32>): void {
    this.count++;
    quotient.send(this.count);
    this.count = (this.count - 1 + i32.MIN_VALUE) / divisor.value;
    this.count = 0;
  }

  /** Traps unless the condition holds. */
  @action
  check(condition: In<bool>, checked: Out<i32>): void {
    this.count++;
    checked.send(this.count);
    assert(condition.value);
  }
}
