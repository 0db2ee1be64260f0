import type { Inlet, Queue, Wakeable } from "./queue.js";
import type { Value } from "./value.js";

/** How the tokens of an inport's connections come together; docs/module-abi.md section 3.1. */
export const COLLECTINGS = ["collect-unordered"] as const;
export type CollectingKind = (typeof COLLECTINGS)[number];

/** The connections of an inport that has several: each keeps its order, and they take turns. */
export class Collector implements Inlet {
  /** In the order of their places. */
  private writers: { queue: Queue; place: number }[] = [];
  /** The queue that the next token is taken from; undefined while all are empty. */
  private current: Queue | undefined;

  /** @param consumer woken when a token arrives */
  constructor(
    readonly kind: CollectingKind,
    private readonly consumer: Wakeable,
  ) {}

  get size(): number {
    return this.writers.length;
  }

  add(queue: Queue, place: number): void {
    const behind = this.writers.findIndex((writer) => writer.place > place);
    this.writers.splice(behind < 0 ? this.writers.length : behind, 0, { queue, place });
    if (queue.count > 0) this.current ??= queue;
    queue.consumer = {
      wake: () => {
        this.current ??= queue;
        this.consumer.wake();
      },
    };
  }

  remove(queue: Queue): void {
    const at = this.writers.findIndex((writer) => writer.queue === queue);
    this.writers.splice(at, 1);
    if (this.current === queue) this.current = this.waiting(at);
  }

  get count(): number {
    return this.current?.count ?? 0;
  }

  get type(): number {
    return this.current!.type;
  }

  first(): Value {
    return this.current!.first();
  }

  shift(): void {
    const taken = this.current!;
    this.current = this.waiting(this.writers.findIndex(({ queue }) => queue === taken) + 1);
    taken.shift();
    if (taken.count > 0) this.current ??= taken;
  }

  /** The first other queue with a token, from a place on and round. */
  private waiting(from: number): Queue | undefined {
    const { length } = this.writers;
    for (let i = 0; i < length; i++) {
      const { queue } = this.writers[(from + i) % length]!;
      if (queue.count > 0 && queue !== this.current) return queue;
    }
    return undefined;
  }
}
