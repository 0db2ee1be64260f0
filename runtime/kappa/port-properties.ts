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

/** Bytes of a tag, and of all the selectors of a connection: what a device keeps. */
const KEYS_MAX = 200;

/** Routing of an outport without further ado: every connection gets every token. */
const PLAIN = ["default", "fanout"] as const;

/** What a script may say; `dispatch-ordered` is `round-robin` in an order of its own. */
const OUT_ROUTINGS = [...PLAIN, ...ROUTINGS, "dispatch-ordered"] as const;
const IN_ROUTINGS = COLLECTINGS.filter((kind) => kind !== "collect-all-listed");

/** Whether a port is of type Token. */
export type IsToken = (end: Endpoint, direction: Direction) => boolean;

interface Wire {
  from: Endpoint;
  to: Endpoint;
}

/**
 * What a graph's port properties say of each of its connections, in their order. A routing that is a list is in order of
 * preference. Ends that are no actors of the graph (the kappa's own) have no properties.
 *
 * @throws KappaError PORT_PROPERTY
 */
export function mannersOf(graph: Graph, wires: readonly Wire[], isToken: IsToken): Manner[] {
  const outports = new Ports(graph, "outport");
  const inports = new Ports(graph, "inport");
  for (const { from, to } of wires) {
    outports.join(from, to);
    inports.join(to, from);
  }
  return wires.map(({ from, to }) => {
    const routing = routingOf(outports, from, to, isToken);
    const collecting = collectingOf(inports, outports, to, from, isToken);
    return {
      from: { ...lengthOf(outports, from), ...(routing && { routing }) },
      to: { ...lengthOf(inports, to), ...(collecting && { collecting }) },
    };
  });
}

function routingOf(ports: Ports, end: Endpoint, peer: Endpoint, isToken: IsToken): Routing | undefined {
  const peers = ports.peers(end);
  const turn = peers.findIndex((other) => keyOf(other) === keyOf(peer));
  const kind = ports.kind(end, OUT_ROUTINGS);
  if (kind === undefined || isPlain(kind)) return undefined;
  if (kind === "dispatch-mapped") {
    if (!isToken(end, "outport")) throw ports.refused(end, `has routing="${kind}", which is for ports of type Token`);
    return { kind, turn, selectors: ports.selectors(end, peer) };
  }
  if (kind === "dispatch-ordered") return { kind: "round-robin", turn: ports.order(end).indexOf(keyOf(peer)) };
  return peers.length > 1 ? { kind, turn } : undefined;
}

function collectingOf(
  ports: Ports,
  outports: Ports,
  end: Endpoint,
  peer: Endpoint,
  isToken: IsToken,
): Collecting | undefined {
  const peers = ports.peers(end);
  const kind = ports.kind(end, IN_ROUTINGS);
  if (kind === undefined) {
    if (peers.length < 2 || !ports.isActor(end)) return undefined;
    throw ports.refused(end, `has several connections; give it a routing: ${IN_ROUTINGS.join(", ")}`);
  }
  const at = (other: Endpoint) => keyOf(other) === keyOf(peer);
  if (kind === "collect-unordered") return peers.length > 1 ? { kind, place: peers.findIndex(at) } : undefined;
  if (!isToken(end, "inport")) throw ports.refused(end, `has routing="${kind}", which is for ports of type Token`);
  if (kind === "collect-all-tagged" && ports.properties(end).order !== undefined)
    return { kind: "collect-all-listed", place: ports.order(end).indexOf(keyOf(peer)) };
  const tags = peers.map((other) => ({ peer: other, tag: tagOf(ports, outports, end, other) }));
  tags.sort((a, b) => compareTags(a.tag, b.tag));
  const twice = tags.find(({ tag }, i) => tags[i + 1]?.tag === tag);
  if (twice) throw ports.refused(end, `has two connections with the tag ${twice.tag}; give one outport another tag`);
  const place = tags.findIndex((other) => at(other.peer));
  return { kind, place, tag: tags[place]!.tag };
}

/** The inport's mapping says it, else the other port's tag, else the name of that port. */
function tagOf(ports: Ports, outports: Ports, end: Endpoint, peer: Endpoint): string {
  const { tag } = outports.properties(peer);
  const mapped = ports.properties(end).mapping === undefined ? undefined : ports.selectors(end, peer)[0];
  const found = mapped ?? tag ?? nameOf(peer);
  if (typeof found === "string" && Buffer.byteLength(found) <= KEYS_MAX) return found;
  throw outports.refused(peer, `has tag=${JSON.stringify(found)}; a tag is a text of at most ${KEYS_MAX} bytes`);
}

