import { action, type In, type Out } from "kappa";

/** Writes integers as text. */
export class Format {
  private count: i32 = 0;

  @action
  format(value: In<i32>, text: Out<string>): void {
    this.count++;
    text.send(`#${this.count}: ${value.value}`);
  }
}
