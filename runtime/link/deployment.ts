import type { Module } from "../../compiler/actor/types.js";
import { KappaError } from "../errors.js";
import type { ActorSpec, ConnectionSpec, PortRef } from "../host.js";
import type { Channels } from "./channels.js";
import { failure } from "./failure.js";
import { u32 } from "./messages.js";
import { hashBytes, type ModuleDevice, type Modules } from "./modules.js";
import {
  CREATE_START,
  type Manner,
  NEW_ACTOR,
  Operation,
  REQUEST_HEAD,
  request,
  Status,
  type WireConnection,
} from "./operations.js";
import type { RecordedActor, Registry } from "./record.js";
import type { Reply } from "./requests.js";

/** Time to make one actor in ms; its `init` and `construct` run meanwhile. */
const CREATE_DEADLINE = 10_000;

/** What a failed deployment may have left on a device that could not be reached. */
export interface Garbage {
  /** Handles of actors; their connections go with them. */
  actors: number[];
  /** Connections between other actors. */
  joined: WireConnection[];
  /** Handles of all connections over the link that were drawn. */
  handles: number[];
}

/** The device as a deployment sees it. */
export interface DeployDevice extends ModuleDevice {
  readonly registry: Registry;
  readonly channels: Channels;
  readonly modules: Modules;
  /** Counts starts of the device: what was made in an earlier one is gone. */
  readonly epoch: number;
  /** Takes what is to be removed when the device is reached again. */
  discard(garbage: Garbage): void;
}

/** The actors that a connection touches on the device. */
export function endsOf(spec: ConnectionSpec): string[] {
  if (spec.kind === "local") return [...new Set([spec.from.actor, spec.to.actor])];
  return [spec.kind === "receive" ? spec.to.actor : spec.from.actor];
}

/** The name of a connection that has no id, for the record. */
export function keyOf(spec: ConnectionSpec): string {
  const name = ({ actor, port }: PortRef): string => `${actor}#${port}`;
  if (spec.kind === "local") return `${name(spec.from)}>${name(spec.to)}`;
  return spec.kind === "void" ? `${name(spec.from)}>` : spec.id;
}

/** Where to cut a list so that each part fits into `room` bytes, by the size of each item. */
export function packed<T>(items: T[], size: (item: T) => number, room: number): T[][] {
  const parts: T[][] = [];
  let left = 0;
  for (const item of items) {
    const need = size(item);
    if (parts.length === 0 || need > left) {
      parts.push([]);
      left = room;
    }
    parts.at(-1)!.push(item);
    left -= need;
  }
  return parts;
}

const connectionSize = (connection: WireConnection): number => request.connections([connection]).length - 1;

/** One call of deploy: makes actors and connections on a device, all of them or none. */
export class Deployment {
  private readonly handles = new Map<string, number>();
  private readonly links = new Map<ConnectionSpec, number>();
  private readonly made = new Map<string, RecordedActor>();
  /** Connections made between actors that were there before. */
  private readonly joined: WireConnection[] = [];
  private pending: ConnectionSpec[];
  private readonly epoch: number;

  /** Of `actors` and `connections`, only those that the registry does not know yet are given. */
  constructor(
    private readonly device: DeployDevice,
    private readonly actors: ActorSpec[],
    private readonly connections: ConnectionSpec[],
  ) {
    this.pending = connections;
    this.epoch = device.epoch;
  }

  /** Makes everything. With `start` an only actor may be started at once; returns the ids of those that were. */
  async run(start: boolean): Promise<string[]> {
    const used = this.usedModules();
    try {
      for (const { module } of this.actors) await this.device.modules.ensure(module, used);
      this.drawHandles();
      const started = await this.createAll(used, start && this.actors.length === 1);
      await this.connect(this.pending);
      this.commit();
      return started;
    } catch (error) {
      await this.undo();
      throw error;
    }
  }

  private usedModules(): Set<string> {
    const there = [...this.device.registry.actors.values()].map(({ module }) => module);
    return new Set([...there, ...this.actors.map(({ module }) => module.hash)]);
  }

  private drawHandles(): void {
    const { registry, channels } = this.device;
    for (const { id } of this.actors) this.handles.set(id, registry.drawActor());
    for (const spec of this.connections) {
      if (spec.kind !== "send" && spec.kind !== "receive") continue;
      const handle = registry.drawConnection();
      this.links.set(spec, handle);
      channels.attach(spec.id, handle);
    }
  }

