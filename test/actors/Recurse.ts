import { action, type In, type Out } from "kappa";

/** Counts what it gets; a number below zero makes it recurse without end. */
export class Recurse {
  private total: i32 = 0;

  @action count(trigger: In<i32>, count: Out<i32>): void {
    this.total++;
    if (trigger.value < 0) this.total = this.deep(trigger.value) + 1;
    count.send(this.total);
  }

  private deep(n: i32): i32 {
    return this.deep(n - 1) + this.deep(n - 2) * 3;
  }
}
