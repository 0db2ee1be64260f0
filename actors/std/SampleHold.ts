import { action, type In, memory, type Out, type Token } from "kappa";

/** Answers each token with the one sampled last. Tokens of up to 192 bytes, whatever their type. */
@memory(512)
export class SampleHold {
  /**
   * @param default_ what is sent until a token was sampled
   */
  constructor(private default_: Token | null = null) {}

  /**
   * Samples if it is asked to, and sends what is held.
   * @param sample whether the token is kept in place of the one held
   * @param in_ a token
   * @param out the token that is held
   */
  @action
  take(sample: In<bool>, in_: In<Token>, out: Out<Token>): void {
    if (sample.value) this.default_ = in_.value;
    out.send(this.default_!);
  }
}
