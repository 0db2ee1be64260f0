import { action, type In, type Out } from "kappa";

/** Makes a line of text of each reading: an actor that allocates in every firing. */
export class Format {
  private line: i32 = 0;

  @action format(reading: In<i32>, text: Out<string>): void {
    this.line++;
    text.send(this.line.toString() + ": " + reading.value.toString() + " C");
  }
}
