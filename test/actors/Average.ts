import { action, type In, type Out } from "kappa";

/** Mean of the last 16 readings, summed anew each time. */
export class Average {
  private samples: StaticArray<f32> = new StaticArray<f32>(16);
  private next: i32 = 0;
  private count: i32 = 0;

  @action
  add(reading: In<f32>, mean: Out<f32>): void {
    const samples = this.samples;
    samples[this.next] = reading.value;
    this.next = (this.next + 1) & 15;
    if (this.count < 16) this.count++;
    let sum: f32 = 0;
    for (let i = 0; i < 16; i++) sum += samples[i];
    mean.send(sum / <f32>this.count);
  }
}
