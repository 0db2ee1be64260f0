import { action, type In, type Out } from "kappa";

/** Counts orders; one below zero is an order to misbehave. */
export class Misbehave {
  private total: i32 = 0;

  @action obey(order: In<i32>, count: Out<i32>): void {
    this.total++;
    count.send(this.total);
    switch (order.value) {
      case -1:
        while (this.total > 0) this.total = (this.total & 0xff) + 1;
        break;
      case -2:
        this.total = this.deep(this.total);
        break;
      case -3:
        unreachable();
        break;
      case -4:
        this.total /= order.value + 4;
        break;
      case -5:
        this.total = i32.MIN_VALUE / (order.value + 4);
        break;
      case -6:
        count.send(0);
        break;
    }
  }

  private deep(n: i32): i32 {
    return this.deep(n - 1) + this.deep(n - 2) * 3;
  }
}
