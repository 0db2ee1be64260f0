import { action, type In, type Out } from "kappa";

/** Keeps more and more, until its heap is full. */
export class Grow {
  private kept: string[] = [];

  @action
  grow(text: In<string>, count: Out<i32>): void {
    this.kept.push(text.value);
    count.send(this.kept.length);
  }
}
