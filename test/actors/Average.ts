import { action, type In, type Out } from "kappa";

/** Average of the last 16 samples, summed anew for each: the benchmark of a firing. */
export class Average {
  private readonly window: StaticArray<f32> = new StaticArray<f32>(16);
  private at: i32 = 0;

  @action push(sample: In<f32>, average: Out<f32>): void {
    this.window[this.at] = sample.value;
    this.at = (this.at + 1) & 15;
    let sum: f32 = 0;
    for (let i = 0; i < 16; i++) sum += this.window[i];
    average.send(sum / 16);
  }
}
