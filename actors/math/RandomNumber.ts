import { action, type In, type Out, type Token } from "kappa";
import { random } from "kappa/sys";

/** Answers each token with a random number, evenly distributed. */
export class RandomNumber {
  /**
   * @param lower the smallest number
   * @param upper no number is as large
   */
  constructor(
    private lower: f64,
    private upper: f64,
  ) {}

  /**
   * Draws one, in steps of 2^-32 of the range.
   * @param trigger a token of any type, which is dropped
   * @param number from `lower`, below `upper`
   */
  @action
  draw(trigger: In<Token>, number: Out<f64>): void {
    number.send(this.lower + (this.upper - this.lower) * (<f64>random() / 4294967296));
  }
}
