import { tokenToJson } from "../../compiler/actor/token.js";
import type { Module } from "../../compiler/actor/types.js";
import type { Json } from "../../compiler/script/graph.js";
import { KappaError } from "../errors.js";
import type { ActorReport } from "../host.js";
import type { Mesh } from "../mesh/mesh.js";
import { fieldsOf } from "./fields.js";
import type { Kappa } from "./kappa.js";
import type { Kappas } from "./kappas.js";
import type { ActorView, KappaView } from "./views.js";
import { SINK_TYPE, SOURCE_TYPE } from "./views.js";

/** An actor with what its runtime tells of it. */
export interface ActorDetails extends ActorView {
  status: ActorReport["status"] | "pending" | "unreachable";
  fault?: string;
  firings?: number;
  /** All fuel used; a number, since JSON has no other. */
  fuel?: number;
  ram?: number;
  /** Why it has no place, or can't be asked. */
  why?: string;
}

export interface KappaDetails extends Omit<KappaView, "actors" | "pending"> {
  created: string;
  updated: string;
  actors: ActorDetails[];
}

/** Looks into running kappas. */
export class Introspection {
  constructor(
    private readonly mesh: Mesh,
    private readonly kappas: Kappas,
  ) {}

  /** A kappa with what every actor of it does. */
  async kappa(kappa: Kappa): Promise<KappaDetails> {
    const before = await this.kappas.view(kappa);
    const actors = await Promise.all(before.actors.map((actor) => this.details(kappa, actor)));
    // The reports may have told of faults.
    const { pending: _, ...view } = await this.kappas.view(kappa);
    const { created, updated } = kappa.record;
    return { ...view, created, updated, actors };
  }

  /** An actor with its state. Throws ACTOR_UNKNOWN, LINK_DOWN, LINK_DEADLINE. */
  async actor(id: string): Promise<ActorDetails & { kappa: string; state?: Record<string, Json> }> {
    const kappa = this.kappas.owner(id);
    const view = kappa && (await this.kappas.view(kappa)).actors.find((actor) => actor.id === id);
    if (kappa === undefined || view === undefined) {
      throw new KappaError("ACTOR_UNKNOWN", `No kappa has an actor ${id}; GET /kappa lists the actors of each`);
    }
    const details = await this.details(kappa, view);
    if (details.status === "unreachable") throw new KappaError("LINK_DOWN", details.why ?? `${view.runtime} is away`);
    const state = await this.stateOf(kappa, view);
    return { kappa: kappa.record.ref, ...details, ...(state && { state }) };
  }

  private async details(kappa: Kappa, actor: ActorView): Promise<ActorDetails> {
    const runtime = kappa.record.desired?.assignments?.[actor.id];
    if (actor.runtime === null) {
      const why = kappa.pending.find((pending) => pending.actor === actor.id)?.why;
      return { ...actor, status: "pending", ...(why !== undefined && { why }) };
    }
    const own = ownReport(kappa, actor);
    if (own !== undefined) return { ...actor, ...own };
    try {
      const { fuel, fault, ...report } = await this.mesh.reach(runtime!).host.report(actor.id);
      if (fault === undefined) kappa.faults.delete(actor.id);
      else kappa.faults.set(actor.id, fault);
      return { ...actor, ...report, ...(fault !== undefined && { fault }), fuel: Number(fuel) };
    } catch (error) {
      if (!(error instanceof KappaError)) throw error;
      return { ...actor, status: "unreachable", why: error.detail };
    }
  }

  private async stateOf(kappa: Kappa, actor: ActorView): Promise<Record<string, Json> | undefined> {
    const { desired } = kappa.record;
    const runtime = desired?.assignments?.[actor.id];
    if (actor.type === SOURCE_TYPE) return queues(kappa.deployment?.sources, (port) => port.waiting);
    if (actor.type === SINK_TYPE) {
      return queues(kappa.deployment?.sinks, (port) =>
        port.peek().map((token) => JSON.parse(tokenToJson(token)) as Json),
      );
    }
    if (desired === undefined || runtime === undefined) return undefined;
    const module: Module = await this.kappas.module(desired.modules[actor.type]!, actor.type);
    return fieldsOf(module.manifest, await this.mesh.reach(runtime).host.state(actor.id));
  }
}

/** What kappa.Source and kappa.Sink do: their firings are the tokens that passed. */
function ownReport(kappa: Kappa, { type }: ActorView): Pick<ActorDetails, "status" | "firings"> | undefined {
  if (type !== SOURCE_TYPE && type !== SINK_TYPE) return undefined;
  const { sources, sinks } = kappa.deployment ?? {};
  const counts =
    type === SOURCE_TYPE
      ? [...(sources?.values() ?? [])].map((port) => port.accepted)
      : [...(sinks?.values() ?? [])].map((port) => port.total);
  return { status: "running", firings: counts.reduce((sum, count) => sum + count, 0) };
}

function queues<P>(ports: ReadonlyMap<string, P> | undefined, show: (port: P) => Json): Record<string, Json> {
  return Object.fromEntries([...(ports ?? [])].map(([name, port]) => [name, show(port)]));
}
