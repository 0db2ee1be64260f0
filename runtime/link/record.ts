import { KappaError } from "../errors.js";

/** What a device runs, by the host's names. Plain JSON, to be kept where it survives the host process. */
export interface DeviceRecord {
  /** The device's identity in hex; undefined before it was ever connected. */
  device?: string;
  /** The start of the device that all this is about. */
  boot?: number;
  actors: Record<string, RecordedActor>;
  /** Connections over the link by their id. */
  connections: Record<string, RecordedConnection>;
  /** Connections that are on the device alone, by their key; and the actors at their ends. */
  inside: Record<string, string[]>;
}

export interface RecordedActor {
  handle: number;
  /** Hash of its module in hex. */
  module: string;
  /** Bytes that its making took. */
  ram: number;
}

/** `send` and `receive` are seen from the device. */
export interface RecordedConnection {
  kind: "send" | "receive";
  handle: number;
  actor: string;
  port: number;
  /**
   * In a checkpoint only: by a `send` connection the number of the next token, those before it are in its queue; by a `receive`
   * connection the number of the oldest token in its queue.
   */
  next?: number;
}

const HANDLES = 0x10000;

/** The names of what a device runs, and the handles that stand for them on its link. */
export class Registry {
  readonly actors = new Map<string, RecordedActor>();
  readonly connections = new Map<string, RecordedConnection>();
  readonly inside = new Map<string, string[]>();
  private readonly reservedActors = new Set<number>();
  private readonly reservedConnections = new Set<number>();
  private lastActor = 0;

  constructor(record?: DeviceRecord) {
    if (record) this.load(record);
  }

  load(record: Pick<DeviceRecord, "actors" | "connections" | "inside">): void {
    this.clear();
    for (const [id, actor] of Object.entries(record.actors)) this.actors.set(id, { ...actor });
    for (const [id, connection] of Object.entries(record.connections)) this.connections.set(id, { ...connection });
    for (const [key, ends] of Object.entries(record.inside)) this.inside.set(key, [...ends]);
    this.lastActor = Math.max(0, ...[...this.actors.values()].map(({ handle }) => handle));
  }

  save(): Pick<DeviceRecord, "actors" | "connections" | "inside"> {
    const saved = structuredClone({
      actors: Object.fromEntries(this.actors),
      connections: Object.fromEntries(this.connections),
      inside: Object.fromEntries(this.inside),
    });
    for (const connection of Object.values(saved.connections)) delete connection.next;
    return saved;
  }

  clear(): void {
    this.actors.clear();
    this.connections.clear();
    this.inside.clear();
    this.reservedActors.clear();
    this.reservedConnections.clear();
  }

  /** A handle for a new actor, reserved until `free`. Counts on, so that no handle comes back soon. */
  drawActor(): number {
    const used = new Set([...this.actors.values()].map(({ handle }) => handle));
    for (let tries = 1; tries < HANDLES; tries++) {
      this.lastActor = (this.lastActor % (HANDLES - 1)) + 1;
      if (used.has(this.lastActor) || this.reservedActors.has(this.lastActor)) continue;
      this.reservedActors.add(this.lastActor);
      return this.lastActor;
    }
    throw new KappaError("RUNTIME_LIMIT", "A device cannot hold more than 65535 actors");
  }

  /** A handle for a new connection, reserved until `free`: the smallest, since those below 63 are shorter on the wire. */
  drawConnection(): number {
    const used = new Set([...this.connections.values()].map(({ handle }) => handle));
    for (let handle = 0; handle < HANDLES; handle++) {
      if (used.has(handle) || this.reservedConnections.has(handle)) continue;
      this.reservedConnections.add(handle);
      return handle;
    }
    throw new KappaError("RUNTIME_LIMIT", "A link cannot hold more than 65536 connections");
  }

  /** Gives reserved handles back; those of recorded actors and connections stay taken. */
  free(actors: Iterable<number>, connections: Iterable<number>): void {
    for (const handle of actors) this.reservedActors.delete(handle);
    for (const handle of connections) this.reservedConnections.delete(handle);
  }

  /** Id of the actor with a handle. */
  actorOf(handle: number): string | undefined {
    for (const [id, actor] of this.actors) if (actor.handle === handle) return id;
    return undefined;
  }

  /** Forgets actors with their connections; returns the ids of the connections over the link. */
  forget(ids: Iterable<string>): string[] {
    const gone = new Set(ids);
    const connections = [...this.connections].filter(([, { actor }]) => gone.has(actor)).map(([id]) => id);
    for (const id of connections) this.connections.delete(id);
    for (const [key, ends] of this.inside) if (ends.some((id) => gone.has(id))) this.inside.delete(key);
    for (const id of gone) this.actors.delete(id);
    return connections;
  }
}
