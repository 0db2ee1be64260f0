import { action, type In, memory, type Out } from "kappa";

/** A filter with a finite impulse response: the sum of the last samples, each by its weight. Samples before the first are 0. */
@memory(640)
export class Fir {
  private past: f32[] = [];
  private at: i32 = 0;

  /**
   * @param taps weights, that of the newest sample first; up to 64
   */
  constructor(private taps: f32[]) {
    this.past = new Array<f32>(taps.length);
  }

  /**
   * Takes one sample.
   * @param value a sample
   * @param filtered the filtered sample
   */
  @action
  filter(value: In<f32>, filtered: Out<f32>): void {
    const length = this.taps.length;
    if (--this.at < 0) this.at = length - 1;
    this.past[this.at] = value.value;
    let sum: f32 = 0;
    for (let i = 0, j = this.at; i < length; i++) {
      sum += this.taps[i] * this.past[j];
      if (++j === length) j = 0;
    }
    filtered.send(sum);
  }
}
