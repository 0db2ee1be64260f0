import { action, type In, type Out } from "kappa";

/** Counts orders and keeps a list; -1 is an order to let it grow without end, -2 to spoil it and loop for ever. */
export class Hoard {
  private total: i32 = 0;
  private kept: i32[] = [1, 2, 3];

  @action obey(order: In<i32>, count: Out<i32>): void {
    this.total++;
    count.send(this.total);
    if (order.value === -1) for (let i = 0; i < 100000; i++) this.kept.push(i);
    if (order.value === -2) for (let i = 0; i >= 0; i = (i + 1) % 3) this.kept[i] = i * this.total;
  }
}
