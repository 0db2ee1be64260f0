import { action, type In, type Out } from "kappa";

/**
 * The mean of all readings so far with a confidence interval: mean ± z · s / √n, by the normal approximation, which is good
 * from some 30 readings on. Before the second reading the interval is the reading itself.
 */
export class MeanWithConfidence {
  private count: f64 = 0;
  private average: f64 = 0;
  private squares: f64 = 0;

  /**
   * @param z quantile of the normal distribution: 1.96 for 95 percent, 2.576 for 99 percent
   */
  constructor(private z: f64 = 1.96) {}

  /**
   * Takes one reading.
   * @param value a reading
   * @param mean the mean
   * @param low lower end of the interval
   * @param high upper end of the interval
   */
  @action
  take(value: In<f64>, mean: Out<f64>, low: Out<f64>, high: Out<f64>): void {
    this.count++;
    const distance = value.value - this.average;
    this.average += distance / this.count;
    this.squares += distance * (value.value - this.average);
    const margin = this.count > 1 ? this.z * Math.sqrt(this.squares / (this.count - 1) / this.count) : 0;
    mean.send(this.average);
    low.send(this.average - margin);
    high.send(this.average + margin);
  }
}
