import { Encoded, encodeValue, type Value } from "./value.js";

/**
 * The queues of a runtime and the two ways into and out of them from outside. LocalRuntime (runtime/actor/local-runtime.ts)
 * hands them out: `attachSource(to, length?): TokenSink` and `attachSink(from, length?): TokenSource` for native bridge
 * actors, `incoming(id): TokenSink` and `outgoing(id): TokenSource` for the `receive` and `send` connections of a link.
 */

/** Tokens that a connection holds when nothing else is said. */
export const DEFAULT_LENGTH = 4;

/** Where encoded tokens go in: an actor's inport, seen by a link's Receiver or by kappa.Source. */
export interface TokenSink {
  /** Tokens the queue holds at most. */
  readonly capacity: number;
  /** Tokens that can surely be stored now; 0 once closed. */
  room(): number;
  /**
   * Stores an encoded token, or returns false when there is no room. The sink keeps the bytes: they must not change
   * afterwards. Whether they fit the inport is checked when the actor takes them.
   */
  push(token: Uint8Array): boolean;
  /** Called soon after tokens were taken from a queue that was full. */
  onRoom: (() => void) | undefined;
  /** True when the actor was removed. */
  readonly closed: boolean;
}

/** Where encoded tokens come out: an actor's outport, seen by a link's Sender or by kappa.Sink. */
export interface TokenSource {
  /** Tokens the queue holds at most. */
  readonly capacity: number;
  /** Tokens waiting. */
  readonly count: number;
  /** The encoded token at `index` from the oldest; undefined beyond the newest. It stays in the queue. */
  peek(index?: number): Uint8Array | undefined;
  /** Removes the `count` oldest tokens (all acknowledged, say) and makes room for the actor. */
  drop(count: number): void;
  /** Takes the oldest token out; undefined when there is none. */
  shift(): Uint8Array | undefined;
  /** Called soon after tokens were put in, once for several. Look whether some are there when you set it. */
  onToken: (() => void) | undefined;
  /** True when the actor was removed. What waits can still be taken. */
  readonly closed: boolean;
}

/** Something that looks at its queues again when told to. */
export interface Wakeable {
  wake(): void;
}

/** Where an inport takes its tokens from: the queue of its connection, or what collects from several. */
export interface Inlet {
  /** 0 when there is none to take. */
  readonly count: number;
  /** Type code of the port that sent the oldest; only while `count` is not 0, unless it has one connection. */
  readonly type: number;
  /** The oldest value; only while `count` is not 0. */
  first(): Value;
  /** Removes the oldest value; only while `count` is not 0. */
  shift(): void;
}

/**
 * The FIFO of one connection: a ring of values under the type of the port that sends. Between two actors nothing is
 * encoded; the views `sink` and `source` encode for what lies outside.
 */
export class Queue implements Inlet {
  /** Tokens waiting. */
  count = 0;
  /** Woken when a token arrives. */
  consumer: Wakeable | undefined;
  /** Woken when the queue is no longer full. */
  producer: Wakeable | undefined;
  closed = false;
  private readonly ring: (Value | undefined)[];
  private head = 0;

  /**
   * @param type type code of the port that sends; 0 (any) where every token comes encoded
   * @param capacity tokens, at least 1
   * @param limit largest encoded token in bytes
   */
  constructor(
    readonly type: number,
    readonly capacity: number = DEFAULT_LENGTH,
    readonly limit: number = Number.POSITIVE_INFINITY,
  ) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`queue length ${capacity}`);
    this.ring = new Array<Value | undefined>(capacity).fill(undefined);
  }

  /** The oldest value; only while `count` is not 0. */
  first(): Value {
    return this.ring[this.head] as Value;
  }

  /** Puts a value in. The caller has seen that there is room. */
  push(value: Value): void {
    let at = this.head + this.count++;
    if (at >= this.capacity) at -= this.capacity;
    this.ring[at] = value;
    this.consumer?.wake();
  }

  /** Removes the oldest value; only while `count` is not 0. */
  shift(): void {
    this.ring[this.head] = undefined;
    if (++this.head === this.capacity) this.head = 0;
    if (this.count-- === this.capacity) this.producer?.wake();
  }

  /** The encoded token at `index`; encoded once only. */
  encodedAt(index: number): Uint8Array | undefined {
    if (index < 0 || index >= this.count) return undefined;
    const at = (this.head + index) % this.capacity;
    const value = this.ring[at] as Value;
    if (value instanceof Encoded) return value.bytes;
    const encoded = new Encoded(encodeValue(value, this.type));
    this.ring[at] = encoded;
    return encoded.bytes;
  }

  /** Ends the connection: nothing goes in any more. */
  close(): void {
    this.closed = true;
    this.consumer = undefined;
    this.producer = undefined;
  }
}

/**
 * Calls a view's callback later: never in the middle of a firing, and once for all that happened until then.
 * A runtime gives its ready queue's `enqueue`.
 */
export type Defer = (task: { run(): boolean }) => void;

/** For queues that no actor has an end of. */
const AT_ONCE: Defer = (task) => void task.run();

/** The way into a queue from outside. Takes the place of its producer. */
export class QueueSink implements TokenSink, Wakeable {
  onRoom: (() => void) | undefined;
  private deferred = false;

  constructor(
    private readonly queue: Queue,
    private readonly defer: Defer = AT_ONCE,
  ) {
    queue.producer = this;
  }

  get capacity(): number {
    return this.queue.capacity;
  }

  get closed(): boolean {
    return this.queue.closed;
  }

  room(): number {
    return this.queue.closed ? 0 : this.queue.capacity - this.queue.count;
  }

  push(token: Uint8Array): boolean {
    if (this.room() === 0) return false;
    this.queue.push(new Encoded(token));
    return true;
  }

  wake(): void {
    if (this.deferred || !this.onRoom) return;
    this.deferred = true;
    this.defer(this);
  }

  run(): boolean {
    this.deferred = false;
    this.onRoom?.();
    return false;
  }
}

/** The way out of a queue to the outside. Takes the place of its consumer. */
export class QueueSource implements TokenSource, Wakeable {
  onToken: (() => void) | undefined;
  private deferred = false;

  constructor(
    private readonly queue: Queue,
    private readonly defer: Defer = AT_ONCE,
  ) {
    queue.consumer = this;
  }

  get capacity(): number {
    return this.queue.capacity;
  }

  get count(): number {
    return this.queue.count;
  }

  get closed(): boolean {
    return this.queue.closed;
  }

  peek(index = 0): Uint8Array | undefined {
    return this.queue.encodedAt(index);
  }

  drop(count: number): void {
    for (let left = Math.min(count, this.queue.count); left > 0; left--) this.queue.shift();
  }

  shift(): Uint8Array | undefined {
    const token = this.queue.encodedAt(0);
    if (token) this.queue.shift();
    return token;
  }

  wake(): void {
    if (this.deferred || !this.onToken) return;
    this.deferred = true;
    this.defer(this);
  }

  run(): boolean {
    this.deferred = false;
    this.onToken?.();
    return false;
  }
}
