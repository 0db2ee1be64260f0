/**
 * A room with a heater, for runtimes without sensors: the temperature follows the first-order equation
 *
 *     dT/dt = (outside − T) / TIME_CONSTANT + (heater on ? HEATING : 0)
 *
 * which is solved exactly between two looks. The room starts at the temperature outside, 15 °C; with the heater on it
 * approaches 35 °C. The boards' simulated room (firmware/sim/room.c) has the same figures.
 */
export class SimulatedRoom {
  /** Degrees Celsius outside, and of the room at the start. */
  static readonly OUTSIDE = 15;
  /** Degrees Celsius above the outside that the heater reaches in the end. */
  static readonly GAIN = 20;
  /** Milliseconds. */
  static readonly TIME_CONSTANT = 60_000;
  /** Digital output that switches the heater. */
  static readonly HEATER_PIN = 1;

  /** Digital outputs that are on. */
  readonly outputs = new Set<number>();
  light = false;
  private celsius = SimulatedRoom.OUTSIDE;
  private at: number;

  /** `now` gives milliseconds. */
  constructor(private readonly now: () => number) {
    this.at = now();
  }

  /** Degrees Celsius now. */
  temperature(): number {
    const now = this.now();
    const target = SimulatedRoom.OUTSIDE + (this.outputs.has(SimulatedRoom.HEATER_PIN) ? SimulatedRoom.GAIN : 0);
    this.celsius = target + (this.celsius - target) * Math.exp((this.at - now) / SimulatedRoom.TIME_CONSTANT);
    this.at = now;
    return this.celsius;
  }

  /** Switches a digital output. */
  switch(pin: number, on: boolean): void {
    this.temperature();
    if (on) this.outputs.add(pin);
    else this.outputs.delete(pin);
  }
}
