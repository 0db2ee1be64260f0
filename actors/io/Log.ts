import { action, type In } from "kappa";
import { log } from "kappa/log";

/** Writes every text to the log of its runtime. */
export class Log {
  /**
   * Writes one line.
   * @param data the line
   */
  @action
  write(data: In<string>): void {
    log(data.value);
  }
}
