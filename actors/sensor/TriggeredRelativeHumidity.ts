import { action, type In, type Out, type Token } from "kappa";
import { humidity } from "kappa/sense";

/** Measures the relative humidity of the air when it is asked to. */
export class TriggeredRelativeHumidity {
  /**
   * Measures once.
   * @param measure_ a token of any type, which is dropped
   * @param percent the relative humidity in percent
   */
  @action
  measure(measure_: In<Token>, percent: Out<f32>): void {
    percent.send(humidity());
  }
}
