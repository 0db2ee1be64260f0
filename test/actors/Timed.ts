import { action, type In, type Out } from "kappa";
import { now } from "kappa/sys";

/** Sends the time regularly, with a period that can be changed, and marks every second. */
export class Timed {
  private seconds: u32 = 0;
  private started: i64 = 0;

  constructor(private period: u32 = 100) {}

  start(): void {
    this.started = now();
  }

  @action
  setPeriod(milliseconds: In<u32>): void {
    this.period = milliseconds.value;
  }

  @action({ every: "period" })
  tick(time: Out<i64>): void {
    time.send(now() - this.started);
  }

  @action({ every: 1000 })
  second(seconds: Out<u32>): void {
    this.seconds++;
    seconds.send(this.seconds);
  }
}
