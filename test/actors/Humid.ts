import { action, type In, type Out } from "kappa";
import { humidity } from "kappa/sense";

/** Needs a sensor that no board here has. */
export class Humid {
  @action measure(trigger: In<i32>, percent: Out<f32>): void {
    percent.send(humidity());
  }
}
