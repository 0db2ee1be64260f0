import { action, type In, type Out } from "kappa";

/**
 * A PID controller for regular readings. The derivative is that of the measured value, so that a new setpoint gives no
 * kick; the integral stands still while the output is at its limit and would go further (no wind-up).
 */
export class Pid {
  private target: f32 = 0;
  private sum: f32 = 0;
  private last: f32 = 0;
  private primed: bool = false;

  /**
   * @param kp gain of the error
   * @param ki gain of the error's integral, per second
   * @param kd gain of the derivative, in seconds
   * @param period seconds between two readings
   * @param low smallest output
   * @param high largest output
   */
  constructor(
    private kp: f32,
    private ki: f32 = 0,
    private kd: f32 = 0,
    private period: f32 = 1,
    private low: f32 = 0,
    private high: f32 = 1,
  ) {}

  /**
   * Takes a setpoint.
   * @param setpoint the value that is wanted
   */
  @action
  aim(setpoint: In<f32>): void {
    this.target = setpoint.value;
  }

  /**
   * Answers a reading.
   * @param measured the value that there is
   * @param control the output, from `low` to `high`
   */
  @action
  regulate(measured: In<f32>, control: Out<f32>): void {
    const error = this.target - measured.value;
    const slope = this.primed ? (measured.value - this.last) / this.period : 0;
    const integral = this.sum + this.ki * error * this.period;
    const wanted = this.kp * error + integral - this.kd * slope;
    const output = min(max(wanted, this.low), this.high);
    if (wanted === output || (wanted > output ? error < 0 : error > 0)) this.sum = integral;
    this.last = measured.value;
    this.primed = true;
    control.send(output);
  }
}
