import { CborWriter } from "../../compiler/actor/cbor.js";
import { checkToken } from "../../compiler/actor/token.js";
import { TypeCode } from "../../compiler/actor/types.js";
import type { Inlet, Queue, Wakeable } from "./queue.js";
import { Encoded, encodeValue, kindOf, type Value } from "./value.js";

/** How the tokens of an inport's connections come together; docs/module-abi.md section 3.1. */
export const COLLECTINGS = [
  "collect-unordered",
  "collect-tagged",
  "collect-all-tagged",
  "collect-any-tagged",
  "collect-all-listed",
] as const;
export type CollectingKind = (typeof COLLECTINGS)[number];

/** How a connection is one of several at its inport. */
export interface Collected {
  /** Its place among them. */
  place: number;
  /** Its key, where tokens are tagged. */
  tag?: string;
}

type Writer = Collected & { queue: Queue };

/** The connections of an inport that has several: each keeps its order. */
export abstract class Collector implements Inlet {
  /** In the order of their places. */
  protected writers: Writer[] = [];

  /** @param consumer woken when a token arrives */
  constructor(
    readonly kind: CollectingKind,
    private readonly consumer: Wakeable,
  ) {}

  abstract readonly count: number;
  abstract readonly type: number;
  abstract first(): Value;
  abstract shift(): void;

  get size(): number {
    return this.writers.length;
  }

  add(queue: Queue, collected: Collected): void {
    const behind = this.writers.findIndex(({ place }) => place > collected.place);
    this.writers.splice(behind < 0 ? this.writers.length : behind, 0, { queue, ...collected });
    if (queue.count > 0) this.came(queue);
    queue.consumer = {
      wake: () => {
        this.came(queue);
        this.consumer.wake();
      },
    };
  }

  remove(queue: Queue): void {
    const at = this.writers.findIndex((writer) => writer.queue === queue);
    this.writers.splice(at, 1);
    this.gone(queue, at);
  }

  /** A token came into a queue. */
  protected came(_queue: Queue): void {}

  /** A queue, whose place was `at`, was removed. */
  protected gone(_queue: Queue, _at: number): void {}
}

/** `collect-unordered` and `collect-tagged`: they take turns. */
class Rotation extends Collector {
  /** The queue that the next token is taken from; undefined while all are empty. */
  private current: Queue | undefined;

  get count(): number {
    return this.current?.count ?? 0;
  }

  get type(): number {
    return this.kind === "collect-tagged" ? TypeCode.any : this.current!.type;
  }

  first(): Value {
    const queue = this.current!;
    const value = queue.first();
    if (this.kind !== "collect-tagged" || kindOf(value) !== 0) return value;
    return mapOf(this.writers.filter((writer) => writer.queue === queue));
  }

  shift(): void {
    const taken = this.current!;
    this.current = this.waiting(this.writers.findIndex(({ queue }) => queue === taken) + 1);
    taken.shift();
    if (taken.count > 0) this.current ??= taken;
  }

  protected override came(queue: Queue): void {
    this.current ??= queue;
  }

  protected override gone(queue: Queue, at: number): void {
    if (this.current === queue) this.current = this.waiting(at);
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

/** The others: one token is made of those that wait. An exceptional one goes first, and alone. */
class Merger extends Collector {
  readonly type = TypeCode.any;

  get count(): number {
    const waiting = this.waiting().length;
    const enough = this.kind === "collect-any-tagged" ? waiting > 0 : waiting === this.writers.length;
    return enough || this.exceptional() ? 1 : 0;
  }

  first(): Value {
    const alone = this.exceptional();
    if (alone) return alone.queue.first();
    return this.kind === "collect-all-listed" ? listOf(this.waiting()) : mapOf(this.waiting());
  }

  shift(): void {
    const alone = this.exceptional();
    for (const { queue } of alone ? [alone] : this.waiting()) queue.shift();
  }

  private waiting(): Writer[] {
    return this.writers.filter(({ queue }) => queue.count > 0);
  }

  private exceptional(): Writer | undefined {
    return this.writers.find(({ queue }) => queue.count > 0 && kindOf(queue.first()) !== 0);
  }
}

/** Makes a collector of a kind. `consumer` is woken when a token arrives. */
export function makeCollector(kind: CollectingKind, consumer: Wakeable): Collector {
  const rotates = kind === "collect-unordered" || kind === "collect-tagged";
  return rotates ? new Rotation(kind, consumer) : new Merger(kind, consumer);
}

const headOf = ({ queue }: Writer): Uint8Array => encodeValue(queue.first(), queue.type);

/** A map of tags and tokens; places are in the order of the tags. Throws TokenError when it is nested too deep. */
function mapOf(writers: Writer[]): Encoded {
  const writer = new CborWriter().map(writers.length);
  for (const part of writers) writer.text(part.tag!).raw(headOf(part));
  return checked(writer.finish());
}

function listOf(writers: Writer[]): Encoded {
  const writer = new CborWriter().array(writers.length);
  for (const part of writers) writer.raw(headOf(part));
  return checked(writer.finish());
}

function checked(bytes: Uint8Array): Encoded {
  checkToken(bytes);
  return new Encoded(bytes);
}
