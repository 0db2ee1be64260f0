import { action, type In, type Out } from "kappa";
import { now } from "kappa/sys";

/** Fails for some time after its start. */
export class Flaky {
  private started: i64 = 0;

  constructor(private span: i64 = 100) {}

  start(): void {
    this.started = now();
  }

  @action
  pass(number: In<i32>, out: Out<i32>): void {
    out.send(number.value);
    assert(now() - this.started >= this.span);
  }
}
