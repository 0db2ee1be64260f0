import { action, type Out } from "kappa";

/** Counts regularly, for a number of steps. */
export class CountTimer {
  private period: i64 = 0;
  private count: i32 = 0;

  /**
   * @param sleep seconds between numbers
   * @param start_ the first number
   * @param steps how many numbers there are
   */
  constructor(
    sleep: f64 = 0.1,
    private start_: i32 = 1,
    private steps: i32 = 2147483647,
  ) {
    this.period = <i64>(sleep * 1000);
  }

  /**
   * Sends the next number.
   * @param integer the numbers
   */
  @action({ every: "period", when: "goesOn" })
  step(integer: Out<i32>): void {
    integer.send(this.start_ + this.count);
    this.count++;
  }

  private goesOn(): bool {
    return this.count < this.steps;
  }
}
