import { action, type Out } from "kappa";
import { temp } from "kappa/sense";

/** Measures the temperature regularly. */
export class Temperature {
  private wait: i64 = 0;

  /**
   * @param period seconds between measurements
   */
  constructor(period: f64) {
    this.wait = <i64>(period * 1000);
  }

  /**
   * Measures once.
   * @param centigrade the temperature in degrees Celsius
   */
  @action({ every: "wait" })
  measure(centigrade: Out<f32>): void {
    centigrade.send(temp());
  }
}
