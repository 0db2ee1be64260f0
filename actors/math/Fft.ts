import { action, type In, memory, type Out } from "kappa";

/** The discrete Fourier transform of real samples, radix 2, in place. */
@memory(2560)
export class Fft {
  private re: f32[] = [];
  private im: f32[] = [];

  /**
   * Transforms one block; a block whose length is no power of two from 2 to 64 is a fault.
   * @param samples the samples, 2, 4, 8, 16, 32 or 64 of them
   * @param magnitude the absolute values of the frequencies 0 to half the rate, one more than half of the samples
   */
  @action
  transform(samples: In<f32[]>, magnitude: Out<f32[]>): void {
    const length = samples.value.length;
    assert(length >= 2 && length <= 64 && popcnt(length) === 1);
    this.re = samples.value;
    this.im = new Array<f32>(length);
    this.reorder(length);
    // Cosine and sine of a full turn by the width, halved from width to width.
    let cosine: f64 = -1;
    let sine: f64 = 0;
    for (let width = 2; width <= length; width *= 2) {
      this.combine(length, width, cosine, sine);
      const half = Math.sqrt((1 + cosine) / 2);
      sine = width === 2 ? 1 : sine / (2 * half);
      cosine = half;
    }
    const out = new Array<f32>(length / 2 + 1);
    for (let i = 0; i < out.length; i++) {
      out[i] = <f32>Math.sqrt(<f64>this.re[i] * <f64>this.re[i] + <f64>this.im[i] * <f64>this.im[i]);
    }
    magnitude.send(out);
  }

  /** Swaps samples whose numbers are one another's bits in reverse. */
  private reorder(length: i32): void {
    for (let i = 1, j = 0; i < length; i++) {
      let bit = length / 2;
      for (; j & bit; bit /= 2) j ^= bit;
      j ^= bit;
      if (i >= j) continue;
      const sample = this.re[i];
      this.re[i] = this.re[j];
      this.re[j] = sample;
    }
  }

  /** Joins transforms of half the width to those of the width. */
  private combine(length: i32, width: i32, cosine: f64, sine: f64): void {
    const half = width / 2;
    let wr: f64 = 1;
    let wi: f64 = 0;
    for (let k = 0; k < half; k++) {
      for (let i = k; i < length; i += width) {
        const j = i + half;
        const re = <f32>(wr * <f64>this.re[j] - wi * <f64>this.im[j]);
        const im = <f32>(wr * <f64>this.im[j] + wi * <f64>this.re[j]);
        this.re[j] = this.re[i] - re;
        this.im[j] = this.im[i] - im;
        this.re[i] += re;
        this.im[i] += im;
      }
      const turned = wr * cosine + wi * sine;
      wi = wi * cosine - wr * sine;
      wr = turned;
    }
  }
}
