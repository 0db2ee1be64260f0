import { TypeCode } from "../../compiler/actor/types.js";
import { KappaError } from "../errors.js";
import type { Collecting, ConnectionSpec, PortRef, Routing } from "../host.js";
import { type Defer, Queue, QueueSink, QueueSource, type TokenSink, type TokenSource } from "../port/queue.js";
import type { HostedActor } from "./hosted-actor.js";

/** Longest queue of a connection, in tokens; the same on devices. */
export const LENGTH_MAX = 64;

/** What ends at a port here and elsewhere on the other side: of a link, or of a native actor. */
interface End {
  queue: Queue;
  /** The actors that it joins. */
  actors: string[];
  /** Takes the queue from its ports. */
  detach(): void;
}

type FindActor = (id: string) => HostedActor | undefined;

/** The connections of a runtime. */
export class Connections {
  private readonly ends = new Set<End>();
  private readonly sources = new Map<string, TokenSource>();
  private readonly sinks = new Map<string, TokenSink>();

  /**
   * @param defer calls back what is attached, between firings
   * @param tokenMax largest token in bytes
   */
  constructor(
    private readonly defer: Defer,
    private readonly tokenMax: number,
  ) {}

  /**
   * Throws KappaError unless all of these can be made: PORT_UNKNOWN for a port that isn't there, an inport that is
   * taken, or connections of one port that are routed or collected in different ways; ACTOR_EXISTS for an id in use,
   * RUNTIME_LIMIT for a length out of 1 … 64, ACTOR_UNKNOWN.
   */
  check(specs: readonly ConnectionSpec[], find: FindActor): void {
    const inports = new Map<string, string | undefined>();
    const outports = new Map<string, string | undefined>();
    const ids = new Set<string>();
    for (const spec of specs) {
      if (spec.kind === "local" || spec.kind === "send") {
        this.outport(spec.from, find, spec.routing);
        const key = keyOf(spec.from);
        if (outports.has(key) && outports.get(key) !== spec.routing?.kind) throw routed(spec.from);
        outports.set(key, spec.routing?.kind);
      } else if (spec.kind === "void") {
        this.outportOf(spec.from, find);
      }
      if (spec.kind === "local" || spec.kind === "receive") {
        this.inport(spec.to, find, spec.collecting);
        const key = keyOf(spec.to);
        if (inports.has(key) && (!spec.collecting || inports.get(key) !== spec.collecting.kind)) throw taken(spec.to);
        inports.set(key, spec.collecting?.kind);
      }
      if (spec.kind === "send" || spec.kind === "receive") {
        if (ids.has(spec.id) || this.sources.has(spec.id) || this.sinks.has(spec.id)) {
          throw new KappaError("ACTOR_EXISTS", `there is a connection ${spec.id} already`);
        }
        ids.add(spec.id);
      }
      if (spec.kind !== "void") checkLength(spec.length);
    }
  }

  /** Makes connections that `check` has found good. */
  connect(specs: readonly ConnectionSpec[], find: FindActor): void {
    for (const spec of specs) {
      if (spec.kind === "void") {
        const actor = find(spec.from.actor)!;
        actor.setVoid(spec.from.port);
        actor.connected();
      } else if (spec.kind === "local") {
        const from = find(spec.from.actor)!;
        const queue = new Queue(from.instance.outTypes[spec.from.port]!, spec.length, this.tokenMax);
        const to = find(spec.to.actor)!;
        this.join(
          queue,
          { from, port: spec.from.port, routing: spec.routing },
          { to, port: spec.to.port, collecting: spec.collecting },
        );
      } else if (spec.kind === "send") {
        this.sources.set(spec.id, this.attachSink(spec.from, find, spec));
      } else {
        this.sinks.set(spec.id, this.attachSource(spec.to, find, spec));
      }
    }
  }

  /** A way out of an outport. Throws KappaError PORT_UNKNOWN, ACTOR_UNKNOWN, RUNTIME_LIMIT. */
  attachSink(
    ref: PortRef,
    find: FindActor,
    { length, limit = this.tokenMax, id, routing }: { length?: number; limit?: number; id?: string; routing?: Routing },
  ): TokenSource {
    const from = this.outport(ref, find, routing);
    const queue = new Queue(from.instance.outTypes[ref.port]!, checkLength(length), Math.min(limit, this.tokenMax));
    this.join(queue, { from, port: ref.port, routing }, undefined, id);
    return new QueueSource(queue, this.defer);
  }

