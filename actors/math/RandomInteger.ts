import { action, type In, type Out, type Token } from "kappa";
import { random } from "kappa/sys";

/** Answers each token with a random integer; all are equally likely. */
export class RandomInteger {
  /**
   * @param lower the smallest integer
   * @param upper one more than the largest integer
   */
  constructor(
    private lower: i32,
    private upper: i32,
  ) {}

  /**
   * Draws one.
   * @param trigger a token of any type, which is dropped
   * @param integer from `lower` to `upper` - 1
   */
  @action
  draw(trigger: In<Token>, integer: Out<i32>): void {
    assert(this.lower < this.upper);
    const count = <u32>(this.upper - this.lower);
    // The remainder of 2^32 would make small integers likelier (D. Lemire, 2019, without the multiplication).
    const surplus: u32 = -count % count;
    let bits: u32 = random();
    while (bits < surplus) bits = random();
    integer.send(this.lower + <i32>(bits % count));
  }
}
