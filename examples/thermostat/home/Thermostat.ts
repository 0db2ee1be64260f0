import { action, type In, type Out } from "kappa";

/** Switches a heater with hysteresis around a desired temperature. */
export class Thermostat {
  private on: bool = false;

  /**
   * @param target the desired temperature in degrees Celsius, until another one is set
   * @param band how far the temperature may leave the desired one, in kelvins
   */
  constructor(
    private target: f32 = 20,
    private band: f32 = 1,
  ) {}

  /**
   * Takes a new desired temperature.
   * @param desired the temperature in degrees Celsius
   */
  @action
  setTarget(desired: In<f32>): void {
    this.target = desired.value;
  }

  /**
   * Decides on each reading.
   * @param temperature the reading in degrees Celsius
   * @param heater whether the heater is to be on
   */
  @action
  regulate(temperature: In<f32>, heater: Out<bool>): void {
    if (temperature.value < this.target - this.band) this.on = true;
    else if (temperature.value > this.target + this.band) this.on = false;
    heater.send(this.on);
  }
}
