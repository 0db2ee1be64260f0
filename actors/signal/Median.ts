import { action, type In, memory, type Out } from "kappa";

/** The median of the last readings, which single outliers do not move; of all while there are fewer. */
@memory(640)
export class Median {
  private window: f32[] = [];
  private sorted: f32[] = [];
  private at: i32 = 0;
  private count: i32 = 0;

  /**
   * @param length readings in the window, 1 to 64
   */
  constructor(length: i32) {
    this.window = new Array<f32>(length);
    this.sorted = new Array<f32>(length);
  }

  /**
   * Takes one reading.
   * @param value a reading
   * @param median the middle one of the window, or the mean of both
   */
  @action
  filter(value: In<f32>, median: Out<f32>): void {
    const length = this.window.length;
    this.window[this.at] = value.value;
    this.at = (this.at + 1) % length;
    if (this.count < length) this.count++;
    for (let i = 0; i < this.count; i++) this.insert(this.window[i], i);
    const middle = this.count / 2;
    median.send(this.count & 1 ? this.sorted[middle] : (this.sorted[middle - 1] + this.sorted[middle]) / 2);
  }

  /** Puts a reading among the `count` smallest, which are in order. */
  private insert(value: f32, count: i32): void {
    let i = count;
    for (; i > 0 && this.sorted[i - 1] > value; i--) this.sorted[i] = this.sorted[i - 1];
    this.sorted[i] = value;
  }
}
