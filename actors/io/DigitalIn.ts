import { action, type Out } from "kappa";
import { digitalIn } from "kappa/io";

/** Tells the level of a pin, and each change of it. */
export class DigitalIn {
  private known: bool = false;
  private level: bool = false;

  /**
   * @param pin number of the pin, as the board counts
   * @param period time between two looks in milliseconds
   */
  constructor(
    private pin: i32 = 1,
    private period: u32 = 20,
  ) {}

  /**
   * Looks once.
   * @param state whether the pin is high
   */
  @action({ every: "period" })
  look(state: Out<bool>): void {
    const level = digitalIn(this.pin);
    if (level !== this.level || !this.known) state.send(level);
    this.level = level;
    this.known = true;
  }
}
