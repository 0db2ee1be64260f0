import { action, type In, type Out } from "kappa";

/** Sends what it gets, for each scalar type a pair of ports. */
export class AllScalars {
  @action b(inBool: In<bool>, outBool: Out<bool>): void {
    outBool.send(inBool.value);
  }
  @action i8(inI8: In<i8>, outI8: Out<i8>): void {
    outI8.send(inI8.value);
  }
  @action u8(inU8: In<u8>, outU8: Out<u8>): void {
    outU8.send(inU8.value);
  }
  @action i16(inI16: In<i16>, outI16: Out<i16>): void {
    outI16.send(inI16.value);
  }
  @action u16(inU16: In<u16>, outU16: Out<u16>): void {
    outU16.send(inU16.value);
  }
  @action i32(inI32: In<i32>, outI32: Out<i32>): void {
    outI32.send(inI32.value);
  }
  @action u32(inU32: In<u32>, outU32: Out<u32>): void {
    outU32.send(inU32.value);
  }
  @action i64(inI64: In<i64>, outI64: Out<i64>): void {
    outI64.send(inI64.value);
  }
  @action u64(inU64: In<u64>, outU64: Out<u64>): void {
    outU64.send(inU64.value);
  }
  @action f32(inF32: In<f32>, outF32: Out<f32>): void {
    outF32.send(inF32.value);
  }
  @action f64(inF64: In<f64>, outF64: Out<f64>): void {
    outF64.send(inF64.value);
  }
}
