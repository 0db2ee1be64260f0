import { TypeCode } from "../../compiler/actor/types.js";
import { DEFAULT_LENGTH, Queue, QueueSink, QueueSource, type TokenSink, type TokenSource } from "../port/queue.js";
import { Encoded } from "../port/value.js";

/** Tokens that an outport of a kappa holds until they are read. */
export const SINK_LENGTH = 5;

/** What feeds an inport's inner connections: the connection's id and the type of the inner inport. */
export interface SourcePeer {
  id: string;
  type: number;
}

/**
 * One inport of a kappa, inside its kappa.Source: a bounded queue that feeds every connection inside. A token is taken in
 * only when each of them has room for it, so that all get the same sequence.
 */
export class SourcePort {
  /** Tokens taken in so far. */
  accepted = 0;
  private readonly queues: Map<string, Queue>;
  private readonly sources: Map<string, TokenSource>;

  constructor(
    readonly name: string,
    readonly peers: readonly SourcePeer[],
    /** Largest token that every peer can take, bytes. */
    readonly limit: number = Number.POSITIVE_INFINITY,
    readonly capacity: number = DEFAULT_LENGTH,
  ) {
    this.queues = new Map(peers.map(({ id }) => [id, new Queue(TypeCode.any, capacity)]));
    this.sources = new Map([...this.queues].map(([id, queue]) => [id, new QueueSource(queue)]));
  }

  /** Tokens that wait for the slowest connection. */
  get waiting(): number {
    return Math.max(0, ...[...this.queues.values()].map((queue) => queue.count));
  }

  /** Takes one token in, encoded for each peer in the order of `peers`; false when there is no room. */
  offer(tokens: readonly Uint8Array[]): boolean {
    if (this.waiting >= this.capacity) return false;
    this.accepted++;
    for (const [index, queue] of [...this.queues.values()].entries()) queue.push(new Encoded(tokens[index]!));
    return true;
  }

  /** The tokens for one connection. */
  outgoing(id: string): TokenSource {
    return this.sources.get(id)!;
  }
}

/** What a reader of an outport gets: the encoded token and its number, counted from 1. */
export interface Reading {
  token: Uint8Array;
  number: number;
}

/** `block`: tokens wait until they are read, and hold up the writer; `latest`: the newest replaces the one before. */
export type Overflow = "block" | "latest";

/**
 * One outport of a kappa, inside its kappa.Sink. Tokens of several connections are collected in the order they arrive; each
 * has its own share of the room, so that none can crowd out another and each keeps its order.
 */
export class SinkPort {
  private readonly queues = new Map<string, Queue>();
  private readonly sinks = new Map<string, TokenSink>();
  /** The queue of every token that waits, in order of arrival. */
  private readonly arrivals: Queue[] = [];
  /** Readers that wait, the longest first, with the number beyond which they want. */
  private readonly waiters = new Map<(reading: Reading | undefined) => void, number>();
  private newest: Reading | undefined;
  private count = 0;
  private readonly ended = new AbortController();

  constructor(
    readonly name: string,
    ids: readonly string[],
    readonly overflow: Overflow = "block",
  ) {
    const share = Math.max(1, Math.floor(SINK_LENGTH / Math.max(1, ids.length)));
    for (const id of ids) {
      const queue = new Queue(TypeCode.any, share);
      this.queues.set(id, queue);
      this.sinks.set(id, new QueueSink(queue));
      queue.consumer = { wake: () => this.arrived(queue) };
    }
  }

  /** Tokens that came so far (`latest`), or were read (`block`). */
  get total(): number {
    return this.count;
  }

  /** Readers that wait for a token. */
  get readers(): number {
    return this.waiters.size;
  }

  /** Tokens that a reader would find now. */
  get waiting(): number {
    return this.overflow === "latest" ? (this.newest === undefined ? 0 : 1) : this.arrivals.length;
  }

  /** Aborted when the kappa is gone: no more tokens will come. */
  get end(): AbortSignal {
    return this.ended.signal;
  }

  /** Ends the port; readers that wait get nothing. */
  close(): void {
    for (const queue of this.queues.values()) queue.close();
    this.ended.abort();
    for (const done of [...this.waiters.keys()]) done(undefined);
  }

  /** Where the tokens of one connection go. */
  incoming(id: string): TokenSink {
    return this.sinks.get(id)!;
  }

  /** The tokens that wait, in the order they would be read. They stay. */
  peek(): Uint8Array[] {
    if (this.overflow === "latest") return this.newest === undefined ? [] : [this.newest.token];
    const seen = new Map<Queue, number>();
    return this.arrivals.map((queue) => {
      const index = seen.get(queue) ?? 0;
      seen.set(queue, index + 1);
      return queue.encodedAt(index)!;
    });
  }

  /**
   * The next token, or undefined when there is none. It is taken out, unless only the newest is kept: then it is answered
   * if its number is beyond `after`, and stays.
   */
  read(after = 0): Reading | undefined {
    if (this.overflow === "latest") {
      return this.newest !== undefined && this.newest.number > after ? this.newest : undefined;
    }
    const queue = this.arrivals.shift();
    if (queue === undefined) return undefined;
    const token = queue.encodedAt(0)!;
    queue.shift();
    return { token, number: ++this.count };
  }

  /** Like read, but waits for a token until the signal; undefined when that came first. First come, first served. */
  next(after: number, signal: AbortSignal): Promise<Reading | undefined> {
    if (signal.aborted || this.end.aborted) return Promise.resolve(undefined);
    const reading = this.read(after);
    if (reading !== undefined) return Promise.resolve(reading);
    return new Promise((resolve) => {
      const done = (result: Reading | undefined) => {
        this.waiters.delete(done);
        signal.removeEventListener("abort", aborted);
        resolve(result);
      };
      const aborted = () => done(undefined);
      this.waiters.set(done, after);
      signal.addEventListener("abort", aborted, { once: true });
    });
  }

  private arrived(queue: Queue): void {
    if (this.overflow === "latest") {
      this.newest = { token: queue.encodedAt(0)!, number: ++this.count };
      queue.shift();
    } else {
      this.arrivals.push(queue);
    }
    for (const [done, after] of [...this.waiters]) {
      const reading = this.read(after);
      if (reading === undefined) break;
      done(reading);
    }
  }
}
