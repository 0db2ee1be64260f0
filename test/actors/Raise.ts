import { action, type In, type Out } from "kappa";

/** Says what it is told to: "end" ends the stream, "!reason" raises an exception, the rest is text. */
export class Raise {
  @action
  say(order: In<string>, text: Out<string>, length: Out<i32>): void {
    const told = order.value;
    if (told === "end") {
      text.end();
      length.end();
    } else if (told.startsWith("!")) {
      text.fail(told.substring(1));
      length.fail(told.substring(1));
    } else {
      text.send(told);
      length.send(told.length);
    }
  }
}
