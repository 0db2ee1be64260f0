import { randomInt } from "node:crypto";
import { EventEmitter } from "node:events";
import { abiImport } from "../../compiler/actor/capabilities.js";
import type { Json } from "../../compiler/script/graph.js";
import { KappaError } from "../errors.js";
import type { ActorHost, ActorReport, ActorSpec, ActorStatus, ConnectionSpec, RuntimeInfo } from "../host.js";
import type { TokenSink, TokenSource } from "../port/queue.js";
import { type FoundActor, type Loss, readInventory, reconcile } from "./attachment.js";
import { Channels } from "./channels.js";
import { type Clock, systemClock } from "./clock.js";
import {
  checkCapabilities,
  type DeployDevice,
  Deployment,
  disconnect,
  forActors,
  type Garbage,
  keyOf,
  removeActors,
} from "./deployment.js";
import { failure, trapName } from "./failure.js";
import { FRAME_MAX } from "./frame.js";
import { type Message, u8, u16 } from "./messages.js";
import { hashText, Modules } from "./modules.js";
import {
  type Description,
  type DeviceMetrics,
  EventKind,
  Operation,
  parseActorMetrics,
  parseDescription,
  parseDeviceMetrics,
  request,
  Status,
  text,
} from "./operations.js";
import { type DeviceRecord, Registry } from "./record.js";
import { Requests } from "./requests.js";
import { type HostIdentity, type LinkStatistics, Session, type Welcome } from "./session.js";
import { readState, writeState } from "./state.js";
import { type Connector, connectorFor } from "./transport.js";

export interface DeviceOptions {
  /** `tcp:host:port`, `unix:/path`, `serial:/dev/ttyACM0?baud=115200`, or a way of one's own to open a transport. */
  address: string | Connector;
  host: HostIdentity;
  /** What an earlier host process knew of the device. */
  record?: DeviceRecord;
  clock?: Clock;
  /** 32 random bits. */
  draw?: () => number;
}

export interface DeviceEvents {
  /** Connected and in agreement: everything may be asked of it. */
  connected: [];
  disconnected: [reason: string];
  /** The device started anew, or has lost this for another reason: it is to be deployed anew. Comes before `connected`. */
  lost: [loss: Loss];
  /** An actor trapped; `fault` is the name of the trap, `action` the index of the action. */
  fault: [event: { actor: string; fault: string; action?: number }];
  log: [event: { actor: string; text: string }];
  /** The record has changed and is to be kept. */
  changed: [];
  /** The device cannot be used, and why: for people. */
  problem: [error: Error];
}

/** By the number on the link; one that pauses before it tries again counts as running. */
const STATUS_NAMES: readonly ActorStatus[] = ["held", "running", "faulted", "running"];
/** Free memory is asked for so long after it may have grown, in ms. */
const REFRESH_AFTER = 200;

/**
 * A constrained runtime behind a link. Keeps itself connected from `open` to `close`. Everything that is asked while the device is
 * away waits a few seconds for it to come back. Tokens go through queues that the caller binds to connections.
 */
export class DeviceRuntime extends EventEmitter<DeviceEvents> implements ActorHost {
  readonly info: RuntimeInfo;
  private readonly clock: Clock;
  private readonly session: Session;
  private readonly requests: Requests;
  private readonly channels: Channels;
  private readonly registry: Registry;
  private readonly modules: Modules;
  private readonly statuses = new Map<string, ActorStatus>();
  private readonly device: DeployDevice;
  private description: Description | undefined;
  private identity: string | undefined;
  private boot: number | undefined;
  /** The registry and the device agree since this process or the device started, whichever was later. */
  private agreed = false;
  private epoch = 0;
  private garbage: Garbage[] = [];
  private work: Promise<unknown> = Promise.resolve();
  private eventsSeen = new Set<number>();
  private refresh: (() => void) | undefined;
  /** Takes the next attempt to set up back. */
  private again: (() => void) | undefined;

  constructor(options: DeviceOptions) {
    super();
    const connector = typeof options.address === "string" ? connectorFor(options.address) : options.address;
    const { record } = options;
    this.clock = options.clock ?? systemClock;
    const now = (): number => this.clock.now();
    this.requests = new Requests(connector.address, now, () => this.session.wake());
    this.channels = new Channels(now, () => this.session.wake());
    this.registry = new Registry(record);
    this.identity = record?.device;
    this.boot = record?.boot;
    this.info = blankInfo(record?.device ?? connector.address, connector.address);
    this.device = this.view();
    this.modules = new Modules(this.device);
    const draw = options.draw ?? (() => randomInt(0x1_0000_0000));
    this.session = new Session(connector, options.host, this.clock, draw, this.user());
  }

