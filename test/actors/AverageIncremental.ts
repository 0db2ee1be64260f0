import { action, type In, type Out } from "kappa";

/** Average of the last 16 samples, kept as a running sum. */
export class AverageIncremental {
  private readonly window: StaticArray<f32> = new StaticArray<f32>(16);
  private at: i32 = 0;
  private sum: f32 = 0;

  @action push(sample: In<f32>, average: Out<f32>): void {
    this.sum += sample.value - this.window[this.at];
    this.window[this.at] = sample.value;
    this.at = (this.at + 1) & 15;
    average.send(this.sum / 16);
  }
}
