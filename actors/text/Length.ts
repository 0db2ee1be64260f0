import { action, type In, type Out } from "kappa";

/** Tells how long texts are. */
export class Length {
  /**
   * Measures one text.
   * @param string_ a text
   * @param length its length in UTF-16 code units: 1 for most characters, 2 for those beyond the basic plane
   */
  @action
  measure(string_: In<string>, length: Out<i32>): void {
    length.send(string_.value.length);
  }
}
