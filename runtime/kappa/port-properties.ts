import type { Endpoint, Graph, Json } from "../../compiler/script/graph.js";
import { LENGTH_MAX } from "../actor/connections.js";
import { KappaError } from "../errors.js";
import type { Collecting, Routing } from "../host.js";
import { COLLECTINGS } from "../port/collector.js";
import { ROUTINGS } from "../port/router.js";

type Direction = "inport" | "outport";

/** How one connection is made at its two ends. */
export interface Manner {
  from: { length?: number; routing?: Routing };
  to: { length?: number; collecting?: Collecting };
}

/** Connections of a port at most: a place among them is one byte on the link. */
const PEERS_MAX = 256;

/** Routing of an outport without further ado: every connection gets every token. */
const PLAIN = ["default", "fanout"];

/**
 * What a graph's port properties say of each of its connections, in their order. A routing that is a list is in order of
 * preference. Ends that are no actors of the graph (the kappa's own) have no properties.
 *
 * @throws KappaError PORT_PROPERTY
 */
export function mannersOf(graph: Graph, wires: readonly { from: Endpoint; to: Endpoint }[]): Manner[] {
  const outports = new Ports(graph, "outport");
  const inports = new Ports(graph, "inport");
  const actors = new Set(graph.actors.map(({ id }) => id));
  for (const { from, to } of wires) {
    outports.count(from);
    inports.count(to);
  }
  return wires.map(({ from, to }) => {
    const [turn, place] = [outports.take(from), inports.take(to)];
    const routing = outports.isShared(from) ? outports.kind(from, ROUTINGS, PLAIN) : undefined;
    const collecting = inports.isShared(to) ? inports.kind(to, COLLECTINGS, []) : undefined;
    if (inports.isShared(to) && !collecting && actors.has(to.actor))
      throw inports.refused(to, `has several connections; give it a routing: ${COLLECTINGS.join(", ")}`);
    return {
      from: { ...lengthOf(outports, from), ...(routing && { routing: { kind: routing, turn } }) },
      to: { ...lengthOf(inports, to), ...(collecting && { collecting: { kind: collecting, place } }) },
    };
  });
}

function lengthOf(ports: Ports, end: Endpoint): { length?: number } {
  const length = ports.properties(end).queue_length;
  if (length === undefined) return {};
  if (typeof length === "number" && Number.isInteger(length) && length >= 1 && length <= LENGTH_MAX) return { length };
  throw ports.refused(end, `has queue_length=${JSON.stringify(length)}; a queue holds 1 to ${LENGTH_MAX} tokens`);
}

/** The ports of one direction: their properties, and how many connections each has. */
class Ports {
  private readonly given = new Map<string, Record<string, Json>>();
  private readonly peers = new Map<string, { all: number; taken: number }>();

  constructor(
    graph: Graph,
    private readonly direction: Direction,
  ) {
    for (const { actor, port, direction, properties } of graph.portProperties ?? [])
      if (direction === this.direction) this.given.set(keyOf({ actor, port }), properties);
  }

  properties(end: Endpoint): Record<string, Json> {
    return this.given.get(keyOf(end)) ?? {};
  }

  count(end: Endpoint): void {
    const peers = this.peersOf(end);
    if (++peers.all > PEERS_MAX) throw this.refused(end, `has more than ${PEERS_MAX} connections`);
  }

  /** The place of the next connection among those of its port. */
  take(end: Endpoint): number {
    return this.peersOf(end).taken++;
  }

  isShared(end: Endpoint): boolean {
    return this.peersOf(end).all > 1;
  }

  /** The first of the routings that a port may have, if one is given and is not `plain`. */
  kind<K extends string>(end: Endpoint, kinds: readonly K[], plain: readonly string[]): K | undefined {
    const { routing } = this.properties(end);
    if (routing === undefined) return undefined;
    const wanted = Array.isArray(routing) ? routing : [routing];
    const found = wanted.find((name) => plain.includes(name as string) || kinds.includes(name as K));
    if (found === undefined) {
      const known = [...plain, ...kinds].join(", ");
      throw this.refused(
        end,
        `has routing=${JSON.stringify(routing)}, which no runtime offers there; there is: ${known}`,
      );
    }
    return plain.includes(found as string) ? undefined : (found as K);
  }

  refused({ actor, port }: Endpoint, what: string): KappaError {
    return new KappaError("PORT_PROPERTY", `${this.direction} ${port} of ${actor} ${what}`, { actor, port });
  }

  private peersOf(end: Endpoint): { all: number; taken: number } {
    const key = keyOf(end);
    const peers = this.peers.get(key) ?? { all: 0, taken: 0 };
    this.peers.set(key, peers);
    return peers;
  }
}

const keyOf = ({ actor, port }: Endpoint): string => `${actor} ${port}`;
