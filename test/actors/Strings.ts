import { action, type In, type Out } from "kappa";

/** Keeps the last texts and answers with all of them. */
export class Strings {
  private recent: string[] = ["", "", "", ""];
  private next: i32 = 0;
  private separator: string = ", ";

  @action
  add(text: In<string>, all: Out<string>, length: Out<i32>): void {
    this.recent[this.next] = text.value.trim();
    this.next = (this.next + 1) % this.recent.length;
    const joined = this.recent.join(this.separator);
    all.send(joined);
    length.send(joined.length);
  }
}
