import { CborError, CborReader, Major } from "../../compiler/actor/cbor.js";
import type { Queue } from "./queue.js";
import { Encoded, kindOf, type Value } from "./value.js";

/** How an outport's tokens go to its connections, if not to all of them; docs/module-abi.md section 3.1. */
export const ROUTINGS = ["round-robin", "random", "balanced", "dispatch-mapped"] as const;
export type RoutingKind = (typeof ROUTINGS)[number];

/** How a connection is one of several at its outport. */
export interface Route {
  /** Its place among them. */
  turn: number;
  /** Of `dispatch-mapped`: the keys that go to it. */
  selectors?: string[];
}

/** The connections of an outport of which each token goes to one. */
export class Router {
  /** In the order of their turns. */
  private routes: (Route & { queue: Queue })[] = [];
  /** The one that the next token goes to, where that does not depend on the token or on their room. */
  private next = 0;

  /** @param random 32 random bits */
  constructor(
    readonly kind: RoutingKind,
    private readonly random: () => number,
  ) {}

  /** Adds a connection; the turns begin anew. */
  add(queue: Queue, route: Route): void {
    const behind = this.routes.findIndex(({ turn }) => turn > route.turn);
    this.routes.splice(behind < 0 ? this.routes.length : behind, 0, { queue, ...route });
    this.begin();
  }

  remove(queue: Queue): void {
    this.routes = this.routes.filter((route) => route.queue !== queue);
    this.begin();
  }

  /** Whether a token can go out now. */
  hasRoom(): boolean {
    if (this.kind === "dispatch-mapped") return this.routes.every(({ queue }) => queue.count < queue.capacity);
    const { queue } = this.target();
    return queue.count < queue.capacity;
  }

  /** Whether a token goes anywhere. */
  accepts(value: Value): boolean {
    return this.kind !== "dispatch-mapped" || kindOf(value) !== 0 || this.mapped(value) !== undefined;
  }

  /** Sends a token that it accepts. There is room. */
  push(value: Value): void {
    if (this.kind === "dispatch-mapped") {
      const mapped = kindOf(value) === 0 ? this.mapped(value) : undefined;
      if (mapped) mapped.queue.push(mapped.value);
      else for (const { queue } of this.routes) queue.push(value);
      return;
    }
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

  /** Where a token `{selector: value}` goes, and its value. */
  private mapped(value: Value): { queue: Queue; value: Value } | undefined {
    const pair = value instanceof Encoded ? pairOf(value.bytes) : undefined;
    const route = pair && this.routes.find(({ selectors }) => selectors?.includes(pair.key));
    return route && { queue: route.queue, value: new Encoded(pair.value) };
  }
}

/** Key and value of a token that is a map of one. */
function pairOf(token: Uint8Array): { key: string; value: Uint8Array } | undefined {
  try {
    const reader = new CborReader(token);
    if (reader.major() !== Major.map || reader.map() !== 1) return undefined;
    const key = reader.text();
    return { key, value: token.subarray(reader.position) };
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}
