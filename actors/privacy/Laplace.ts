import { action, type In, type Out } from "kappa";
import { random } from "kappa/sys";

/**
 * Adds noise of Laplace's distribution to each reading, in steps of a grid, so that a single reading stays private: by
 * epsilon-differential privacy (Dwork and others, 2006) each costs `epsilon`. When less than that is left of the budget,
 * it takes no more. The noise is a difference of geometric draws (Ghosh and others, 2009): whole steps, which do not
 * betray the reading by the digits of a float.
 */
export class Laplace {
  private stay: f64 = 0;
  private spent: f64 = 0;

  /**
   * @param epsilon privacy lost by one reading; smaller is more private
   * @param budget privacy that may be lost in all
   * @param low readings below it count as it
   * @param high readings above it count as it
   * @param step the grid of what is told
   */
  constructor(
    private epsilon: f64,
    private budget: f64,
    private low: f64,
    private high: f64,
    private step: f64,
  ) {
    assert(epsilon > 0 && high > low && step > 0);
    this.stay = exponential(-epsilon / Math.ceil((high - low) / step));
  }

  /**
   * Tells one reading with noise.
   * @param value a reading
   * @param noisy the reading on the grid, with noise
   * @param left what is left of the budget
   */
  @action({ when: "canSpend" })
  tell(value: In<f64>, noisy: Out<f64>, left: Out<f64>): void {
    const inside = min(max(value.value, this.low), this.high);
    const steps = Math.round((inside - this.low) / this.step);
    noisy.send(this.low + (steps + this.geometric() - this.geometric()) * this.step);
    this.spent += this.epsilon;
    left.send(this.budget - this.spent);
  }

  private canSpend(): bool {
    return this.spent + this.epsilon <= this.budget * (1 + 1e-9);
  }

  /** Steps until a draw does not stay. */
  private geometric(): f64 {
    let steps: f64 = 0;
    while (<f64>random() < this.stay * 4294967296) steps++;
    return steps;
  }
}

/** e^x for x up to 0: the series of x / 1024, squared ten times. */
function exponential(x: f64): f64 {
  const part = x / 1024;
  let power = 1 + part * (1 + (part / 2) * (1 + (part / 3) * (1 + part / 4)));
  for (let i = 0; i < 10; i++) power *= power;
  return power;
}
