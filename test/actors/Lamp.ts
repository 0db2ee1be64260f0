import { action, type In, type Out } from "kappa";
import { light } from "kappa/io";

/** Switches a light, and switches it off when it is stopped. Stopping with a negative level fails. */
export class Lamp {
  private level: i32 = 0;
  private stops: i32 = 0;

  @action
  dim(level: In<i32>, was: Out<i32>): void {
    was.send(this.level);
    this.level = level.value;
    light(this.level > 0);
  }

  stop(): void {
    this.stops++;
    assert(this.level >= 0);
    light(false);
  }
}