  private async createAll(used: ReadonlySet<string>, start: boolean): Promise<string[]> {
    const started: string[] = [];
    for (const spec of this.actors) {
      const fitting = this.connectionsFor(spec);
      const all = fitting.length === this.pending.length;
      this.pending = this.pending.filter((connection) => !fitting.includes(connection));
      const flags = start && all ? CREATE_START : 0;
      const ram = await this.device.modules.makingRoom(used, () => this.create(spec, fitting, flags));
      this.made.set(spec.id, { handle: this.handles.get(spec.id)!, module: spec.module.hash, ram });
      if (flags) started.push(spec.id);
      this.open(fitting);
    }
    return started;
  }

  /** The connections that can be made with an actor, because their other ends are there, and fit into its CREATE. */
  private connectionsFor(spec: ActorSpec): ConnectionSpec[] {
    const there = (id: string): boolean => id === spec.id || this.made.has(id) || this.device.registry.actors.has(id);
    let room =
      this.device.frameMax -
      REQUEST_HEAD -
      request.create(0xffff, hashBytes(spec.module.hash), spec.args, [], 0, spec.policy).length;
    if (room < 0) {
      const text = `The arguments of actor ${spec.id} are ${-room} bytes too long for a frame of ${this.device.name}: shorten them`;
      throw new KappaError("TOKEN_TOO_LARGE", text, { actor: spec.id });
    }
    return this.pending.filter((connection) => {
      const ends = endsOf(connection);
      if (!ends.includes(spec.id) || !ends.every(there)) return false;
      room -= connectionSize(this.wire(connection, spec.id));
      return room >= 1;
    });
  }

  private async create(spec: ActorSpec, connections: ConnectionSpec[], flags: number): Promise<number> {
    const wire = connections.map((connection) => this.wire(connection, spec.id));
    const body = request.create(
      this.handles.get(spec.id)!,
      hashBytes(spec.module.hash),
      spec.args,
      wire,
      flags,
      spec.policy,
    );
    const call = (): Promise<Reply> => this.call(Operation.create, body);
    let reply = await call();
    if (reply.status === Status.unknown) {
      this.device.modules.forget(spec.module.hash);
      await this.device.modules.ensure(spec.module, this.usedModules());
      reply = await call();
    }
    // A handle is never drawn twice: if it is in use after a broken session, the request had been done in that.
    if (reply.again && reply.status === Status.exists) return 0;
    if (reply.status !== Status.ok) {
      const subject = { device: this.device.name, doing: "create", actor: spec.id, manifest: spec.module.manifest };
      throw failure(reply.status, reply.items, subject);
    }
    return u32(reply.items[0]);
  }

  /** Makes the connections that no CREATE could carry. */
  private async connect(specs: ConnectionSpec[]): Promise<void> {
    const made = (spec: ConnectionSpec): boolean => endsOf(spec).some((id) => this.made.has(id));
    const pairs = specs.map((spec) => ({ spec, wire: this.wire(spec) }));
    for (const part of packed(pairs, ({ wire }) => connectionSize(wire), this.device.frameMax - REQUEST_HEAD - 2)) {
      const wire = part.map((pair) => pair.wire);
      const reply = await this.call(Operation.connect, request.connections(wire));
      if (reply.status !== Status.ok && !(reply.again && reply.status === Status.exists))
        throw failure(reply.status, reply.items, {
          device: this.device.name,
          doing: "connect",
          actor: endsOf(part[0]!.spec)[0],
        });
      this.joined.push(...part.filter(({ spec }) => !made(spec)).map((pair) => pair.wire));
      this.open(part.map((pair) => pair.spec));
    }
  }

  private call(operation: number, body: Uint8Array): Promise<Reply> {
    if (this.device.epoch !== this.epoch)
      throw new KappaError("LINK_DOWN", `${this.device.name} has restarted meanwhile: deploy again`);
    return this.device.requests.call(operation, body, { deadline: CREATE_DEADLINE });
  }

  private open(specs: ConnectionSpec[]): void {
    for (const spec of specs) if (this.links.has(spec)) this.device.channels.open(keyOf(spec));
  }

