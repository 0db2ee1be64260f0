import type { Graph, GraphActor } from "../../compiler/script/graph.js";

/** A box of the drawing: the script, or a component in it, with what is inside. */
export interface Box {
  /** Unique; the first parts of the ids of what is inside. */
  id: string;
  /** Last part of the id. */
  label: string;
  boxes: Box[];
  actors: GraphActor[];
}

/** The components of a graph as nested boxes, told by the names of its actors: `script:component:actor`. */
export function boxesOf(graph: Graph): Box {
  const root: Box = { id: graph.name, label: graph.name, boxes: [], actors: [] };
  const known = new Map([[root.id, root]]);
  const boxOf = (parts: readonly string[]): Box => {
    const id = parts.join(":");
    const found = known.get(id);
    if (found !== undefined) return found;
    const box: Box = { id, label: parts.at(-1)!, boxes: [], actors: [] };
    known.set(id, box);
    (parts.length > 1 ? boxOf(parts.slice(0, -1)) : root).boxes.push(box);
    return box;
  };
  for (const actor of graph.actors) boxOf(actor.id.split(":").slice(0, -1)).actors.push(actor);
  return root;
}

/** The ports of each actor that something is joined to, in order of first use. */
export function portsOf(graph: Graph): Map<string, { inports: string[]; outports: string[] }> {
  const ports = new Map(
    graph.actors.map(({ id }) => [id, { inports: new Set<string>(), outports: new Set<string>() }]),
  );
  for (const { from, to } of graph.connections) {
    ports.get(from.actor)?.outports.add(from.port);
    ports.get(to.actor)?.inports.add(to.port);
  }
  for (const { actor, port } of graph.voids) ports.get(actor)?.outports.add(port);
  for (const { peers } of graph.inports) for (const { actor, port } of peers) ports.get(actor)?.inports.add(port);
  for (const { peers } of graph.outports) for (const { actor, port } of peers) ports.get(actor)?.outports.add(port);
  return new Map(
    [...ports].map(([id, { inports, outports }]) => [id, { inports: [...inports], outports: [...outports] }]),
  );
}

/** The arguments of an actor as a script writes them, cut after `limit` characters. */
export function argumentsText(actor: GraphActor, limit: number): string {
  const text = Object.entries(actor.args)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ");
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
