import type { Mesh } from "../mesh/mesh.js";
import type { ActorPlacement } from "../placement/placement.js";
import type { Kappa } from "./kappa.js";
import { type Ends, endsOf, type Modules } from "./plan.js";
import type { Desired } from "./record.js";

/** A port of a kappa, as REST shows it. */
export interface PortView {
  name: string;
  /** Type of the actor ports behind it; several are joined by ` | `. */
  type: string;
  /** Outports only. */
  overflow?: "block" | "latest";
}

/** An actor of a kappa and the name of the runtime it is on, null while it has no place. */
export interface ActorView {
  id: string;
  type: string;
  runtime: string | null;
}

/** What PUT and GET /kappa answer. */
export interface KappaView {
  ref: string;
  name: string;
  version: number;
  status: string;
  inports: PortView[];
  outports: PortView[];
  actors: ActorView[];
  /** Only while pending: which actors have no place, why, and what each runtime lacks. */
  pending?: ActorPlacement[];
  /** Only when failed. */
  problem?: { code: string; detail: string };
}

export const SOURCE_TYPE = "kappa.Source";
export const SINK_TYPE = "kappa.Sink";

/** The ports of a graph. */
export function portsOf(ends: Ends): { inports: PortView[]; outports: PortView[] } {
  return {
    inports: (ends.source?.ports ?? []).map(({ name, types }) => ({ name, type: types })),
    outports: (ends.sink?.ports ?? []).map(({ name, types, overflow }) => ({ name, type: types, overflow })),
  };
}

/** The actors of a kappa, its own Source and Sink included. `assignments` by actor id to runtime id. */
export function actorsOf(
  desired: Desired,
  ends: Ends,
  mesh: Mesh,
  assignments: Readonly<Record<string, string>> | undefined,
): ActorView[] {
  const base = mesh.base.host.info.name;
  const own = assignments === undefined ? null : base;
  return [
    ...(ends.source ? [{ id: ends.source.id, type: SOURCE_TYPE, runtime: own }] : []),
    ...desired.graph.actors.map(({ id, type }) => {
      const runtime = assignments?.[id];
      return { id, type, runtime: runtime === undefined ? null : mesh.nameOf(runtime) };
    }),
    ...(ends.sink ? [{ id: ends.sink.id, type: SINK_TYPE, runtime: own }] : []),
  ];
}

/** A kappa as REST shows it. */
export function viewOf(kappa: Kappa, desired: Desired, modules: Modules, mesh: Mesh): KappaView {
  const { ref, name, version } = kappa.record;
  const ends = endsOf(desired.graph, modules);
  return {
    ref,
    name,
    version,
    status: kappa.status,
    ...portsOf(ends),
    actors: actorsOf(desired, ends, mesh, desired.assignments),
    ...(kappa.pending.length > 0 ? { pending: kappa.pending } : {}),
    ...(kappa.problem ? { problem: { code: kappa.problem.code, detail: kappa.problem.detail } } : {}),
  };
}
