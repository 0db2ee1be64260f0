import { createHash } from "node:crypto";
import type { Module } from "../../compiler/actor/types.js";
import type { ActorSpec, ConnectionSpec } from "../../runtime/host.js";
import { DeviceRuntime } from "../../runtime/link/device.js";
import { toCbor } from "../../runtime/link/messages.js";
import type { DeviceRecord } from "../../runtime/link/record.js";
import type { Connector } from "../../runtime/link/transport.js";
import { Queue, QueueSink, QueueSource } from "../../runtime/port/queue.js";
import type { VirtualClock } from "./virtual-clock.js";

export const HOST_ID = Uint8Array.of(0x80, 0x57, 0, 0, 0, 0, 0, 1);

/** A module of `size` bytes that a model device takes; `seed` makes it one of its own. */
export function modelModule(seed: number, size = 180, requires: string[] = []): Module {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7 + seed) & 0xff);
  const port = (name: string) => ({ name, type: 0 });
  const manifest = {
    ...{ abi: 1, name: `Pass${seed}`, inports: [port("a"), port("b")], outports: [port("a"), port("b")] },
    ...{ actions: [], globals: [], memory: 0, slots: 0, fuel: 0, roles: {} },
    args: [{ name: "gain", type: 2, required: false }],
  };
  const hash = createHash("sha256").update(bytes).digest().subarray(0, 16).toString("hex");
  return { hash, bytes, manifest, requires };
}

export const actor = (id: string, module: Module, args: (Uint8Array | undefined)[] = []): ActorSpec => ({
  id,
  module,
  args,
});
export const receives = (id: string, to: string, port = 0, length?: number): ConnectionSpec => ({
  kind: "receive",
  id,
  to: { actor: to, port },
  ...(length === undefined ? {} : { length }),
});
export const sends = (id: string, from: string, port = 0, length?: number): ConnectionSpec => ({
  kind: "send",
  id,
  from: { actor: from, port },
  ...(length === undefined ? {} : { length }),
});
export const joins = (from: string, to: string, port = 0): ConnectionSpec => ({
  kind: "local",
  from: { actor: from, port },
  to: { actor: to, port },
});

/** A host's side in virtual time; draws no chance. */
export function hostOf(
  connector: Connector,
  clock: VirtualClock,
  { record, boot = 1 }: { record?: DeviceRecord; boot?: number } = {},
): DeviceRuntime {
  let drawn = boot * 1000;
  const options = { address: connector, host: { id: HOST_ID, boot }, clock, draw: () => ++drawn };
  return new DeviceRuntime(record ? { ...options, record } : options);
}

/** Numbered tokens into a connection: keeps its queue full until all are in. */
export class Feed {
  readonly source: QueueSource;
  private readonly queue: Queue;
  private put = 0;

  constructor(
    readonly count: number,
    length = 4,
  ) {
    this.queue = new Queue(3, length);
    this.source = new QueueSource(this.queue);
    this.queue.producer = this;
  }

  /** Fills the queue. */
  wake(): void {
    while (this.put < this.count && this.queue.count < this.queue.capacity) this.queue.push(this.put++);
  }

  /** All tokens were delivered for good. */
  get done(): boolean {
    return this.put === this.count && this.queue.count === 0;
  }
}

/** Takes numbered tokens out of a connection as they come. */
export class Drain {
  readonly got: number[] = [];
  /** Called after tokens were taken. */
  onToken: (() => void) | undefined;
  readonly sink: QueueSink;
  private readonly queue: Queue;

  constructor(length = 4) {
    this.queue = new Queue(0, length);
    this.sink = new QueueSink(this.queue);
    this.queue.consumer = this;
  }

  wake(): void {
    const source = new QueueSource(this.queue);
    for (let token = source.shift(); token; token = source.shift()) this.got.push(numberOf(token));
    this.queue.consumer = this;
    this.onToken?.();
  }
}

/** The number that an encoded unsigned token of at most 16 bits holds. */
export function numberOf(token: Uint8Array): number {
  return token.length === 1 ? token[0]! : token.length === 2 ? token[1]! : (token[1]! << 8) | token[2]!;
}

export const token = (value: unknown): Uint8Array => toCbor(value);
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
