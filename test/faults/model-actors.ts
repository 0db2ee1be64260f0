import type { Message } from "../../runtime/link/messages.js";
import { Operation, Status } from "../../runtime/link/operations.js";
import { Receiver, Sender } from "../../runtime/port/connection.js";
import { Queue, QueueSink, QueueSource } from "../../runtime/port/queue.js";
import type { Answer } from "./model-device.js";

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const RAM = 500;

interface ModelActor {
  hash: Uint8Array;
  status: number;
  fault: number;
  firings: number;
  args: unknown[];
  state: Uint8Array;
  inports: Map<number, Queue>;
  outports: Map<number, (Queue | "void")[]>;
}

interface End<E> {
  actor: number;
  port: number;
  queue: Queue;
  end: E;
}

/** The actors of a model device and their connections. */
export class ModelActors {
  readonly senders = new Map<number, End<Sender>>();
  readonly receivers = new Map<number, End<Receiver>>();
  private readonly actors = new Map<number, ModelActor>();

  constructor(private readonly wake: () => void) {}

  get ram(): number {
    return this.actors.size * RAM;
  }

  get count(): number {
    return this.actors.size;
  }

  /** Handles of all actors. */
  get handles(): number[] {
    return [...this.actors.keys()];
  }

  argsOf(handle: number): unknown[] | undefined {
    return this.actors.get(handle)?.args;
  }

  fault(handle: number, code: number): void {
    Object.assign(this.actors.get(handle)!, { status: 2, fault: code });
  }

  begin(): void {
    for (const { end } of [...this.senders.values(), ...this.receivers.values()]) end.begin();
  }

  create([handle, hash, args, connections, flags]: unknown[]): Answer {
    if (this.actors.has(handle as number)) return [Status.exists, []];
    const state = Uint8Array.from({ length: 600 }, (_, i) => i & 0xff);
    const base = {
      hash: hash as Uint8Array,
      status: flags as number,
      fault: 0,
      firings: 0,
      args: args as unknown[],
      state,
    };
    this.actors.set(handle as number, { ...base, inports: new Map(), outports: new Map() });
    const answer = this.connect(connections as unknown[][], handle as number);
    if (answer[0] !== Status.ok) {
      this.remove(handle as number);
      return answer;
    }
    return [0, [RAM]];
  }

  metrics(handle: number): Answer {
    const actor = this.actors.get(handle);
    return actor ? [0, [actor.status, actor.fault, actor.firings, actor.firings * 3, RAM]] : [Status.unknown, []];
  }

  inventory(): unknown[][] {
    const actors = [...this.actors].map(([handle, { hash, status, fault }]) => [0, handle, hash, status, fault]);
    const receiving = [...this.receivers].map(([h, { actor, port, end }]) => [1, h, 0, actor, port, end.expected]);
    const sending = [...this.senders].map(([h, { actor, port, end }]) => [1, h, 1, actor, port, end.oldest]);
    return [...actors, ...receiving, ...sending];
  }

  perform(operation: number, items: unknown[]): Answer {
    const handles = items as number[];
    if (operation === Operation.remove) {
      for (const handle of handles) this.remove(handle);
      return [0, []];
    }
    if (operation === Operation.connect) return this.connect(items as unknown[][]);
    if (operation === Operation.disconnect) {
      for (const connection of items as number[][]) this.disconnect(connection);
      return [0, []];
    }
    if (operation === Operation.state) return this.state(items as [number, number]);
    if (operation === Operation.restore) return this.restore(items as [number, number, number, Uint8Array]);
    const status: Record<number, [number, number]> = {
      [Operation.start]: [0, 1],
      [Operation.stop]: [1, 0],
      [Operation.resume]: [2, 1],
    };
    const [from, to] = status[operation]!;
    for (const handle of handles) {
      const actor = this.actors.get(handle);
      if (!actor) return [Status.unknown, []];
      if (actor.status !== from) return [Status.state, []];
    }
    for (const handle of handles) Object.assign(this.actors.get(handle)!, { status: to, fault: 0 });
    this.wake();
    return [0, []];
  }

