import { action, type Out } from "kappa";
import { temp } from "kappa/sense";

/** Measures the temperature every `period` milliseconds. */
export class Temperature {
  constructor(private period: u32 = 1000) {}

  /** Tells degrees Celsius. */
  @action({ every: "period" }) measure(centigrade: Out<f32>): void {
    centigrade.send(temp());
  }
}
