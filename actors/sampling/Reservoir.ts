import { action, type In, memory, type Out, type Token } from "kappa";
import { random } from "kappa/sys";

/** Keeps a fair sample of a stream: each reading so far is in it with the same chance (Vitter's algorithm R, 1985). */
@memory(640)
export class Reservoir {
  private sample: f32[] = [];
  private seen: u32 = 0;

  /**
   * @param size readings in the sample, 1 to 32
   */
  constructor(private size: u32) {}

  /**
   * Takes one reading.
   * @param value a reading
   */
  @action
  take(value: In<f32>): void {
    assert(this.size >= 1 && this.size <= 32);
    this.seen++;
    if (this.seen <= this.size) this.sample.push(value.value);
    else {
      const place = <u32>((<u64>random() * <u64>this.seen) >> 32);
      if (place < this.size) this.sample[place] = value.value;
    }
  }

  /**
   * Tells the sample.
   * @param trigger a token of any type, which is dropped
   * @param sample_ the readings in the sample
   */
  @action
  tell(trigger: In<Token>, sample_: Out<f32[]>): void {
    sample_.send(this.sample);
  }
}
