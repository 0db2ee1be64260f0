import { action, type In, type Out } from "kappa";

/** A low-pass filter of first order: y = y + alpha · (x − y). The first reading is taken over as it is. */
export class ExponentialSmoothing {
  private level: f32 = 0;
  private primed: bool = false;

  /**
   * @param alpha share of the difference that is taken over, above 0 and up to 1
   */
  constructor(private alpha: f32 = 0.25) {}

  /**
   * Takes one reading.
   * @param value a reading
   * @param smooth the smoothed reading
   */
  @action
  filter(value: In<f32>, smooth: Out<f32>): void {
    this.level += (this.primed ? this.alpha : 1) * (value.value - this.level);
    this.primed = true;
    smooth.send(this.level);
  }
}
