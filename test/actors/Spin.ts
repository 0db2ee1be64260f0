import { action, type In } from "kappa";

/** Loops without end on a trigger. */
export class Spin {
  private turns: i32 = 0;

  @action
  spin(trigger: In<bool>): void {
    while (trigger.value) this.turns++;
  }
}
