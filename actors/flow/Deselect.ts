import { action, type In, type Out, type Token } from "kappa";

/** Takes each token from one of two inports, as the token on `select` says. */
export class Deselect {
  private chosen: bool = false;
  private case_: bool = false;

  /**
   * Takes from the one side.
   * @param case_false tokens for a `select` of false
   * @param data the tokens that were selected
   */
  @action({ when: "isFalse" })
  fromFalse(case_false: In<Token>, data: Out<Token>): void {
    data.pass(case_false);
    this.chosen = false;
  }

  /**
   * Takes from the other side.
   * @param case_true tokens for a `select` of true
   */
  @action({ when: "isTrue" })
  fromTrue(case_true: In<Token>, data: Out<Token>): void {
    data.pass(case_true);
    this.chosen = false;
  }

  /**
   * Takes a choice.
   * @param select whether the next token comes from `case_true`
   */
  @action({ when: "isFree" })
  choose(select: In<bool>): void {
    this.case_ = select.value;
    this.chosen = true;
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
