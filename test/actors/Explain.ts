import { action, exception, type In, type Out, type Token } from "kappa";

/** Joins two texts; of exceptions it tells the reasons. Opaque tokens pass, whatever they are. */
export class Explain {
  @action
  join(left: In<string>, right: In<string>, joined: Out<string>): void {
    joined.send(`${left.value}+${right.value}`);
  }

  @exception
  explain(left: In<string>, right: In<string>, joined: Out<string>): void {
    const l = left.ended ? "end" : left.failed ? `(${left.reason})` : left.value;
    const r = right.ended ? "end" : right.failed ? `(${right.reason})` : right.value;
    joined.send(`${l}|${r}${left.value.length + right.value.length}`);
  }

  @action
  forward(opaque: In<Token>, out: Out<Token>): void {
    out.pass(opaque);
  }

  @exception
  forwardOther(opaque: In<Token>, out: Out<Token>): void {
    if (opaque.reason === "drop") return;
    out.pass(opaque);
  }
}
