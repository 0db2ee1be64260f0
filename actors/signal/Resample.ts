import { action, type In, type Out } from "kappa";

/** Changes the rate of regular samples, by linear interpolation between neighbours. */
export class Resample {
  private before: f32 = 0;
  private after: f32 = 0;
  /** Where the next sample is: 0 at `before`, 1 at `after`. */
  private position: f32 = 1;
  private primed: bool = false;

  /**
   * @param step distance of the new samples in old ones: 0.5 doubles the rate, 2 halves it
   */
  constructor(private step: f32) {}

  /**
   * Takes one sample.
   * @param value a sample
   */
  @action({ when: "needsMore" })
  take(value: In<f32>): void {
    this.before = this.primed ? this.after : value.value;
    this.after = value.value;
    this.position = this.primed ? this.position - 1 : 1;
    this.primed = true;
  }

  /**
   * Gives one sample.
   * @param sample samples at the new rate; the first is the first
   */
  @action({ when: "hasMore" })
  give(sample: Out<f32>): void {
    assert(this.step > 0);
    sample.send(this.before + this.position * (this.after - this.before));
    this.position += this.step;
  }

  private hasMore(): bool {
    return this.primed && this.position <= 1;
  }

  private needsMore(): bool {
    return !this.hasMore();
  }
}
