import { action, type In, type Out } from "kappa";

/** Passes a value of each scalar type through a field of that type. */
export class AllScalars {
  private lastBOOL: bool = false;
  private lastI8: i8 = 0;
  private lastU8: u8 = 0;
  private lastI16: i16 = 0;
  private lastU16: u16 = 0;
  private lastI32: i32 = 0;
  private lastU32: u32 = 0;
  private lastI64: i64 = 0;
  private lastU64: u64 = 0;
  private lastF32: f32 = 0;
  private lastF64: f64 = 0;

  @action
  passBOOL(inBOOL: In<bool>, outBOOL: Out<bool>): void {
    this.lastBOOL = inBOOL.value;
    outBOOL.send(this.lastBOOL);
  }

  @action
  passI8(inI8: In<i8>, outI8: Out<i8>): void {
    this.lastI8 = inI8.value;
    outI8.send(this.lastI8);
  }

  @action
  passU8(inU8: In<u8>, outU8: Out<u8>): void {
    this.lastU8 = inU8.value;
    outU8.send(this.lastU8);
  }

  @action
  passI16(inI16: In<i16>, outI16: Out<i16>): void {
    this.lastI16 = inI16.value;
    outI16.send(this.lastI16);
  }

  @action
  passU16(inU16: In<u16>, outU16: Out<u16>): void {
    this.lastU16 = inU16.value;
    outU16.send(this.lastU16);
  }

  @action
  passI32(inI32: In<i32>, outI32: Out<i32>): void {
    this.lastI32 = inI32.value;
    outI32.send(this.lastI32);
  }

  @action
  passU32(inU32: In<u32>, outU32: Out<u32>): void {
    this.lastU32 = inU32.value;
    outU32.send(this.lastU32);
  }

  @action
  passI64(inI64: In<i64>, outI64: Out<i64>): void {
    this.lastI64 = inI64.value;
    outI64.send(this.lastI64);
  }

  @action
  passU64(inU64: In<u64>, outU64: Out<u64>): void {
    this.lastU64 = inU64.value;
    outU64.send(this.lastU64);
  }

  @action
  passF32(inF32: In<f32>, outF32: Out<f32>): void {
    this.lastF32 = inF32.value;
    outF32.send(this.lastF32);
  }

  @action
  passF64(inF64: In<f64>, outF64: Out<f64>): void {
    this.lastF64 = inF64.value;
    outF64.send(this.lastF64);
  }
}
