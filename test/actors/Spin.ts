import { action, type In, type Out } from "kappa";

/** Counts what it gets; a number below zero makes it loop for ever. */
export class Spin {
  private total: i32 = 0;

  @action count(trigger: In<i32>, count: Out<i32>): void {
    this.total++;
    let i = trigger.value;
    while (i < 0) i = -1 - (this.total & 1);
    count.send(this.total);
  }
}
