const { fround } = Math;

/**
 * A small room with a heater, for runtimes without sensors; the same as the boards' (firmware/sim/room.h). A body of air of
 * first order: dT/dt = (T_end − T) / TIME_CONSTANT, where T_end is OUTSIDE with the heater off and HEATED with it on.
 * Calculated in single precision, step by step as the boards do, so that the same calls at the same times read the same.
 */
export class SimulatedRoom {
  /** Degrees Celsius where it starts, and ends with the heater off. */
  static readonly OUTSIDE = 15;
  /** Degrees Celsius where it ends with the heater on. */
  static readonly HEATED = 35;
  /** Milliseconds: a very small room, so that a demonstration takes seconds. */
  static readonly TIME_CONSTANT = 10_000;
  /** Digital output that switches the heater; there is no other. */
  static readonly HEATER_PIN = 1;

  heater = false;
  /** A lamp that is only recorded. */
  light = false;
  private celsius = SimulatedRoom.OUTSIDE;
  /** Time of `celsius`, in whole milliseconds. */
  private at: number;

  /** `now` gives milliseconds. */
  constructor(private readonly now: () => number) {
    this.at = Math.floor(now());
  }

  /** Degrees Celsius now, a single-precision number. */
  temperature(): number {
    const now = Math.floor(this.now());
    const end = this.heater ? SimulatedRoom.HEATED : SimulatedRoom.OUTSIDE;
    this.celsius = fround(end + fround(fround(this.celsius - end) * decay(now - this.at)));
    this.at = now;
    return this.celsius;
  }

  /** Switches a digital output. Throws RangeError for a pin that is not there. */
  switch(pin: number, on: boolean): void {
    if (pin !== SimulatedRoom.HEATER_PIN) throw new RangeError(`there is no digital output ${pin}`);
    this.temperature();
    this.heater = on;
  }
}

/** What is left of a difference after some milliseconds: (1 − 1 / TIME_CONSTANT)^ms by repeated squaring. */
function decay(ms: number): number {
  let base = fround(1 - fround(1 / SimulatedRoom.TIME_CONSTANT));
  let product = 1;
  let left = ms;
  for (; left > 0 && base > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) product = fround(product * base);
    base = fround(base * base);
  }
  return left > 0 ? 0 : product;
}
