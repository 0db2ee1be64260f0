import { action, type In, type Out, type Token } from "kappa";
import { temp } from "kappa/sense";

/** Measures the temperature when it is asked to. */
export class TriggeredTemperature {
  /**
   * Measures once.
   * @param measure_ a token of any type, which is dropped
   * @param centigrade the temperature in degrees Celsius
   */
  @action
  measure(measure_: In<Token>, centigrade: Out<f32>): void {
    centigrade.send(temp());
  }
}
