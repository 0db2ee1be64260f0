import { TypeCode } from "../../compiler/actor/types.js";
import type { ActorHost } from "../host.js";
import { Queue, QueueSink, QueueSource, type TokenSink, type TokenSource } from "../port/queue.js";

/**
 * One end of connections that cross a border between runtimes. An end in this process hands out its queues; one behind
 * a link takes the queues of the other side.
 */
export interface ConnectionEnd {
  /** The tokens that connection `id` brings out of here, where the queue is in this process. */
  outgoing?(id: string): TokenSource;
  /** Where tokens of connection `id` come in, where the queue is in this process. */
  incoming?(id: string): TokenSink;
  /** Makes the tokens that come out of here by connection `id` go to `sink`. */
  deliver(id: string, sink: TokenSink): void;
  /** Makes connection `id` into here take its tokens from `source`. */
  supply(id: string, source: TokenSource): void;
}

/** A runtime of the mesh: what runs actors, and the ends of its connections to others. */
export interface Member extends ConnectionEnd {
  readonly host: ActorHost;
  /** Resolves when all that was made or removed is on disk, where that is needed to find it again. */
  settled?(): Promise<void>;
  /** Ids of the actors that it says it holds now; `?HANDLE` for one that it should not. Rejects when it can't be asked. */
  actors(): Promise<string[]>;
}

/**
 * A connection across a border. Two devices can't reach each other: between them the base runtime keeps a queue, which
 * is part of the connection.
 */
export class Junction {
  private readonly queue = new Queue(TypeCode.any);
  private readonly sink = new QueueSink(this.queue);
  private readonly source = new QueueSource(this.queue);

  constructor(
    readonly id: string,
    private readonly from: ConnectionEnd,
    private readonly to: ConnectionEnd,
  ) {}

  /**
   * Joins the ends after one or both were made. An end of two devices that was not made anew goes on as it is.
   *
   * @param made which ends are new
   */
  join(made: { from: boolean; to: boolean }): void {
    const { id, from, to } = this;
    if (from.outgoing !== undefined) {
      if (made.from || made.to) to.supply(id, from.outgoing(id));
    } else if (to.incoming !== undefined) {
      if (made.from || made.to) from.deliver(id, to.incoming(id));
    } else {
      if (made.from) from.deliver(id, this.sink);
      if (made.to) to.supply(id, this.source);
    }
  }
}

/** Moves tokens from a source to a sink as they come and as there is room. */
export function pump(source: TokenSource, sink: TokenSink): void {
  const move = () => {
    while (source.count > 0 && sink.room() > 0) sink.push(source.shift()!);
  };
  source.onToken = move;
  sink.onRoom = move;
  move();
}
