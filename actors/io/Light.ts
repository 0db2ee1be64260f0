import { action, type In } from "kappa";
import { light } from "kappa/io";

/** Switches the light. */
export class Light {
  @action set(on: In<bool>): void {
    light(on.value);
  }
}
