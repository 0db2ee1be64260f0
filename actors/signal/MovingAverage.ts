import { action, type In, memory, type Out } from "kappa";

/** The mean of the last readings; of all while there are fewer. It is summed anew each time, so that no error grows. */
@memory(320)
export class MovingAverage {
  private window: f32[] = [];
  private at: i32 = 0;
  private count: i32 = 0;

  /**
   * @param length readings in the window, 1 to 64
   */
  constructor(length: i32) {
    this.window = new Array<f32>(length);
  }

  /**
   * Takes one reading.
   * @param value a reading
   * @param mean the mean of the window
   */
  @action
  average(value: In<f32>, mean: Out<f32>): void {
    const length = this.window.length;
    this.window[this.at] = value.value;
    this.at = (this.at + 1) % length;
    if (this.count < length) this.count++;
    let sum: f32 = 0;
    for (let i = 0; i < this.count; i++) sum += this.window[i];
    mean.send(sum / <f32>this.count);
  }
}
