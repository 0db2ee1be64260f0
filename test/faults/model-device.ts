import { decodeFirst } from "cborg";
import type { Clock } from "../../runtime/link/clock.js";
import { encodeFrame, FrameDecoder, sessionOf } from "../../runtime/link/frame.js";
import { decodeMessage, encodeMessage, fromCbor, type Message } from "../../runtime/link/messages.js";
import { Operation, Status } from "../../runtime/link/operations.js";
import type { Connector, Transport, TransportHandlers } from "../../runtime/link/transport.js";
import { hex, ModelActors } from "./model-actors.js";

/** A reply: status and items. */
export type Answer = [status: number, items: unknown[]];

export interface ModelOptions {
  id?: Uint8Array;
  version?: number;
  capabilities?: number[];
  frameMax?: number;
  /** Bytes for modules and actors. */
  heap?: number;
  actorsMax?: number;
  /** Time that a byte stream takes in each direction, in ms. */
  latency?: number;
}

/**
 * The device's side of docs/link-protocol.md in memory, with actors that pass each token of inport p on to outport p. Written
 * from the document and not after the firmware, so that the two can be compared.
 */
export class ModelDevice {
  /** Requests that were acted on, by operation. */
  readonly acted: number[] = [];
  /** Answers that take the place of the next real ones, by operation. */
  readonly forced = new Map<number, Answer[]>();
  /** Takes nothing and sends nothing, as without power; nothing is forgotten. */
  off = false;
  actors: ModelActors;
  private readonly muted = new Set<number>();
  private modules = new Map<string, { total: number; bytes: Uint8Array }>();
  private boot = 1;
  private nonce = 0x5000;
  private helloNonce: number | undefined;
  private session = 0;
  private heard = 0;
  private last: { id: number; answer: Answer } | undefined;
  private events: { n: number; kind: number; items: unknown[]; due: number; pause: number }[] = [];
  private eventCount = 0;
  private line: { send: (bytes: Uint8Array) => void; close: () => void } | undefined;
  private waking = false;
  private readonly options: Required<ModelOptions>;
  private readonly decoder: FrameDecoder;

  constructor(
    private readonly clock: Clock,
    options: ModelOptions = {},
  ) {
    const id = Uint8Array.of(0xde, 0xc0, 0, 0, 0, 0, 0, 1);
    this.options = {
      id,
      version: 1,
      capabilities: [32, 40, 48],
      frameMax: 256,
      heap: 20000,
      actorsMax: 8,
      latency: 1,
      ...options,
    };
    this.decoder = new FrameDecoder((body) => this.take(body), this.options.frameMax);
    this.actors = this.newActors();
  }

  /** Where a host reaches it; a new transport takes the place of the one before. */
  get connector(): Connector {
    return { address: "memory:model", renewable: true, open: (handlers) => this.accept(handlers) };
  }

  /** Power off and on: all but the modules' store is forgotten; the stream stays. */
  reset(options: { keepModules?: boolean } = {}): void {
    this.boot++;
    this.endSession();
    this.actors = this.newActors();
    if (!options.keepModules) this.modules.clear();
    this.decoder.reset();
    this.transmit({ kind: "ready", device: this.options.id, boot: this.boot }, 0);
  }

  /** Begins a new session of its own accord, as after 5 s of silence. */
  dropSession(): void {
    this.endSession();
  }

  /** Answers no requests of an operation any more. */
  mute(operation: number): void {
    this.muted.add(operation);
  }

  /** Reports a trap of an actor. */
  trap(handle: number, code: number, action: number): void {
    this.actors.fault(handle, code);
    this.event(1, [handle, code, action]);
  }

  log(handle: number, text: string): void {
    this.event(2, [handle, text]);
  }

  get free(): number {
    const modules = [...this.modules.values()].reduce((sum, { total }) => sum + total, 0);
    return this.options.heap - modules - this.actors.ram;
  }

  hasModule(hash: string): boolean {
    return this.modules.has(hash);
  }

  private newActors(): ModelActors {
    return new ModelActors(() => this.wake());
  }

  private event(kind: number, items: unknown[]): void {
    this.events.push({ n: this.eventCount++ & 0xff, kind, items, due: 0, pause: 300 });
    this.wake();
  }

  private endSession(): void {
    this.session = 0;
    this.helloNonce = undefined;
    this.last = undefined;
  }

  private async accept(handlers: TransportHandlers): Promise<Transport> {
    this.line?.close();
    let open = true;
    const later = (run: () => void): void => {
      this.clock.after(this.options.latency, () => open && run());
    };
    const line = {
      send: (bytes: Uint8Array) => later(() => handlers.data(bytes)),
      close: () => {
        if (open) handlers.closed("another host");
        open = false;
      },
    };
    this.line = line;
    this.decoder.reset();
    return {
      write: (bytes) => {
        later(() => this.line === line && this.decoder.push(bytes));
        return true;
      },
      close: () => {
        open = false;
        if (this.line === line) this.line = undefined;
      },
    };
  }

  private take(body: Uint8Array): void {
    const message = decodeMessage(body);
    if (!message || this.off) return;
    this.heard = this.clock.now();
    if (message.kind === "hello") this.hello(message);
    else if (this.session !== 0) this.inSession(message);
    this.wake();
  }

