import { KappaError } from "../errors.js";
import type { ActorStatus, ConnectionSpec } from "../host.js";
import { type ConnectionEnd, Junction, pump } from "../mesh/member.js";
import type { Mesh } from "../mesh/mesh.js";
import type { TokenSink, TokenSource } from "../port/queue.js";
import { SinkPort, SourcePort } from "./ends.js";
import { type Crossing, type Ends, endsOf, type Modules, type Plan, planOf } from "./plan.js";
import type { Desired } from "./record.js";

/** A crossing with what joins it, from when both its ends were there. */
interface Joint extends Crossing {
  junction?: Junction;
}

/**
 * The parts of one kappa in the mesh, under fixed assignments: makes them on each runtime, joins and starts them. Knows what
 * it has seen to exist, and can be told to look again.
 */
export class Deployment {
  readonly ends: Ends;
  readonly sources: ReadonlyMap<string, SourcePort>;
  readonly sinks: ReadonlyMap<string, SinkPort>;
  readonly plan: Plan;
  private readonly joints: Joint[];
  private readonly sourceEnd: ConnectionEnd = {
    outgoing: (id) => this.sourceOf(id),
    deliver: (id, sink) => pump(this.sourceOf(id), sink),
    supply: () => undefined,
  };
  private readonly sinkEnd: ConnectionEnd = {
    incoming: (id) => this.sinkOf(id),
    deliver: () => undefined,
    supply: (id, source) => pump(source, this.sinkOf(id)),
  };
  /** Runtimes on which every actor was seen to exist since they last came. */
  private readonly seen = new Set<string>();

  /** @throws KappaError ARGUMENT_INVALID */
  constructor(
    private readonly mesh: Mesh,
    desired: Desired,
    modules: Modules,
    private readonly assignments: Readonly<Record<string, string>>,
  ) {
    this.ends = endsOf(desired.graph, modules);
    const tokenMax = (runtime: string) => mesh.find(runtime)?.host.info.tokenMax ?? Number.POSITIVE_INFINITY;
    this.sources = new Map(
      this.ends.source?.ports.map(({ name, peers, actors }) => {
        const limit = Math.min(...actors.map((actor) => tokenMax(assignments[actor]!)));
        return [name, new SourcePort(name, peers, limit)];
      }),
    );
    this.sinks = new Map(
      this.ends.sink?.ports.map((port) => [port.name, new SinkPort(port.name, port.ids, port.overflow)]),
    );
    this.plan = planOf(desired.graph, modules, assignments, tokenMax);
    this.joints = this.plan.crossings.map((crossing) => ({ ...crossing }));
  }

  /** Runtimes with a part of this kappa. */
  get runtimes(): string[] {
    return [...this.plan.runtimes.keys()];
  }

  /** Ids of the actors on one runtime. */
  actorsOn(runtime: string): string[] {
    return this.plan.runtimes.get(runtime)?.actors.map((actor) => actor.id) ?? [];
  }

  /** Whether the part on this runtime is there, as far as is known. */
  has(runtime: string): boolean {
    return this.seen.has(runtime);
  }

  /** The runtime went away or came back: what was seen there is not known any more. */
  lookAgain(runtime: string): void {
    this.seen.delete(runtime);
  }

  /** Makes all parts, held, then joins and starts them. Rejects at the first that can't be made; see `runtime` of the error. */
  async make(): Promise<void> {
    for (const runtime of this.runtimes) {
      await naming(runtime, async () => {
        const { actors, connections } = this.plan.runtimes.get(runtime)!;
        await this.mesh.reach(runtime).host.deploy(actors, connections);
        await this.mesh.reach(runtime).settled?.();
        this.seen.add(runtime);
      });
    }
    this.joinAll(new Set());
    for (const runtime of this.runtimes) {
      await naming(runtime, () => this.mesh.reach(runtime).host.start(this.actorsOn(runtime)));
    }
  }

  /**
   * Looks at one runtime and makes what is missing there, joins it, and starts what is held. What exists is left alone.
   *
   * @returns ids of the actors that were made anew
   */
  async ensure(runtime: string): Promise<string[]> {
    return naming(runtime, async () => {
      const member = this.mesh.reach(runtime);
      const { host } = member;
      const { actors, connections } = this.plan.runtimes.get(runtime)!;
      const found = await this.statuses(runtime);
      const missing = new Set(actors.filter((actor) => !found.has(actor.id)).map((actor) => actor.id));
      // A device may have lost a connection alone; it makes only those that it lacks.
      const touches = (c: ConnectionSpec) =>
        ("from" in c && missing.has(c.from.actor)) || ("to" in c && missing.has(c.to.actor));
      if (missing.size > 0 || host.info.kind === "constrained") {
        await host.deploy(
          actors.filter((actor) => missing.has(actor.id)),
          host.info.kind === "constrained" ? connections : connections.filter(touches),
        );
        await member.settled?.();
      }
      this.seen.add(runtime);
      this.joinAll(missing);
      const held = actors.filter((actor) => (found.get(actor.id) ?? "held") === "held").map((actor) => actor.id);
      if (held.length > 0) await host.start(held);
      return [...missing];
    });
  }

  /** Ends the kappa's ports: what waits to be read is gone, readers get nothing. */
  close(): void {
    for (const sink of this.sinks.values()) sink.close();
  }

  private async statuses(runtime: string): Promise<Map<string, ActorStatus>> {
    const { host } = this.mesh.reach(runtime);
    const found = new Map<string, ActorStatus>();
    for (const id of this.actorsOn(runtime)) {
      try {
        found.set(id, (await host.report(id)).status);
      } catch (error) {
        if (!(error instanceof KappaError) || error.code !== "ACTOR_UNKNOWN") throw error;
      }
    }
    return found;
  }

  /** Joins the crossings that have both ends and were not joined, or that have an end that was made anew. */
  private joinAll(made: ReadonlySet<string>): void {
    for (const joint of this.joints) {
      if (!this.isThere(joint.from) || !this.isThere(joint.to)) continue;
      const first = joint.junction === undefined;
      joint.junction ??= new Junction(joint.id, this.end(joint.from), this.end(joint.to));
      joint.junction.join({ from: first || made.has(joint.from), to: first || made.has(joint.to) });
    }
  }

  private isThere(actor: string): boolean {
    const runtime = this.assignments[actor];
    return actor === this.ends.source?.id || actor === this.ends.sink?.id || this.seen.has(runtime ?? "");
  }

  /** Only for actors that are there. */
  private end(actor: string): ConnectionEnd {
    if (actor === this.ends.source?.id) return this.sourceEnd;
    if (actor === this.ends.sink?.id) return this.sinkEnd;
    return this.mesh.reach(this.assignments[actor]!);
  }

  private sourceOf(id: string): TokenSource {
    const port = this.ends.source!.ports.find((p) => p.peers.some((peer) => peer.id === id))!;
    return this.sources.get(port.name)!.outgoing(id);
  }

  private sinkOf(id: string): TokenSink {
    const port = this.ends.sink!.ports.find((p) => p.ids.includes(id))!;
    return this.sinks.get(port.name)!.incoming(id);
  }
}

/** Says on which runtime something failed. */
async function naming<T>(runtime: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KappaError)
      throw new KappaError(error.code, error.detail, { ...error.extra, runtime }, { cause: error });
    throw error;
  }
}