  /** A way into an inport. Throws KappaError PORT_UNKNOWN, ACTOR_UNKNOWN, RUNTIME_LIMIT. */
  attachSource(
    ref: PortRef,
    find: FindActor,
    { length, id, collecting }: { length?: number; id?: string; collecting?: Collecting },
  ): TokenSink {
    const to = this.inport(ref, find, collecting);
    const queue = new Queue(TypeCode.any, checkLength(length), this.tokenMax);
    this.join(queue, undefined, { to, port: ref.port, collecting }, id);
    return new QueueSink(queue, this.defer);
  }

  /** The way out of a `send` connection. Throws KappaError NOT_FOUND. */
  outgoing(id: string): TokenSource {
    return this.sources.get(id) ?? notFound(id);
  }

  /** The way into a `receive` connection. Throws KappaError NOT_FOUND. */
  incoming(id: string): TokenSink {
    return this.sinks.get(id) ?? notFound(id);
  }

  /** Takes away all connections of actors that go. */
  removeActors(ids: ReadonlySet<string>): void {
    for (const end of this.ends) if (end.actors.some((actor) => ids.has(actor))) end.detach();
  }

  private join(
    queue: Queue,
    source: { from: HostedActor; port: number; routing: Routing | undefined } | undefined,
    target: { to: HostedActor; port: number; collecting: Collecting | undefined } | undefined,
    id?: string,
  ): void {
    source?.from.addOutput(source.port, queue, source.routing);
    target?.to.addInput(target.port, queue, target.collecting);
    const actors = [source?.from, target?.to].filter((actor) => actor !== undefined);
    const end: End = {
      queue,
      actors: actors.map((actor) => actor.id),
      detach: () => {
        queue.close();
        source?.from.removeOutput(source.port, queue);
        target?.to.removeInput(target.port, queue);
        for (const actor of actors) actor.connected();
        this.ends.delete(end);
        if (id !== undefined) (target ? this.sinks : this.sources).delete(id);
      },
    };
    this.ends.add(end);
    for (const actor of actors) actor.connected();
  }

  private outport(ref: PortRef, find: FindActor, routing: Routing | undefined): HostedActor {
    const actor = this.outportOf(ref, find);
    if (
      routing?.kind === "dispatch-mapped" &&
      (actor.instance.outTypes[ref.port] !== TypeCode.any || !routing.selectors)
    )
      throw new KappaError(
        "PORT_UNKNOWN",
        `outport ${ref.port} of ${ref.actor} is not of type Token, or has no selectors`,
      );
    if (!actor.offers(ref.port, routing)) throw routed(ref);
    return actor;
  }

  private outportOf(ref: PortRef, find: FindActor): HostedActor {
    const actor = find(ref.actor) ?? unknownActor(ref.actor);
    if (ref.port in actor.instance.outTypes) return actor;
    throw new KappaError("PORT_UNKNOWN", `actor ${ref.actor} has no outport ${ref.port}`);
  }

  private inport(ref: PortRef, find: FindActor, collecting: Collecting | undefined): HostedActor {
    const actor = find(ref.actor) ?? unknownActor(ref.actor);
    if (!(ref.port in actor.instance.inTypes)) {
      throw new KappaError("PORT_UNKNOWN", `actor ${ref.actor} has no inport ${ref.port}`);
    }
    const wraps = collecting !== undefined && collecting.kind !== "collect-unordered";
    const tags = wraps && collecting.kind !== "collect-all-listed";
    if ((wraps && actor.instance.inTypes[ref.port] !== TypeCode.any) || (tags && collecting.tag === undefined))
      throw new KappaError("PORT_UNKNOWN", `inport ${ref.port} of ${ref.actor} is not of type Token, or has no tag`);
    if (!actor.accepts(ref.port, collecting)) throw taken(ref);
    return actor;
  }
}

/** Throws KappaError ACTOR_UNKNOWN. */
export function unknownActor(id: string): never {
  throw new KappaError("ACTOR_UNKNOWN", `there is no actor ${id} here`, { actor: id });
}

function keyOf({ actor, port }: PortRef): string {
  return `${port} ${actor}`;
}

function routed(ref: PortRef): KappaError {
  return new KappaError("PORT_UNKNOWN", `outport ${ref.port} of actor ${ref.actor} routes its tokens in another way`);
}

function taken(ref: PortRef): KappaError {
  return new KappaError("PORT_UNKNOWN", `inport ${ref.port} of actor ${ref.actor} has a connection already`);
}

function notFound(id: string): never {
  throw new KappaError("NOT_FOUND", `there is no connection ${id} here`);
}

function checkLength(length: number | undefined): number | undefined {
  if (length === undefined || (Number.isInteger(length) && length >= 1 && length <= LENGTH_MAX)) return length;
  throw new KappaError("RUNTIME_LIMIT", `a queue holds 1 to ${LENGTH_MAX} tokens, not ${length}`);
}
