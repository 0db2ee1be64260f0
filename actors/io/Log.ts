import { action, type In } from "kappa";
import { log } from "kappa/log";

/** Writes texts to the log of the runtime that it is on. */
export class Log {
  @action write(data: In<string>): void {
    log(data.value);
  }
}
