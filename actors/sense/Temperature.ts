import { action, type Out } from "kappa";
import { temp } from "kappa/sense";

/** Measures the temperature regularly. */
export class Temperature {
  /**
   * @param period time between measurements in milliseconds
   */
  constructor(private period: u32 = 1000) {}

  /**
   * Measures once.
   * @param centigrade the temperature in degrees Celsius
   */
  @action({ every: "period" })
  measure(centigrade: Out<f32>): void {
    centigrade.send(temp());
  }
}
