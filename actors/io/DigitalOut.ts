import { action, type In } from "kappa";
import { digitalOut } from "kappa/io";

/** Drives a pin high (true) or low (false). */
export class DigitalOut {
  constructor(private pin: i32 = 1) {}

  @action set(state: In<bool>): void {
    digitalOut(this.pin, state.value);
  }
}
