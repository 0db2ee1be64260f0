import { action, type In, type Out } from "kappa";

/** Passes on only readings that differ enough from the one passed on last; the first always. */
export class ChangeDetection {
  private last: f32 = 0;
  private primed: bool = false;

  /**
   * @param threshold difference that counts as a change
   */
  constructor(private threshold: f32) {}

  /**
   * Looks at one reading.
   * @param value a reading
   * @param changed the readings that differ by the threshold or more
   */
  @action
  compare(value: In<f32>, changed: Out<f32>): void {
    if (this.primed && abs(value.value - this.last) < this.threshold) return;
    this.primed = true;
    this.last = value.value;
    changed.send(value.value);
  }
}