  /** Passes tokens on until nothing moves. */
  fire(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const actor of this.actors.values())
        for (const port of actor.inports.keys()) moved = pass(actor, port) || moved;
    }
  }

  outgoing(now: number): Message[] {
    const messages: Message[] = [];
    for (const [handle, { end }] of this.receivers) if (end.owes) messages.push({ kind: "ack", handle, ...end.pay() });
    for (const [handle, { end }] of this.senders)
      for (let out = end.poll(now); out; out = end.poll(now)) messages.push({ ...out, handle });
    return messages;
  }

  deadline(): number {
    return Math.min(...[...this.senders.values()].map(({ end }) => end.deadline));
  }

  private remove(handle: number): void {
    const actor = this.actors.get(handle);
    if (!actor) return;
    this.actors.delete(handle);
    for (const ends of [this.senders, this.receivers])
      for (const [h, end] of ends as Map<number, End<unknown>>) if (end.actor === handle) ends.delete(h);
    const gone = new Set<Queue | "void">(actor.inports.values());
    for (const other of this.actors.values())
      for (const [port, outs] of other.outports)
        other.outports.set(
          port,
          outs.filter((out) => !gone.has(out)),
        );
  }

  private connect(connections: unknown[][], created = 0): Answer {
    for (const [index, connection] of connections.entries()) {
      const [kind, a, b, c, d, e] = connection as number[];
      const real = (handle: number): number => (handle === 0 ? created : handle);
      const actor = this.actors.get(real(a!));
      if (!actor) return [Status.unknown, []];
      if (kind === 0) {
        if (this.senders.has(c!)) return [Status.exists, []];
        const queue = new Queue(0, d ?? 4);
        this.senders.set(c!, { actor: real(a!), port: b!, queue, end: new Sender(new QueueSource(queue)) });
        attach(actor, b!, queue);
      } else if (kind === 1) {
        if (this.receivers.has(c!)) return [Status.exists, []];
        if (actor.inports.has(b!)) return [Status.port, [index]];
        const queue = new Queue(0, d ?? 4);
        this.receivers.set(c!, { actor: real(a!), port: b!, queue, end: new Receiver(new QueueSink(queue)) });
        actor.inports.set(b!, queue);
      } else if (kind === 2) {
        const to = this.actors.get(real(c!));
        if (!to) return [Status.unknown, []];
        if (to.inports.has(d!)) return [Status.port, [index]];
        const queue = new Queue(0, e ?? 4);
        to.inports.set(d!, queue);
        attach(actor, b!, queue);
      } else attach(actor, b!, "void");
    }
    this.wake();
    return [0, []];
  }

  private disconnect([kind, a, b, c, d]: number[]): void {
    const actor = this.actors.get(a!);
    const detach = (queue: Queue | undefined): void => {
      const outs = actor?.outports.get(b!);
      if (outs)
        actor!.outports.set(
          b!,
          outs.filter((out) => out !== queue),
        );
    };
    if (kind === 0) {
      detach(this.senders.get(c!)?.queue);
      this.senders.delete(c!);
    } else if (kind === 1) {
      if (this.receivers.delete(c!)) actor?.inports.delete(b!);
    } else if (kind === 2) {
      const to = this.actors.get(c!);
      detach(to?.inports.get(d!));
      to?.inports.delete(d!);
    }
  }

  private state([handle, offset]: [number, number]): Answer {
    const actor = this.actors.get(handle);
    if (!actor) return [Status.unknown, []];
    return [0, [actor.state.length, actor.firings, actor.state.slice(offset, offset + 200)]];
  }

  private restore([handle, total, offset, page]: [number, number, number, Uint8Array]): Answer {
    const actor = this.actors.get(handle);
    if (!actor) return [Status.unknown, []];
    if (actor.status !== 0) return [Status.state, []];
    const state = offset === 0 ? new Uint8Array(total) : actor.state;
    state.set(page, offset);
    actor.state = state;
    return [0, []];
  }
}

function attach(actor: ModelActor, port: number, out: Queue | "void"): void {
  actor.outports.set(port, [...(actor.outports.get(port) ?? []), out]);
}

/** Passes one token of inport `port` on, if there is one and there is room everywhere. */
function pass(actor: ModelActor, port: number): boolean {
  const queue = actor.inports.get(port)!;
  const outs = actor.outports.get(port) ?? [];
  if (actor.status !== 1 || queue.count === 0 || outs.length === 0) return false;
  if (outs.some((out) => out !== "void" && out.count === out.capacity)) return false;
  const value = queue.first();
  for (const out of outs) if (out !== "void") out.push(value);
  queue.shift();
  actor.firings++;
  return true;
}
