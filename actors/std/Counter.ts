import { action, type Out } from "kappa";

/** Counts 1, 2, 3 and so on, as fast as its tokens are taken. */
export class Counter {
  private count: i32 = 0;

  /**
   * Sends the next number; it starts again at the smallest after the largest.
   * @param integer the numbers
   */
  @action
  step(integer: Out<i32>): void {
    this.count++;
    integer.send(this.count);
  }
}
