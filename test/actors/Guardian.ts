import { action, exception, type In, type Out } from "kappa";

/** Doubles numbers, counts what else comes, and answers it: an exception by -1, the end of the stream by its end. */
export class Guardian {
  private failures: i32 = 0;

  @action
  double(number: In<i32>, twice: Out<i32>): void {
    twice.send(2 * number.value);
  }

  @exception
  handle(number: In<i32>, twice: Out<i32>): void {
    this.failures++;
    if (number.ended) twice.end();
    else twice.send(number.value - this.failures);
  }
}
