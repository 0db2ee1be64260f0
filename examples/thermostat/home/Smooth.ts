import { action, type In, type Out } from "kappa";

/** Smooths readings: each output is the last one, moved towards the new reading by a fixed share. */
export class Smooth {
  private level: f32 = 0;
  private primed: bool = false;

  /**
   * @param share how much of the difference is taken over, above 0 and up to 1
   */
  constructor(private share: f32 = 0.25) {}

  /**
   * Takes one reading; the first is taken over as it is.
   * @param reading a reading
   * @param smooth the smoothed value, in the same unit
   */
  @action
  filter(reading: In<f32>, smooth: Out<f32>): void {
    if (this.primed) this.level += this.share * (reading.value - this.level);
    else this.level = reading.value;
    this.primed = true;
    smooth.send(this.level);
  }
}
