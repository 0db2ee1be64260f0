import { action, type In, type Out, type Token } from "kappa";
import { temp } from "kappa/sense";

/** Measures the temperature when it is asked to. */
export class TriggeredTemperature {
  /**
   * Measures once.
   * @param trigger a token of any type, which is dropped
   * @param centigrade the temperature in degrees Celsius
   */
  @action
  measure(trigger: In<Token>, centigrade: Out<f32>): void {
    centigrade.send(temp());
  }
}
