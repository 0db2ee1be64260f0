import { Receiver, Sender } from "../port/connection.js";
import type { TokenSink, TokenSource } from "../port/queue.js";
import type { Message } from "./messages.js";

/** One connection over the link, seen from this side. It outlives sessions, and starts of the device. */
interface Channel {
  id: string;
  /** While the device has the other end. */
  handle?: number;
  /** Whether this end may speak: the device is known to have the connection. */
  live: boolean;
  /** Where to number from when an end is bound, and how many tokens from there on the device may have already. */
  seq: number;
  reached: number;
  sender?: Sender;
  receiver?: Receiver;
  /** The newest ACK that came while no source was bound. */
  early?: { next: number; window: number };
}

/** All connections of one link: finds the end for a frame, and the next frame that an end wants to send. */
export class Channels {
  private readonly byId = new Map<string, Channel>();
  private readonly byHandle = new Map<number, Channel>();
  private order: Channel[] = [];
  private turn = 0;

  /** `wake` is called when there is something to send. */
  constructor(
    private readonly now: () => number,
    private readonly wake: () => void,
  ) {}

  /** Tokens and probes sent more than once. */
  get resent(): number {
    return this.order.reduce((sum, { sender }) => sum + (sender?.resent ?? 0), 0);
  }

  /** Tokens from `source` go to the device by connection `id`. */
  bindOutgoing(id: string, source: TokenSource): void {
    const channel = this.channel(id);
    if (channel.sender) channel.sender.source = source;
    else {
      channel.sender = new Sender(source);
      channel.sender.renumber(channel.seq, channel.reached);
    }
    source.onToken = this.wake;
    if (channel.early) channel.sender.ack(channel.early.next, channel.early.window, this.now());
    this.wake();
  }

  /** Tokens that come by connection `id` go into `sink`. */
  bindIncoming(id: string, sink: TokenSink): void {
    const channel = this.channel(id);
    if (channel.receiver) channel.receiver.sink = sink;
    else channel.receiver = new Receiver(sink, channel.seq);
    sink.onRoom = this.wake;
    this.wake();
  }

  /** Forgets connection `id` and lets go of its queue. */
  drop(id: string): void {
    const channel = this.byId.get(id);
    if (!channel) return;
    this.detach(channel);
    if (channel.sender) channel.sender.source.onToken = undefined;
    if (channel.receiver) channel.receiver.sink.onRoom = undefined;
    this.byId.delete(id);
    this.order = this.order.filter((other) => other !== channel);
  }

  /** Connection `id` is about to be made under `handle`, and numbered from 0. It listens, but does not speak yet. */
  attach(id: string, handle: number): void {
    this.take(id, handle, 0);
  }

  /** Connection `id` is there under `handle`; its end here goes on at `seq`. The device may have `reached` tokens from there on. */
  take(id: string, handle: number, seq: number, reached = 0): void {
    const channel = this.channel(id);
    this.detach(channel);
    channel.handle = handle;
    channel.seq = seq;
    channel.reached = reached;
    channel.sender?.renumber(seq, reached);
    channel.receiver?.renumber(seq);
    this.byHandle.set(handle, channel);
  }

  /** How far connection `id` has come: the number of the next token that comes, or of the oldest that is not acknowledged. */
  position(id: string): number | undefined {
    const channel = this.byId.get(id);
    return channel?.receiver?.expected ?? channel?.sender?.oldest;
  }

  /** The device has connection `id` now. */
  open(id: string): void {
    this.channel(id).live = true;
    this.wake();
  }

  /** The device has connection `id` no more; the local end stays bound, with its tokens. */
  release(id: string): void {
    const channel = this.byId.get(id);
    if (!channel) return;
    this.detach(channel);
    channel.seq = channel.reached = 0;
    channel.sender?.renumber(0);
    channel.receiver?.renumber(0);
  }

  /** A session begins. */
  begin(): void {
    for (const channel of this.order) {
      delete channel.early;
      channel.sender?.begin();
      channel.receiver?.begin();
    }
  }

  token(handle: number, seq: number, token: Uint8Array): void {
    this.byHandle.get(handle)?.receiver?.token(seq, token);
  }

  ack(handle: number, next: number, window: number): void {
    const channel = this.byHandle.get(handle);
    if (!channel) return;
    if (channel.sender) channel.sender.ack(next, window, this.now());
    else channel.early = { next, window };
  }

  probe(handle: number): void {
    this.byHandle.get(handle)?.receiver?.probe();
  }

  /** The next ACK that half a window waits for, else token, else ACK; the connections take turns. */
  next(now: number): Message | undefined {
    return (
      this.first((channel) => (channel.receiver?.urgent ? ackOf(channel) : undefined)) ??
      this.first((channel) => this.outgoing(channel, now)) ??
      this.first((channel) => (channel.receiver?.owes ? ackOf(channel) : undefined))
    );
  }

  deadline(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { live, sender } of this.order) if (live && sender) least = Math.min(least, sender.deadline);
    return least;
  }

  private outgoing(channel: Channel, now: number): Message | undefined {
    const out = channel.sender?.poll(now);
    if (!out) return undefined;
    const handle = channel.handle!;
    return out.kind === "probe" ? { kind: "probe", handle } : { ...out, handle };
  }

  private first(wants: (channel: Channel) => Message | undefined): Message | undefined {
    const { order } = this;
    for (let i = 0; i < order.length; i++) {
      const at = (this.turn + i) % order.length;
      const channel = order[at]!;
      const message = channel.live ? wants(channel) : undefined;
      if (!message) continue;
      this.turn = at + 1;
      return message;
    }
    return undefined;
  }

  private channel(id: string): Channel {
    let channel = this.byId.get(id);
    if (!channel) {
      channel = { id, live: false, seq: 0, reached: 0 };
      this.byId.set(id, channel);
      this.order.push(channel);
    }
    return channel;
  }

  private detach(channel: Channel): void {
    channel.live = false;
    delete channel.early;
    if (channel.handle === undefined) return;
    if (this.byHandle.get(channel.handle) === channel) this.byHandle.delete(channel.handle);
    delete channel.handle;
  }
}

function ackOf(channel: Channel): Message {
  return { kind: "ack", handle: channel.handle!, ...channel.receiver!.pay() };
}
