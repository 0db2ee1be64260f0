import { action, type In, type Out } from "kappa";

/** Counts what it gets; a number below zero makes it fail. */
export class Trap {
  private total: i32 = 0;

  @action count(trigger: In<i32>, count: Out<i32>): void {
    this.total++;
    count.send(this.total);
    if (trigger.value < 0) unreachable();
  }
}