/** The order of the keys in a token. */
function compareTags(a: string, b: string): number {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length - y.length || x.compare(y);
}

const isPlain = (kind: string): kind is (typeof PLAIN)[number] => (PLAIN as readonly string[]).includes(kind);

function lengthOf(ports: Ports, end: Endpoint): { length?: number } {
  const length = ports.properties(end).queue_length;
  if (length === undefined) return {};
  if (typeof length === "number" && Number.isInteger(length) && length >= 1 && length <= LENGTH_MAX) return { length };
  throw ports.refused(end, `has queue_length=${JSON.stringify(length)}; a queue holds 1 to ${LENGTH_MAX} tokens`);
}

/** The ports of one direction: their properties, and what they are connected to. */
class Ports {
  private readonly given = new Map<string, Record<string, Json>>();
  private readonly joined = new Map<string, Endpoint[]>();
  private readonly actors: Set<string>;

  constructor(
    graph: Graph,
    private readonly direction: Direction,
  ) {
    this.actors = new Set(graph.actors.map(({ id }) => id));
    for (const { actor, port, direction, properties } of graph.portProperties ?? [])
      if (direction === this.direction) this.given.set(keyOf({ actor, port }), properties);
  }

  properties(end: Endpoint): Record<string, Json> {
    return this.given.get(keyOf(end)) ?? {};
  }

  isActor({ actor }: Endpoint): boolean {
    return this.actors.has(actor);
  }

  join(end: Endpoint, peer: Endpoint): void {
    const peers = this.joined.get(keyOf(end));
    if (!peers) this.joined.set(keyOf(end), [peer]);
    else if (peers.push(peer) > PEERS_MAX) throw this.refused(end, `has more than ${PEERS_MAX} connections`);
  }

  /** What a port is connected to, in the order of the graph. */
  peers(end: Endpoint): Endpoint[] {
    return this.joined.get(keyOf(end)) ?? [];
  }

  /** The first of the routings that a port may have, if one is given. */
  kind<K extends string>(end: Endpoint, kinds: readonly K[]): K | undefined {
    const { routing } = this.properties(end);
    if (routing === undefined) return undefined;
    const wanted = Array.isArray(routing) ? routing : [routing];
    const found = wanted.find((name): name is K => kinds.includes(name as K));
    if (found !== undefined) return found;
    const known = kinds.join(", ");
    throw this.refused(
      end,
      `has routing=${JSON.stringify(routing)}, which no runtime offers there; there is: ${known}`,
    );
  }

  /** The peers by key in the order that the property `order` gives: each of them once. */
  order(end: Endpoint): string[] {
    const { order } = this.properties(end);
    const peers = this.peers(end);
    const keys = Array.isArray(order) ? order.map((name) => this.find(end, name)) : [];
    if (keys.length === peers.length && new Set(keys).size === peers.length) return keys;
    const names = peers.map(nameOf).join(", ");
    throw this.refused(
      end,
      `has order=${JSON.stringify(order ?? null)}; it lists each port once that is connected: ${names}`,
    );
  }

  /** The keys that the property `mapping` gives a peer: every peer has one. */
  selectors(end: Endpoint, peer: Endpoint): string[] {
    const { mapping } = this.properties(end);
    const isMap = typeof mapping === "object" && mapping !== null && !Array.isArray(mapping);
    const entries = isMap ? Object.entries(mapping) : [];
    const selectors = entries.filter(([, name]) => this.find(end, name) === keyOf(peer)).map(([key]) => key);
    if (selectors.length > 0 && Buffer.byteLength(JSON.stringify(selectors)) <= KEYS_MAX) return selectors;
    const why = selectors.length > 0 ? "are too long" : "are missing";
    throw this.refused(end, `has a mapping in which the keys of ${nameOf(peer)} ${why}: it maps each key to a port`);
  }

  refused({ actor, port }: Endpoint, what: string): KappaError {
    return new KappaError("PORT_PROPERTY", `${this.direction} ${port} of ${actor} ${what}`, { actor, port });
  }

  /** The peer that is meant by `actor.port`, or by the same with the actor's full name. */
  private find(end: Endpoint, name: Json): string {
    const found = this.peers(end).find((peer) => name === nameOf(peer) || name === `${peer.actor}.${peer.port}`);
    if (found) return keyOf(found);
    const names = this.peers(end).map(nameOf).join(", ");
    throw this.refused(end, `names ${JSON.stringify(name)}, which it is not connected to; it is to: ${names}`);
  }
}

const keyOf = ({ actor, port }: Endpoint): string => `${actor} ${port}`;

/** A port as a script writes it. */
const nameOf = ({ actor, port }: Endpoint): string => `${actor.split(":").at(-1)}.${port}`;
