import { action, type In } from "kappa";
import { light } from "kappa/io";

/** Switches the light of its device. */
export class Light {
  /**
   * Switches once.
   * @param on whether the light is to be on
   */
  @action
  set(on: In<bool>): void {
    light(on.value);
  }
}
