import { action, type In, type Out } from "kappa";
import { random } from "kappa/sys";

/**
 * Answers yes or no so that a single answer can be denied (Warner, 1965): the truth with the chance `truth`, otherwise the
 * contrary. Each answer costs ln(truth / (1 − truth)) of local differential privacy: 0.75 costs 1.1, 0.9 costs 2.2. Of many
 * answers, of which a share y is yes, (y + truth − 1) / (2 · truth − 1) estimates the true share.
 */
export class RandomisedResponse {
  private given: u32 = 0;

  /**
   * @param truth chance of the true answer, from 0.5 up to less than 1
   * @param answers how many answers are given in all: the budget
   */
  constructor(
    private truth: f64 = 0.75,
    private answers: u32 = 1,
  ) {}

  /**
   * Gives one answer.
   * @param value the true answer
   * @param answer the answer that is told
   */
  @action({ when: "mayAnswer" })
  tell(value: In<bool>, answer: Out<bool>): void {
    assert(this.truth >= 0.5 && this.truth < 1);
    answer.send(<f64>random() < this.truth * 4294967296 ? value.value : !value.value);
    this.given++;
  }

  private mayAnswer(): bool {
    return this.given < this.answers;
  }
}
