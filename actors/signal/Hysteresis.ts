import { action, type In, type Out } from "kappa";

/** A switch with two thresholds: on above the upper one, off below the lower one, and as it was between them. */
export class Hysteresis {
  private on: bool = false;

  /**
   * @param low it goes off below
   * @param high it goes on above
   */
  constructor(
    private low: f32,
    private high: f32,
  ) {}

  /**
   * Decides on each reading.
   * @param value a reading
   * @param state whether the switch is on
   */
  @action
  decide(value: In<f32>, state: Out<bool>): void {
    if (value.value > this.high) this.on = true;
    else if (value.value < this.low) this.on = false;
    state.send(this.on);
  }
}
