import { decodeToken, encodeToken, type TokenValue } from "../../compiler/actor/token.js";
import type { Module } from "../../compiler/actor/types.js";
import type { ActorSpec, Collecting, ConnectionSpec, FaultPolicy, PortRef, Routing } from "../../runtime/host.js";
import type { TokenSink, TokenSource } from "../../runtime/port/queue.js";
import { actorModule, portNumber } from "../support/actors.js";
import type { FaultEvent, Rig } from "./rig.js";

/** How a connection is made: its queue length, or more. `name` tells it from others of its port. */
type Manner = number | { length?: number; routing?: Routing; collecting?: Collecting; name?: string };

/** Actors with connections, written down by names; runs on any rig. */
export class Program {
  private readonly actors = new Map<string, ActorSpec>();
  private readonly connections: ConnectionSpec[] = [];
  private readonly types = new Map<string, number>();

  /** Adds an actor; arguments by name. */
  async actor(id: string, type: string, args: Record<string, TokenValue> = {}, policy?: FaultPolicy): Promise<this> {
    const module = await actorModule(type);
    const tokens = module.manifest.args.map(({ name, type }) =>
      args[name] === undefined ? undefined : encodeToken(args[name], type),
    );
    this.actors.set(id, { id, module, args: tokens, ...(policy && { policy }) });
    return this;
  }

  module(id: string): Module {
    return this.actors.get(id)!.module;
  }

  /** `"a.out", "b.in"`: a connection on the runtime. */
  join(from: string, to: string, manner?: Manner): this {
    return this.add({ kind: "local", from: this.out(from), to: this.in(to), ...specOf(manner) });
  }

  /** Tokens from the test into an inport, under the port's name, or `name>actor.port`. */
  feed(to: string, manner?: Manner): this {
    return this.add({ kind: "receive", id: `${nameOf(manner)}>${to}`, to: this.in(to), ...specOf(manner) });
  }

  /** Tokens of an outport to the test, under the port's name, or `actor.port>name`. */
  tap(from: string, manner?: Manner): this {
    return this.add({ kind: "send", id: `${from}>${nameOf(manner)}`, from: this.out(from), ...specOf(manner) });
  }

  discard(from: string): this {
    return this.add({ kind: "void", from: this.out(from) });
  }

  /** Deploys it, and starts it unless `held`. */
  async run(rig: Rig, { held = false } = {}): Promise<Running> {
    await rig.host.deploy([...this.actors.values()], this.connections);
    const running = new Running(rig, [...this.actors.keys()], this.connections, this.types);
    if (!held) await running.start();
    return running;
  }

  private add(spec: ConnectionSpec): this {
    this.connections.push(spec);
    return this;
  }

  private out(name: string): PortRef {
    return this.port(name, "out");
  }

  private in(name: string): PortRef {
    return this.port(name, "in");
  }

  private port(name: string, direction: "in" | "out"): PortRef {
    const [actor, port] = name.split(".") as [string, string];
    const module = this.module(actor);
    const number = portNumber(module, direction, port);
    const ports = direction === "in" ? module.manifest.inports : module.manifest.outports;
    this.types.set(direction === "in" ? `>${name}` : `${name}>`, ports[number]!.type);
    return { actor, port: number };
  }
}

function specOf(manner: Manner | undefined): { length?: number; routing?: Routing; collecting?: Collecting } {
  if (manner === undefined) return {};
  if (typeof manner === "number") return { length: manner };
  const { name: _, ...spec } = manner;
  return spec;
}

const nameOf = (manner: Manner | undefined): string => (typeof manner === "object" && manner.name) || "";

const tapOf = (from: string): string => (from.includes(">") ? from : `${from}>`);
const feedOf = (to: string): string => (to.includes(">") ? to : `>${to}`);

/** A deployed program: tokens in, tokens out, faults as they come. */
export class Running {
  private readonly feeds = new Map<string, Writer>();
  private readonly taps = new Map<string, Reader>();
  private readonly faultsSeen: FaultEvent[] = [];
  private faultWaiter: (() => void) | undefined;

  constructor(
    readonly rig: Rig,
    readonly ids: string[],
    connections: ConnectionSpec[],
    private readonly types: Map<string, number>,
  ) {
    for (const spec of connections) {
      if (spec.kind === "receive") this.feeds.set(spec.id, new Writer(rig.feed(spec.id)));
      if (spec.kind === "send") this.taps.set(spec.id, new Reader(rig.tap(spec.id)));
    }
    rig.onFault = (event) => {
      this.faultsSeen.push(event);
      this.faultWaiter?.();
    };
  }

  /** Starts these actors, or all. */
  start(ids = this.ids): Promise<void> {
    return this.rig.host.start(ids);
  }

  /** Sends values, under the inport's type or another, and goes on at once; they leave as there is room. */
  send(to: string, values: TokenValue[], type = this.types.get(`>${to.split(">").at(-1)}`)!): void {
    this.feeds.get(feedOf(to))!.write(values.map((value) => encodeToken(value, type)));
  }

  sendEncoded(to: string, tokens: Uint8Array[]): void {
    this.feeds.get(feedOf(to))!.write(tokens);
  }

  /** The next `count` values of an outport. */
  async take(from: string, count: number): Promise<TokenValue[]> {
    const tokens = await this.takeEncoded(from, count);
    return tokens.map((token) => decodeToken(token, this.types.get(`${from.split(">")[0]}>`)!));
  }

  takeEncoded(from: string, count: number): Promise<Uint8Array[]> {
    return this.taps.get(tapOf(from))!.read(count);
  }

  /** Tokens that wait at a tap now. */
  waiting(from: string): number {
    return this.taps.get(tapOf(from))!.waiting;
  }

  /** The next fault that is reported. */
  async fault(): Promise<FaultEvent> {
    while (this.faultsSeen.length === 0) {
      await new Promise<void>((resolve) => {
        this.faultWaiter = resolve;
      });
    }
    return this.faultsSeen.shift()!;
  }

  async remove(): Promise<void> {
    await this.rig.host.remove(this.ids);
    for (const id of [...this.feeds.keys(), ...this.taps.keys()]) this.rig.release(id);
  }
}

/** Keeps a sink full until all is written. */
class Writer {
  private readonly pending: Uint8Array[] = [];

  constructor(private readonly sink: TokenSink) {
    sink.onRoom = () => this.flush();
  }

  write(tokens: Uint8Array[]): void {
    this.pending.push(...tokens);
    this.flush();
  }

  private flush(): void {
    while (this.pending.length > 0 && this.sink.push(this.pending[0]!)) this.pending.shift();
  }
}

/** Takes tokens only as they are asked for, so that back-pressure is real. */
class Reader {
  private arrived: (() => void) | undefined;

  constructor(private readonly source: TokenSource) {
    source.onToken = () => this.arrived?.();
  }

  get waiting(): number {
    return this.source.count;
  }

  async read(count: number): Promise<Uint8Array[]> {
    const tokens: Uint8Array[] = [];
    while (tokens.length < count) {
      const token = this.source.shift();
      if (token) tokens.push(token);
      else {
        await new Promise<void>((resolve) => {
          this.arrived = resolve;
        });
      }
    }
    return tokens;
  }
}
