import { action, type In } from "kappa";
import { digitalOut } from "kappa/io";

/** Drives a pin. */
export class DigitalOut {
  /**
   * @param pin number of the pin, as the board counts
   */
  constructor(private pin: i32 = 1) {}

  /**
   * Drives the pin.
   * @param state whether the pin is to be high
   */
  @action
  set(state: In<bool>): void {
    digitalOut(this.pin, state.value);
  }
}
