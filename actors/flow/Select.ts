import { action, type In, type Out, type Token } from "kappa";

/** Sends each token by one of two outports, as the token on `select` says. */
export class Select {
  private chosen: bool = false;
  private case_: bool = false;

  /**
   * Takes a choice.
   * @param select whether the next token goes to `case_true`
   */
  @action({ when: "isFree" })
  choose(select: In<bool>): void {
    this.case_ = select.value;
    this.chosen = true;
  }

  /**
   * Sends to the one side.
   * @param data a token of any type
   * @param case_false tokens for which `select` was false
   */
  @action({ when: "isFalse" })
  toFalse(data: In<Token>, case_false: Out<Token>): void {
    case_false.pass(data);
    this.chosen = false;
  }

  /**
   * Sends to the other side.
   * @param case_true tokens for which `select` was true
   */
  @action({ when: "isTrue" })
  toTrue(data: In<Token>, case_true: Out<Token>): void {
    case_true.pass(data);
    this.chosen = false;
  }

  private isFree(): bool {
    return !this.chosen;
  }

  private isFalse(): bool {
    return this.chosen && !this.case_;
  }

  private isTrue(): bool {
    return this.chosen && this.case_;
  }
}