  private hello(hello: Extract<Message, { kind: "hello" }>): void {
    const { version, id: device } = this.options;
    if (hello.nonce !== this.helloNonce) {
      this.endSession();
      this.helloNonce = hello.nonce;
      this.nonce++;
      this.eventCount = 0;
      for (const event of this.events) Object.assign(event, { n: this.eventCount++ & 0xff, due: 0, pause: 300 });
      if (hello.version === version) this.session = sessionOf(hello.nonce, this.nonce);
      this.decoder.session = this.session;
      this.actors.begin();
    }
    const nonces = { hostNonce: hello.nonce, nonce: this.nonce };
    this.transmit({ kind: "welcome", version, suite: 0, ...nonces, device, boot: this.boot }, 0);
  }

  private inSession(message: Message): void {
    const { actors } = this;
    if (message.kind === "ping") this.transmit({ kind: "pong", n: message.n });
    else if (message.kind === "token") actors.receivers.get(message.handle)?.end.token(message.seq, message.token);
    else if (message.kind === "ack")
      actors.senders.get(message.handle)?.end.ack(message.next, message.window, this.clock.now());
    else if (message.kind === "probe") actors.receivers.get(message.handle)?.end.probe();
    else if (message.kind === "eventAck") this.events = this.events.filter(({ n }) => n !== message.n);
    else if (message.kind === "request") this.request(message.id, message.operation, message.body);
  }

  private request(id: number, operation: number, body: Uint8Array): void {
    if (this.muted.has(operation)) return;
    if (this.last?.id !== id) {
      this.acted.push(operation);
      this.last = { id, answer: this.forced.get(operation)?.shift() ?? this.perform(operation, body) };
    }
    const [status, items] = this.last.answer;
    this.transmit({ kind: "reply", id, status, items });
  }

  private perform(operation: number, body: Uint8Array): Answer {
    const { actors, options } = this;
    const items = operation === Operation.create ? createItems(body) : fromCbor(body);
    switch (operation) {
      case Operation.describe: {
        const limits = [options.heap, this.free, 192, options.frameMax, options.actorsMax];
        return [0, ["model", "memory", options.capabilities, { name: "m1", floor: 2 }, limits, "test", true]];
      }
      case Operation.inventory:
        return this.inventory(items[0] as number);
      case Operation.module:
        return this.module(...(items as [Uint8Array, number, number, Uint8Array]));
      case Operation.create: {
        if (!this.complete(hex(items[1] as Uint8Array))) return [Status.unknown, []];
        if (this.free < 1000) return [Status.memory, [this.free]];
        if (actors.count >= options.actorsMax) return [Status.limit, []];
        return actors.create(items);
      }
      case Operation.evict:
        if (!this.modules.delete(hex(items[0] as Uint8Array))) return [Status.unknown, []];
        return [0, []];
      case Operation.metrics:
        return items.length > 0
          ? actors.metrics(items[0] as number)
          : [0, [this.free, this.clock.now() | 0, 0, 0, 0, 0, 0]];
      default:
        return actors.perform(operation, items);
    }
  }

  private complete(hash: string): boolean {
    const module = this.modules.get(hash);
    return module !== undefined && module.bytes.length === module.total;
  }

  private module(hash: Uint8Array, total: number, offset: number, chunk: Uint8Array): Answer {
    const module = this.modules.get(hex(hash)) ?? { total, bytes: new Uint8Array() };
    if (!this.modules.has(hex(hash)) && total > this.free) return [Status.memory, [this.free]];
    this.modules.set(hex(hash), module);
    if (offset === module.bytes.length) module.bytes = Uint8Array.of(...module.bytes, ...chunk);
    return [0, [module.bytes.length]];
  }

  /** Two items a page, so that paging is used. */
  private inventory(from: number): Answer {
    const modules = [...this.modules].map(([hash, { total, bytes }]) => [
      2,
      Buffer.from(hash, "hex"),
      total,
      bytes.length,
    ]);
    const all = [...this.actors.inventory(), ...modules.map(([a, b, c, d]) => [a, Uint8Array.from(b as Buffer), c, d])];
    const next = from + 2 < all.length ? from + 2 : 0;
    return [0, [next, ...all.slice(from, from + 2)]];
  }

  private wake(): void {
    if (this.waking) return;
    this.waking = true;
    this.clock.soon(() => {
      this.waking = false;
      this.work();
    });
  }

  private work(): void {
    const now = this.clock.now();
    this.actors.fire();
    if (this.session !== 0 && now >= this.heard + 5000) this.endSession();
    if (this.session === 0) return;
    for (const event of this.events) {
      if (now < event.due) continue;
      event.due = event.kind === 2 ? Number.POSITIVE_INFINITY : now + event.pause;
      event.pause = Math.min(2 * event.pause, 5000);
      this.transmit({ kind: "event", n: event.n, event: event.kind, items: event.items });
    }
    this.events = this.events.filter(({ due }) => due < Number.POSITIVE_INFINITY);
    for (const message of this.actors.outgoing(now)) this.transmit(message);
    const deadline = Math.min(this.actors.deadline(), this.heard + 5000, ...this.events.map(({ due }) => due));
    this.clock.after(Math.max(1, deadline - now), () => this.wake());
  }

  private transmit(message: Message, session = this.session): void {
    if (!this.off) this.line?.send(encodeFrame(encodeMessage(message), session));
  }
}

/** CREATE's array with its arguments as they stand: tokens are not for everyone to decode. */
function createItems(body: Uint8Array): unknown[] {
  const items: unknown[] = [];
  for (let rest = body.subarray(1); rest.length > 0; ) {
    const [value, after] = decodeFirst(rest);
    items.push(value);
    rest = after;
  }
  return items;
}
