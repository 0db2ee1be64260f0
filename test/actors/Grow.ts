import { action, type In, type Out } from "kappa";

/** Counts what it gets; a number below zero makes it keep more than its heap holds. */
export class Grow {
  private total: i32 = 0;
  private kept: i32[] = [];

  @action count(trigger: In<i32>, count: Out<i32>): void {
    this.total++;
    for (let i = trigger.value; i < 0 && i > -100000; i--) this.kept.push(i);
    count.send(this.total);
  }
}
