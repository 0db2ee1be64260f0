import { action, type In, type Out } from "kappa";

/** Exponential smoothing: evens out the noise of a sensor. */
export class Smooth {
  private level: f32 = 0;
  private started: bool = false;

  /** `weight` of a new reading, above 0 up to 1 (1: no smoothing). */
  constructor(private weight: f32 = 0.5) {}

  /** The first reading is taken as it is. */
  @action smooth(reading: In<f32>, value: Out<f32>): void {
    if (this.started) this.level += this.weight * (reading.value - this.level);
    else this.level = reading.value;
    this.started = true;
    value.send(this.level);
  }
}
