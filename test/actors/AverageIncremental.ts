import { action, type In, type Out } from "kappa";

/** Mean of the last 16 readings, with a running sum. */
export class AverageIncremental {
  private samples: StaticArray<f32> = new StaticArray<f32>(16);
  private next: i32 = 0;
  private count: i32 = 0;
  private sum: f32 = 0;

  @action
  add(reading: In<f32>, mean: Out<f32>): void {
    const value = reading.value;
    this.sum += value - this.samples[this.next];
    this.samples[this.next] = value;
    this.next = (this.next + 1) & 15;
    if (this.count < 16) this.count++;
    mean.send(this.sum / <f32>this.count);
  }
}