  /** A connection in the words of the link; `created` is the actor that CREATE is making. */
  private wire(spec: ConnectionSpec, created?: string): WireConnection {
    const actor = (id: string): number => {
      if (id === created) return NEW_ACTOR;
      const handle = this.handles.get(id) ?? this.device.registry.actors.get(id)?.handle;
      if (handle === undefined)
        throw new KappaError("ACTOR_UNKNOWN", `A connection names actor ${id}, which is not on ${this.device.name}`);
      return handle;
    };
    const manner = mannerOf(spec);
    switch (spec.kind) {
      case "local": {
        const [from, to] = [actor(spec.from.actor), actor(spec.to.actor)];
        return { kind: "local", from, outport: spec.from.port, to, inport: spec.to.port, ...manner };
      }
      case "void":
        return { kind: "void", actor: actor(spec.from.actor), port: spec.from.port };
      case "send":
        return {
          kind: "send",
          actor: actor(spec.from.actor),
          port: spec.from.port,
          handle: this.links.get(spec)!,
          ...manner,
        };
      case "receive":
        return {
          kind: "receive",
          actor: actor(spec.to.actor),
          port: spec.to.port,
          handle: this.links.get(spec)!,
          ...manner,
        };
    }
  }

  private commit(): void {
    const { registry } = this.device;
    for (const [id, actor] of this.made) registry.actors.set(id, actor);
    for (const spec of this.connections) {
      const handle = this.links.get(spec);
      if (spec.kind === "send" || spec.kind === "receive") {
        const { actor, port } = spec.kind === "send" ? spec.from : spec.to;
        registry.connections.set(spec.id, { kind: spec.kind, handle: handle!, actor, port });
      } else registry.inside.set(keyOf(spec), endsOf(spec));
    }
    registry.free(this.handles.values(), this.links.values());
  }

  /** Takes back what was made, or maybe was; what cannot be reached now is left to `discard`. */
  private async undo(): Promise<void> {
    const { device } = this;
    for (const spec of this.links.keys()) device.channels.release(keyOf(spec));
    const actors = [...this.handles.values()];
    if (device.epoch === this.epoch) {
      try {
        if (actors.length > 0) await removeActors(device, actors);
        if (this.joined.length > 0) await disconnect(device, this.joined);
      } catch {
        device.discard({ actors, joined: this.joined, handles: [...this.links.values()] });
        return;
      }
    }
    device.registry.free(actors, this.links.values());
  }
}

function mannerOf(spec: ConnectionSpec): Manner {
  return {
    ...("length" in spec && spec.length !== undefined && { length: spec.length }),
    ...("routing" in spec && spec.routing && { routing: spec.routing }),
    ...("collecting" in spec && spec.collecting && { collecting: spec.collecting }),
  };
}

/** Removes actors by handle, as many in one request as fit. */
export async function removeActors(device: ModuleDevice, handles: number[], setup = false): Promise<void> {
  await forActors(device, Operation.remove, handles, "remove", setup);
}

/** Sends a request that lists actors by handle. */
export async function forActors(
  device: ModuleDevice,
  operation: number,
  handles: number[],
  doing: string,
  setup = false,
): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const part of packed(handles, () => 3, device.frameMax - REQUEST_HEAD - 2)) {
    const reply = await device.requests.call(operation, request.actors(part), { setup });
    const done = reply.status === Status.ok || (reply.again && reply.status === Status.state);
    if (!done) throw failure(reply.status, reply.items, { device: device.name, doing });
    replies.push(reply);
  }
  return replies;
}

/** Takes connections away, as many in one request as fit. */
export async function disconnect(device: ModuleDevice, connections: WireConnection[], setup = false): Promise<void> {
  for (const part of packed(connections, connectionSize, device.frameMax - REQUEST_HEAD - 2)) {
    const reply = await device.requests.call(Operation.disconnect, request.connections(part), { setup });
    if (reply.status !== Status.ok)
      throw failure(reply.status, reply.items, { device: device.name, doing: "disconnect" });
  }
}

/** Throws CAPABILITY_MISSING unless the device offers all that `module` imports. */
export function checkCapabilities(id: string, module: Module, offered: string[], name: string): void {
  const missing = module.requires.filter((capability) => !offered.includes(capability));
  if (missing.length === 0) return;
  const text = `${name} could not create actor ${id}: it has no ${missing.join(", ")}; choose another device`;
  throw new KappaError("CAPABILITY_MISSING", text, { actor: id, missing });
}
