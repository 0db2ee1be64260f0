import { action, type In, type Out } from "kappa";

/**
 * A recursive filter of second order, in transposed direct form II:
 * y[n] = b0·x[n] + b1·x[n−1] + b2·x[n−2] − a1·y[n−1] − a2·y[n−2].
 */
export class Biquad {
  private s1: f32 = 0;
  private s2: f32 = 0;

  /**
   * @param b0 weight of the sample
   * @param b1 weight of the sample before
   * @param b2 weight of the sample before that
   * @param a1 weight of the output before, where a0 is 1
   * @param a2 weight of the output before that
   */
  constructor(
    private b0: f32,
    private b1: f32,
    private b2: f32,
    private a1: f32,
    private a2: f32,
  ) {}

  /**
   * Takes one sample.
   * @param value a sample
   * @param filtered the filtered sample
   */
  @action
  filter(value: In<f32>, filtered: Out<f32>): void {
    const x = value.value;
    const y = this.b0 * x + this.s1;
    this.s1 = this.b1 * x - this.a1 * y + this.s2;
    this.s2 = this.b2 * x - this.a2 * y;
    filtered.send(y);
  }
}