  /** Counters of the link; `resent` are tokens and probes, `repeated` requests sent more than once. */
  get statistics(): LinkStatistics & { resent: number; repeated: number } {
    return { ...this.session.statistics, resent: this.channels.resent, repeated: this.requests.repeated };
  }

  /** What is to be kept for the next host process; see the event `changed`. */
  get record(): DeviceRecord {
    const { identity, boot } = this;
    return {
      ...(identity === undefined ? {} : { device: identity }),
      ...(boot === undefined ? {} : { boot }),
      ...this.registry.save(),
    };
  }

  /**
   * The record with how far the connections have come, for callers who keep their queues and this in one step: then no token is lost
   * or doubled by the next process. It must not be used once further tokens may have come or gone.
   */
  checkpoint(): DeviceRecord {
    const { record } = this;
    for (const [id, connection] of Object.entries(record.connections)) {
      const next = this.channels.position(id);
      if (next !== undefined) connection.next = next;
    }
    return record;
  }

  /** Connects, and connects again whenever the device was away. Resolves when it is connected for the first time. */
  open(): Promise<void> {
    this.session.start();
    if (this.info.connected) return Promise.resolve();
    return new Promise((resolve) => this.once("connected", resolve));
  }

  /** Closes the link. The device's actors go on. */
  close(): void {
    this.refresh?.();
    this.again?.();
    this.session.stop();
    this.requests.abandon("closed by the host");
  }

  /**
   * Tokens of `source` go to the device by the `receive` connection `id`, before or after that is deployed. They leave the source when
   * the device has them for good. None may be longer than `info.tokenMax`.
   */
  bindOutgoing(id: string, source: TokenSource): void {
    this.channels.bindOutgoing(id, source);
  }

  /** Tokens that the device sends by the `send` connection `id` go into `sink`. */
  bindIncoming(id: string, sink: TokenSink): void {
    this.channels.bindIncoming(id, sink);
  }

  /** Lets go of a bound queue, and of what is known of the connection. */
  unbind(id: string): void {
    this.channels.drop(id);
  }

  deploy(actors: ActorSpec[], connections: ConnectionSpec[], options: { start?: boolean } = {}): Promise<void> {
    return this.inTurn(async () => {
      await this.described();
      const fresh = actors.filter((spec) => !this.isThere(spec));
      const missing = connections.filter((spec) => !this.isJoined(spec));
      for (const { id, module } of fresh) checkCapabilities(id, module, this.info.capabilities, this.info.name);
      if (fresh.length === 0 && missing.length === 0) return;
      const started = await new Deployment(this.device, fresh, missing).run(options.start === true);
      for (const { id } of fresh) {
        this.statuses.set(id, started.includes(id) ? "running" : "held");
        this.took(this.registry.actors.get(id)?.ram ?? 0);
      }
      this.emit("changed");
    });
  }

  start(ids: string[]): Promise<void> {
    return this.inTurn(() => this.change(ids, Operation.start, "start", "held", "running"));
  }

  stop(ids: string[]): Promise<void> {
    return this.inTurn(() => this.change(ids, Operation.stop, "stop", "running", "held"));
  }

  resume(ids: string[]): Promise<void> {
    return this.inTurn(() => this.change(ids, Operation.resume, "resume", "faulted", "running"));
  }

  remove(ids: string[]): Promise<void> {
    return this.inTurn(async () => {
      const known = ids.filter((id) => this.registry.actors.has(id));
      if (known.length === 0) return;
      await removeActors(
        this.device,
        known.map((id) => this.handle(id)),
      );
      for (const id of known) this.statuses.delete(id);
      for (const id of this.registry.forget(known)) this.channels.drop(id);
      this.refreshSoon();
      this.emit("changed");
    });
  }

  async report(id: string): Promise<ActorReport> {
    const { status, items } = await this.requests.call(Operation.metrics, request.metrics(this.handle(id)));
    if (status !== Status.ok) throw failure(status, items, { device: this.info.name, doing: "report on", actor: id });
    const metrics = parseActorMetrics(items);
    const { firings, fuel, ram } = metrics;
    this.note(id, metrics);
    const fault = metrics.fault === 0 ? {} : { fault: trapName(metrics.fault) };
    return { status: STATUS_NAMES[metrics.status] ?? "faulted", ...fault, firings, fuel, ram };
  }

  state(id: string): Promise<Uint8Array> {
    return readState(this.device, id, this.handle(id));
  }

  restore(id: string, state: Uint8Array): Promise<void> {
    return this.inTurn(async () => {
      await writeState(this.device, id, this.handle(id), state);
      this.statuses.set(id, "held");
    });
  }

