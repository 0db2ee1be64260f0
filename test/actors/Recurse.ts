import { action, type In, type Out } from "kappa";

/** Calls itself as deep as it is told, and without end below zero. */
export class Recurse {
  private calls: i32 = 0;

  @action
  descend(depth: In<i32>, calls: Out<i32>): void {
    this.fall(depth.value);
    calls.send(this.calls);
  }

  private fall(depth: i32): i32 {
    this.calls++;
    if (depth === 0) return 0;
    return this.fall(depth - 1) + this.calls;
  }
}
