import { action, type In, type Out } from "kappa";
import { now } from "kappa/sys";

/** Passes a switch's level on when it has been the same for a while; levels that go as quickly as they came are lost. */
export class Debounce {
  private level: bool = false;
  private since: i64 = 0;
  private sent: bool = false;
  private pending: bool = false;

  /**
   * @param hold milliseconds for which a level must stay
   * @param period milliseconds between two looks while a level is not settled
   */
  constructor(
    private hold: u32 = 50,
    private period: u32 = 10,
  ) {}

  /**
   * Takes a level.
   * @param state the level, each change of it or more often
   */
  @action
  take(state: In<bool>): void {
    if (state.value !== this.level) this.since = now();
    this.level = state.value;
    this.pending = this.level !== this.sent;
  }

  /**
   * Looks whether the level has settled.
   * @param settled each change of the settled level; at first it is false
   */
  @action({ every: "period", when: "pending" })
  settle(settled: Out<bool>): void {
    if (now() < this.since + this.hold) return;
    this.sent = this.level;
    this.pending = false;
    settled.send(this.level);
  }
}
