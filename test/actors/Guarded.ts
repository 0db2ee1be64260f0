import { action, type In, type Out } from "kappa";

/** Gives back what it took, one at a time: a guard by a field, and one by a method. */
export class Guarded {
  private held: bool = false;
  private value: i32 = 0;

  @action({ when: "held" })
  give(out: Out<i32>): void {
    this.held = false;
    out.send(this.value);
  }

  @action({ when: "isFree" })
  take(in_: In<i32>): void {
    this.held = true;
    this.value = in_.value;
  }

  private isFree(): bool {
    return !this.held;
  }
}
