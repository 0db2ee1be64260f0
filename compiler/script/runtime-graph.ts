import type { Endpoint, Graph, GraphActor, Json, PortProperties } from "./graph.js";
import { collects, dispatches } from "./properties.js";

/** The actors that voidports become; nobody else can give such names. */
const GENERATED = /(^|:)_void_\d+$/;

/** The same graph for a runtime: without actors for voidports, and with what actors say of the peers of their ports. */
export function runtimeGraph(graph: Graph): Graph {
  return withPeers(withoutVoids(graph));
}

/**
 * The same graph for a runtime that drops tokens and leaves inports open without actors to do it: outports that lead to
 * voidports are in `voids`, and inports that are fed from them are not connected.
 */
export function withoutVoids(graph: Graph): Graph {
  const isVoid = (id: string) => GENERATED.test(id);
  if (!graph.actors.some(({ id }) => isVoid(id))) return graph;
  const kept = graph.connections.filter(({ from, to }) => !isVoid(from.actor) && !isVoid(to.actor));
  const used = new Set(kept.map(({ from }) => keyOf(from)));
  for (const { peers } of graph.outports) for (const peer of peers) used.add(keyOf(peer));
  const voids = new Map(graph.voids.map((end) => [keyOf(end), end]));
  for (const { from, to } of graph.connections) {
    if (isVoid(to.actor) && !isVoid(from.actor) && !used.has(keyOf(from))) voids.set(keyOf(from), from);
  }
  const withActors = ({ actor }: { actor: string }) => !isVoid(actor);
  return {
    ...graph,
    actors: graph.actors.filter(({ id }) => !isVoid(id)),
    connections: kept,
    voids: [...voids.values()],
    inports: graph.inports.map((port) => ({ ...port, peers: port.peers.filter(withActors) })),
    outports: graph.outports.map((port) => ({ ...port, peers: port.peers.filter(withActors) })),
    ...(graph.portProperties && { portProperties: graph.portProperties.filter(withActors) }),
    requirements: Object.fromEntries(Object.entries(graph.requirements).filter(([id]) => !isVoid(id))),
  };
}

/**
 * Gives the arguments `mapping` and `order` of an actor to its ports that tell their peers apart, as properties of these
 * names in which port references have full names.
 */
function withPeers(graph: Graph): Graph {
  const actors = new Map(graph.actors.map((actor) => [actor.id, actor]));
  const given = (graph.portProperties ?? []).map((port): PortProperties => {
    const actor = actors.get(port.actor);
    const { routing } = port.properties;
    if (actor?.references === undefined || !(collects(routing) || dispatches(routing))) return port;
    const named = ["mapping", "order"].flatMap((name): [string, Json][] => {
      const value = Object.hasOwn(actor.args, name) ? actor.args[name] : undefined;
      return value === undefined ? [] : [[name, fullNames(actor, name, value)]];
    });
    return { ...port, properties: { ...Object.fromEntries(named), ...port.properties } };
  });
  return graph.portProperties === undefined ? graph : { ...graph, portProperties: given };
}

/** An argument, or a part of it, with the full names of the ports that it refers to. */
function fullNames(actor: GraphActor, name: string, value: Json): Json {
  const full = new Map((actor.references ?? []).map(({ at, ...end }) => [at.join(" "), keyOf(end)]));
  const rename = (part: Json, at: string): Json => {
    if (typeof part === "string") return full.get(at) ?? part;
    if (Array.isArray(part)) return part.map((item, index) => rename(item, `${at} ${index}`));
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, rename(item, `${at} ${key}`)]));
  };
  return rename(value, name);
}

/** Neither ids nor port names contain a dot before the last. */
function keyOf({ actor, port }: Endpoint): string {
  return `${actor}.${port}`;
}
