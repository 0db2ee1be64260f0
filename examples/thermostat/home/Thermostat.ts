import { action, type In, type Out } from "kappa";

/** Switches a heater with hysteresis around a desired temperature. */
export class Thermostat {
  private on: bool = false;

  /** `target` and `band` in degrees Celsius: on below target - band, off above target + band. */
  constructor(
    private target: f32 = 20,
    private band: f32 = 1,
  ) {}

  /** Takes a new desired temperature, in degrees Celsius. */
  @action setTarget(desired: In<f32>): void {
    this.target = desired.value;
  }

  /** Decides on each reading. */
  @action regulate(temperature: In<f32>, heater: Out<bool>): void {
    if (temperature.value < this.target - this.band) this.on = true;
    else if (temperature.value > this.target + this.band) this.on = false;
    heater.send(this.on);
  }
}