  /** The device's own counters; free memory is noted in `info`. */
  async metrics(): Promise<DeviceMetrics> {
    const { status, items } = await this.requests.call(Operation.metrics, request.metrics());
    if (status !== Status.ok) throw failure(status, items, { device: this.info.name, doing: "report on itself" });
    const metrics = parseDeviceMetrics(items);
    this.info.free = metrics.free;
    return metrics;
  }

  /** What the device itself says that it holds. An actor of another host, or of a record that was lost, has no id. */
  async inventory(): Promise<{ actors: { id: string | undefined; handle: number }[]; modules: string[] }> {
    const items = await readInventory(this.device, false);
    return {
      actors: items.flatMap((item) =>
        item.kind === "actor" ? [{ id: this.registry.actorOf(item.actor), handle: item.actor }] : [],
      ),
      modules: items.flatMap((item) => (item.kind === "module" ? [hashText(item.hash)] : [])),
    };
  }

  /** One piece of work after the other, so that none sees another half done. */
  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.work.then(run);
    this.work = result.catch(() => undefined);
    return result;
  }

  /** Waits until the device has been described; rejects with LINK_DOWN when it does not come. */
  private async described(): Promise<void> {
    if (!this.description) await this.metrics();
  }

  private handle(id: string): number {
    const actor = this.registry.actors.get(id);
    if (actor) return actor.handle;
    throw new KappaError("ACTOR_UNKNOWN", `There is no actor ${id} on ${this.info.name}`, { actor: id });
  }

  private isThere({ id, module }: ActorSpec): boolean {
    const actor = this.registry.actors.get(id);
    if (actor && actor.module !== module.hash)
      throw new KappaError("ACTOR_EXISTS", `${this.info.name} runs an actor ${id} of another module: remove it first`, {
        actor: id,
      });
    return actor !== undefined;
  }

  private isJoined(spec: ConnectionSpec): boolean {
    return this.registry.connections.has(keyOf(spec)) || this.registry.inside.has(keyOf(spec));
  }

  private async change(
    ids: string[],
    operation: number,
    doing: string,
    from: ActorStatus,
    to: ActorStatus,
  ): Promise<void> {
    const concerned = ids.filter((id) => {
      const handle = this.handle(id);
      return handle > 0 && (this.statuses.get(id) ?? from) === from;
    });
    // Set before it is asked for: an actor that faults at once is told of in an event right behind the reply.
    for (const id of concerned) this.statuses.set(id, to);
    try {
      await forActors(
        this.device,
        operation,
        concerned.map((id) => this.handle(id)),
        doing,
      );
    } catch (error) {
      for (const id of concerned) this.statuses.delete(id);
      throw error;
    }
  }

  private took(bytes: number): void {
    if (this.info.free !== undefined) this.info.free = Math.max(0, this.info.free - bytes);
  }

  private refreshSoon(): void {
    this.refresh ??= this.clock.after(REFRESH_AFTER, () => {
      this.refresh = undefined;
      if (this.info.connected) this.metrics().catch(() => undefined);
    });
  }

  /** This link as the parts see it that make and remove things on the device. */
  private view(): DeployDevice {
    const link = this;
    return {
      requests: this.requests,
      registry: this.registry,
      channels: this.channels,
      get modules() {
        return link.modules;
      },
      get name() {
        return link.info.name;
      },
      get frameMax() {
        return link.description?.frameMax ?? FRAME_MAX;
      },
      get epoch() {
        return link.epoch;
      },
      discard: (garbage) => void link.garbage.push(garbage),
    };
  }

  /** What the session calls. */
  private user(): ConstructorParameters<typeof Session>[4] {
    return {
      begun: (welcome) => this.begun(welcome),
      ended: (reason) => this.ended(reason),
      refused: (reason) =>
        this.emit("problem", new KappaError("LINK_PROTOCOL", `${this.info.name} is refused: ${reason}`)),
      received: (message) => this.received(message),
      tick: (now) => this.requests.tick(now),
      next: (now) => this.requests.poll(now) ?? this.channels.next(now),
      deadline: () =>
        Math.min(this.requests.deadline(), this.session.isOpen ? this.channels.deadline() : Number.POSITIVE_INFINITY),
    };
  }

  private begun(welcome: Welcome): void {
    this.eventsSeen.clear();
    this.requests.begin();
    const identity = hashText(welcome.device);
    const same = this.identity === identity && this.boot === welcome.boot;
    if (!same && this.boot !== undefined) this.forgetAll();
    if (this.identity !== identity) this.description = undefined;
    this.identity = identity;
    this.boot = welcome.boot;
    this.channels.begin();
    const { sessions } = this.session;
    this.agree().then(
      () => {
        if (this.session.sessions !== sessions || !this.session.isOpen) return;
        this.info.connected = true;
        this.requests.ready();
        this.emit("connected");
      },
      (error: Error) => this.disagree(error, sessions),
    );
  }

  /** The set-up failed. When the session is over the next one tries again; else it is begun anew after a while. */
  private disagree(error: Error, sessions: number): void {
    if (this.session.sessions !== sessions || !this.session.isOpen) return;
    this.emit("problem", error);
    this.again = this.clock.after(1000, () => {
      if (this.session.sessions === sessions) this.session.restart("the set-up failed");
    });
  }

  /** Another start of the device, or another device: nothing that was made is there. */
  private forgetAll(): void {
    this.epoch++;
    this.agreed = false;
    this.description = undefined;
    this.garbage = [];
    const loss = { actors: [...this.registry.actors.keys()], connections: [...this.registry.connections.keys()] };
    this.registry.clear();
    this.statuses.clear();
    this.modules.clear();
    for (const id of loss.connections) this.channels.release(id);
    this.requests.abandon("it has restarted");
    if (loss.actors.length + loss.connections.length === 0) return;
    this.emit("lost", loss);
    this.emit("changed");
  }

  /** Sets a session up: afterwards the device has what the registry says. */
  private async agree(): Promise<void> {
    if (!this.description) await this.describe();
    if (!this.agreed) {
      const { found, loss } = await reconcile(this.device);
      this.agreed = true;
      for (const [id, actor] of found) this.note(id, actor);
      if (loss.actors.length + loss.connections.length > 0) this.emit("lost", loss);
      this.emit("changed");
    }
    await this.sweep();
  }

  private async describe(): Promise<void> {
    const { status, items } = await this.requests.call(Operation.describe, request.describe(), { setup: true });
    if (status !== Status.ok) throw failure(status, items, { device: this.info.name, doing: "describe itself" });
    const description = parseDescription(items);
    this.description = description;
    this.info.id = this.identity!;
    this.info.name = description.name;
    this.info.board = description.board;
    this.info.capabilities = description.capabilities.map((number) => abiImport(number)?.name ?? String(number));
    this.info.attributes = description.attributes as Record<string, Json>;
    this.info.simulated = description.simulated;
    this.info.free = description.free;
    this.info.tokenMax = description.tokenMax;
  }

  /** Removes what failed deployments have left behind. */
  private async sweep(): Promise<void> {
    for (let garbage = this.garbage[0]; garbage; garbage = this.garbage[0]) {
      if (garbage.actors.length > 0) await removeActors(this.device, garbage.actors, true);
      if (garbage.joined.length > 0) await disconnect(this.device, garbage.joined, true);
      this.registry.free(garbage.actors, garbage.handles);
      this.garbage.shift();
    }
  }

  private ended(reason: string): void {
    this.requests.end(reason);
    if (!this.info.connected) return;
    this.info.connected = false;
    this.emit("disconnected", reason);
  }

  private received(message: Message): void {
    if (message.kind === "token") this.channels.token(message.handle, message.seq, message.token);
    else if (message.kind === "ack") this.channels.ack(message.handle, message.next, message.window);
    else if (message.kind === "probe") this.channels.probe(message.handle);
    else if (message.kind === "reply") this.requests.reply(message.id, message.status, message.items);
    else if (message.kind === "event") {
      this.session.post({ kind: "eventAck", n: message.n });
      this.takeEvent(message.n, message.event, message.items);
    }
  }

  /** Events that are repeated because their acknowledgement was lost count once. */
  private takeEvent(n: number, kind: number, items: unknown[]): void {
    if (this.eventsSeen.has(n)) return;
    this.eventsSeen.add(n);
    this.eventsSeen.delete((n + 128) & 0xff);
    const actor = this.registry.actorOf(u16(items[0]));
    if (actor === undefined) return;
    if (kind === EventKind.fault) this.note(actor, { status: 2, fault: u8(items[1]) }, u8(items[2]));
    else if (kind === EventKind.log) this.emit("log", { actor, text: text(items[1]) });
  }

  /** What the device says of an actor; a fault is told once. */
  private note(id: string, { status, fault }: FoundActor, action?: number): void {
    const before = this.statuses.get(id);
    const now = STATUS_NAMES[status] ?? "faulted";
    this.statuses.set(id, now);
    if (now !== "faulted" || before === "faulted") return;
    this.emit("fault", { actor: id, fault: trapName(fault), ...(action === undefined ? {} : { action }) });
  }
}

function blankInfo(id: string, address: string): RuntimeInfo {
  return {
    id,
    name: address,
    kind: "constrained",
    capabilities: [],
    attributes: {},
    simulated: false,
    connected: false,
    tokenMax: 0,
  };
}
