import type { Queue } from "./queue.js";
import type { Value } from "./value.js";

/** How an outport's tokens go to its connections, if not to all of them; docs/module-abi.md section 3.1. */
export const ROUTINGS = ["round-robin", "random", "balanced"] as const;
export type RoutingKind = (typeof ROUTINGS)[number];

/** The connections of an outport of which each token goes to one. */
export class Router {
  /** In the order of their turns. */
  private routes: { queue: Queue; turn: number }[] = [];
  /** The one that the next token goes to, where that does not depend on their room. */
  private next = 0;

  /** @param random 32 random bits */
  constructor(
    readonly kind: RoutingKind,
    private readonly random: () => number,
  ) {}

  get size(): number {
    return this.routes.length;
  }

  /** Adds a connection; the turns begin anew. */
  add(queue: Queue, turn: number): void {
    const behind = this.routes.findIndex((route) => route.turn > turn);
    this.routes.splice(behind < 0 ? this.routes.length : behind, 0, { queue, turn });
    this.begin();
  }

  remove(queue: Queue): void {
    this.routes = this.routes.filter((route) => route.queue !== queue);
    this.begin();
  }

  /** Whether a token can go out now. */
  hasRoom(): boolean {
    const { queue } = this.target();
    return queue.count < queue.capacity;
  }

  /** Sends a token. There is room. */
  push(value: Value): void {
    const { queue } = this.target();
    if (this.kind === "round-robin") this.next = (this.next + 1) % this.routes.length;
    else if (this.kind === "random") this.draw();
    queue.push(value);
  }

  private begin(): void {
    this.next = 0;
    if (this.kind === "random") this.draw();
  }

  private draw(): void {
    const { length } = this.routes;
    this.next = length < 2 ? 0 : (this.random() >>> 0) % length;
  }

  private target(): { queue: Queue } {
    if (this.kind !== "balanced") return this.routes[this.next]!;
    const room = ({ queue }: { queue: Queue }) => queue.capacity - queue.count;
    return this.routes.reduce((best, route) => (room(route) > room(best) ? route : best));
  }
}
