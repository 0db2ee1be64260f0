import { action, type In, type Out, type Token } from "kappa";

/** Takes an argument of every kind and tells them all. */
export class Args {
  private sum: f64 = 0;

  constructor(
    private ofBOOL: bool = true,
    private ofI8: i8 = -8,
    private ofU8: u8 = 8,
    private ofI16: i16 = -16,
    private ofU16: u16 = 16,
    private ofI32: i32,
    private ofU32: u32 = 32,
    private ofI64: i64 = -9_007_199_254_740_993,
    private ofU64: u64 = 18446744073709551615,
    private ofF32: f32 = 1.5,
    private ofF64: f64 = 0.1,
    private text: string = "å",
    private bytes: Uint8Array,
    private list: i16[] = [1, -2],
    private fixed: StaticArray<f32> = [0.5],
    private token: Token,
    scale: f64 = 2,
  ) {
    this.sum = ofF32 + scale;
  }

  @action
  tell(
    trigger: In<Token>,
    floats: Out<f64[]>,
    integers: Out<i64[]>,
    text: Out<string>,
    bytes: Out<Uint8Array>,
    list: Out<i16[]>,
    fixed: Out<StaticArray<f32>>,
    token: Out<Token>,
  ): void {
    floats.send([<f64>this.ofF32, this.ofF64, this.sum]);
    integers.send([
      this.ofBOOL ? 1 : 0,
      this.ofI8,
      this.ofU8,
      this.ofI16,
      this.ofU16,
      this.ofI32,
      this.ofU32,
      this.ofI64,
      <i64>this.ofU64,
    ]);
    text.send(this.text);
    bytes.send(this.bytes);
    list.send(this.list);
    fixed.send(this.fixed);
    token.send(this.token);
  }
}
