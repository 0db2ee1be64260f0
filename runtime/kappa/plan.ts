import { TokenError, tokenFromJson, typeName } from "../../compiler/actor/token.js";
import { type Manifest, type Module, TypeCode } from "../../compiler/actor/types.js";
import type { Graph, GraphActor, Json } from "../../compiler/script/graph.js";
import { KappaError } from "../errors.js";
import type { ActorSpec, Collecting, ConnectionSpec, PortRef, Routing } from "../host.js";
import { INNER, OUTER, type PlacementLink } from "../placement/placement.js";
import type { Overflow, SourcePeer } from "./ends.js";
import { policyOf } from "./fault-policy.js";
import { type Manner, mannersOf } from "./port-properties.js";

/** Modules by actor type, for every type in the graph. */
export type Modules = ReadonlyMap<string, Module>;

/** A connection that crosses a border: between runtimes, or between an actor and the kappa's Source or Sink. */
export interface Crossing {
  /** Unique among all kappas, the same each time. */
  id: string;
  /** Actor ids of its ends. */
  from: string;
  to: string;
}

/** What has to be made on each runtime for a kappa, and how the parts are joined. */
export interface Plan {
  /** By runtime id, in the order of the graph. */
  runtimes: Map<string, { actors: ActorSpec[]; connections: ConnectionSpec[] }>;
  crossings: Crossing[];
}

/** The kappa's own actors: its ends, which live in the base runtime. */
export interface Ends {
  source?: { id: string; ports: { name: string; peers: SourcePeer[]; actors: string[]; types: string }[] };
  sink?: { id: string; ports: { name: string; ids: string[]; overflow: Overflow; types: string }[] };
}

interface Wire {
  from: { actor: string; port: string };
  to: { actor: string; port: string };
}

/** The ends that a graph needs. Their ids are `<kappa>:source` and `<kappa>:sink`. */
export function endsOf(graph: Graph, modules: Modules): Ends {
  const ends: Ends = {};
  const ids = endIds(graph);
  const type = (actor: string, port: string, side: "inports" | "outports") =>
    manifestOf(graph, modules, actor)[side].find((p) => p.name === port)!.type;
  if (graph.inports.length > 0) {
    ends.source = {
      id: ids.source,
      ports: graph.inports.map(({ name, peers }) => ({
        name,
        peers: peers.map((to) => ({
          id: wireId({ from: { actor: ids.source, port: name }, to }),
          type: type(to.actor, to.port, "inports"),
        })),
        actors: peers.map((to) => to.actor),
        types: names(peers.map((to) => type(to.actor, to.port, "inports"))),
      })),
    };
  }
  if (graph.outports.length > 0) {
    ends.sink = {
      id: ids.sink,
      ports: graph.outports.map(({ name, peers, properties }) => ({
        name,
        ids: peers.map((from) => wireId({ from, to: { actor: ids.sink, port: name } })),
        overflow: properties.overflow === "latest" ? "latest" : "block",
        types: names(peers.map((from) => type(from.actor, from.port, "outports"))),
      })),
    };
  }
  return ends;
}

/** The connections as placement weighs them. */
export function linksOf(graph: Graph): PlacementLink[] {
  const ids = endIds(graph);
  return wires(graph).map(({ from, to }) => ({
    from: from.actor,
    to: to.actor,
    weight: from.actor === ids.source || to.actor === ids.sink ? OUTER : INNER,
  }));
}

/**
 * What to make where.
 *
 * @param assignments runtime id by actor id, for every actor of the graph
 * @param tokenMax the largest token of a runtime, bytes
 * @throws KappaError ARGUMENT_INVALID, PORT_PROPERTY
 */
