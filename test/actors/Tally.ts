import { action, type In, type Out } from "kappa";

/** Adds up what it gets: as small as an actor with two ports and state can be. */
export class Tally {
  private total: i32 = 0;

  @action
  add(number: In<i32>, total: Out<i32>): void {
    this.total += number.value;
    total.send(this.total);
  }
}
