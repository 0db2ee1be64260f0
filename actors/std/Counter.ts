import { action, type In, type Out, type Token } from "kappa";

/** Counts tokens: 1, 2, 3 and so on. */
export class Counter {
  private total: i32 = 0;

  /** Takes a token of any kind. */
  @action count(token: In<Token>, integer: Out<i32>): void {
    this.total++;
    integer.send(this.total);
  }
}