export function planOf(
  graph: Graph,
  modules: Modules,
  assignments: Readonly<Record<string, string>>,
  tokenMax: (runtime: string) => number,
): Plan {
  const plan: Plan = { runtimes: new Map(), crossings: [] };
  const at = (runtime: string) => {
    const part = plan.runtimes.get(runtime) ?? { actors: [], connections: [] };
    plan.runtimes.set(runtime, part);
    return part;
  };
  for (const actor of graph.actors) {
    const policy = policyOf(graph, actor.id);
    at(assignments[actor.id]!).actors.push({
      id: actor.id,
      module: modules.get(actor.type)!,
      args: argumentsOf(actor, modules.get(actor.type)!.manifest),
      ...(policy && { policy }),
    });
  }
  const ref = (end: { actor: string; port: string }, side: "inports" | "outports"): PortRef => ({
    actor: end.actor,
    port: manifestOf(graph, modules, end.actor)[side].findIndex((port) => port.name === end.port),
  });
  const all = wires(graph);
  const manners = mannersOf(graph, all, ({ actor, port }, direction) => {
    const side = direction === "inport" ? "inports" : "outports";
    return manifestOf(graph, modules, actor)[side].find(({ name }) => name === port)?.type === TypeCode.any;
  });
  for (const [index, wire] of all.entries()) {
    const manner = manners[index]!;
    const [from, to] = [assignments[wire.from.actor], assignments[wire.to.actor]];
    if (from !== undefined && from === to) {
      at(from).connections.push({
        kind: "local",
        from: ref(wire.from, "outports"),
        to: ref(wire.to, "inports"),
        ...localManner(manner),
      });
      continue;
    }
    const id = wireId(wire);
    if (from !== undefined) {
      // A token that the other side can't take traps its sender.
      const limit = to !== undefined && tokenMax(to) < tokenMax(from) ? { limit: tokenMax(to) } : {};
      at(from).connections.push({ kind: "send", id, from: ref(wire.from, "outports"), ...manner.from, ...limit });
    }
    if (to !== undefined) at(to).connections.push({ kind: "receive", id, to: ref(wire.to, "inports"), ...manner.to });
    plan.crossings.push({ id, from: wire.from.actor, to: wire.to.actor });
  }
  for (const end of graph.voids) {
    at(assignments[end.actor]!).connections.push({ kind: "void", from: ref(end, "outports") });
  }
  return plan;
}

/** Of a connection within a runtime: its one queue is the longer of the two. */
function localManner({ from, to }: Manner): { length?: number; routing?: Routing; collecting?: Collecting } {
  const length = Math.max(from.length ?? 0, to.length ?? 0);
  return { ...from, ...to, ...(length > 0 && { length }) };
}

/** The arguments of an actor as tokens in the manifest's order; undefined leaves the default. Throws ARGUMENT_INVALID. */
export function argumentsOf(actor: GraphActor, manifest: Manifest): (Uint8Array | undefined)[] {
  const unknown = Object.keys(actor.args).filter((name) => !manifest.args.some((arg) => arg.name === name));
  if (unknown.length > 0) {
    const known = manifest.args.map((arg) => arg.name).join(", ") || "none";
    throw new KappaError("ARGUMENT_INVALID", `${actor.type} has no argument ${unknown.join(", ")}; it has: ${known}`, {
      actor: actor.id,
    });
  }
  return manifest.args.map(({ name, type, required }) => {
    const value: Json | undefined = Object.hasOwn(actor.args, name) ? actor.args[name] : undefined;
    if (value === undefined) {
      if (!required) return undefined;
      throw new KappaError("ARGUMENT_INVALID", `${actor.type} needs the argument ${name}: ${typeName(type)}`, {
        actor: actor.id,
      });
    }
    try {
      return tokenFromJson(value, type);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      throw new KappaError("ARGUMENT_INVALID", `Argument ${name} of ${actor.type}: ${error.message}`, {
        actor: actor.id,
      });
    }
  });
}

function endIds(graph: Graph): { source: string; sink: string } {
  return { source: `${graph.name}:source`, sink: `${graph.name}:sink` };
}

/** Every connection, those from the Source and to the Sink included. */
function wires(graph: Graph): Wire[] {
  const ids = endIds(graph);
  return [
    ...graph.inports.flatMap(({ name, peers }) => peers.map((to) => ({ from: { actor: ids.source, port: name }, to }))),
    ...graph.connections,
    ...graph.outports.flatMap(({ name, peers }) =>
      peers.map((from) => ({ from, to: { actor: ids.sink, port: name } })),
    ),
  ];
}

function wireId({ from, to }: Wire): string {
  return `${from.actor}.${from.port}>${to.actor}.${to.port}`;
}

function manifestOf(graph: Graph, modules: Modules, actor: string): Manifest {
  return modules.get(graph.actors.find((a) => a.id === actor)!.type)!.manifest;
}

function names(types: number[]): string {
  return [...new Set(types.map(typeName))].join(" | ") || "any";
}
