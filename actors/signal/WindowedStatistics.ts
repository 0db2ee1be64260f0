import { action, type In, type Out } from "kappa";

/** Mean, variance, least and largest of each window of readings, one after another (Welford's method, 1962). */
export class WindowedStatistics {
  private count: u32 = 0;
  private average: f32 = 0;
  private squares: f32 = 0;
  private least: f32 = 0;
  private largest: f32 = 0;

  /**
   * @param length readings in a window
   */
  constructor(private length: u32) {}

  /**
   * Takes one reading; the last of a window gives its figures.
   * @param value a reading
   * @param mean the mean
   * @param variance the sample variance, 0 for a single reading
   * @param minimum the least reading
   * @param maximum the largest reading
   */
  @action
  take(value: In<f32>, mean: Out<f32>, variance: Out<f32>, minimum: Out<f32>, maximum: Out<f32>): void {
    const x = value.value;
    if (this.count++ === 0) {
      this.average = 0;
      this.squares = 0;
      this.least = x;
      this.largest = x;
    }
    const distance = x - this.average;
    this.average += distance / <f32>this.count;
    this.squares += distance * (x - this.average);
    this.least = min(this.least, x);
    this.largest = max(this.largest, x);
    if (this.count < this.length) return;
    mean.send(this.average);
    variance.send(this.count > 1 ? this.squares / <f32>(this.count - 1) : 0);
    minimum.send(this.least);
    maximum.send(this.largest);
    this.count = 0;
  }
}
