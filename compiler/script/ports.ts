import { FINDINGS } from "./diagnostics.js";
import type { Endpoint, Json, PortProperties } from "./graph.js";
import type { Direction } from "./model.js";
import { collects } from "./properties.js";
import type { Report } from "./report.js";
import type { Range } from "./source.js";

/** A property that a statement, or the actor itself, gives to a port. */
export interface Given {
  name: string;
  value: Json;
  /** Absent when the actor declares it. */
  range?: Range;
}

interface Port {
  end: Endpoint;
  direction: Direction;
  given: Set<Given>;
  connections: number;
  /** The first two connections. */
  at: Range[];
  /** The outports that an inport is connected to. */
  peers: Set<string>;
}

/** The ports of all actors of a flattened script: how often each is connected, and the properties that it is given. */
export class Ports {
  private readonly ports = new Map<string, Port>();
  private readonly reported = new Set<number>();

  /** @param name of the script, which messages leave out */
  constructor(
    private readonly name: string,
    private readonly report: Report,
  ) {}

  /** Gives properties to a port, those with precedence first. */
  give(direction: Direction, end: Endpoint, given: readonly Given[]): void {
    if (given.length === 0) return;
    const port = this.port(direction, end);
    for (const one of given) port.given.add(one);
  }

  /** Counts a connection; one that an inport has already, from the same `peer`, is reported. */
  connect(direction: Direction, end: Endpoint, at: Range, peer?: Endpoint): void {
    const port = this.port(direction, end);
    if (peer !== undefined) {
      const key = `${peer.actor}.${peer.port}`;
      if (port.peers.has(key)) this.reportOnce(at, FINDINGS.connectedTwice(this.text(peer), this.text(end)));
      port.peers.add(key);
    }
    port.connections++;
    if (port.at.length < 2) port.at.push(at);
  }

  /** The properties of each port that has any, merged; conflicts and inports with several connections are reported. */
  finish(): PortProperties[] {
    const result: PortProperties[] = [];
    for (const port of this.ports.values()) {
      const properties = this.merge(port);
      if (port.direction === "inport" && port.connections > 1 && !collects(properties.routing)) this.severalAt(port);
      if (port.connections > 0 && Object.keys(properties).length > 0) {
        result.push({ ...port.end, direction: port.direction, properties });
      }
    }
    return result;
  }

  private merge(port: Port): Record<string, Json> {
    const merged = new Map<string, Json>();
    for (const { name, value, range } of port.given) {
      const before = merged.get(name);
      const both = before === undefined ? value : common(before, value);
      if (both !== undefined) merged.set(name, both);
      else if (range !== undefined) this.reportOnce(range, FINDINGS.propertyConflict(name, this.text(port.end)));
    }
    return Object.fromEntries(merged);
  }

  private severalAt({ end, at: [first, second] }: Port): void {
    if (first === undefined || second === undefined) return;
    const { line } = this.report.source.position(first.offset);
    this.reportOnce(second, FINDINGS.severalConnections(this.text(end), line));
  }

  /** A component that is used several times would say the same as often. */
  private reportOnce(range: Range, finding: Parameters<Report["add"]>[1]): void {
    if (this.reported.has(range.offset)) return;
    this.reported.add(range.offset);
    this.report.add(range, finding);
  }

  private text({ actor, port }: Endpoint): string {
    return `${actor.slice(this.name.length + 1)}.${port}`;
  }

  private port(direction: Direction, end: Endpoint): Port {
    const key = `${direction} ${end.actor}.${end.port}`;
    let port = this.ports.get(key);
    if (port === undefined) {
      port = { end, direction, given: new Set(), connections: 0, at: [], peers: new Set() };
      this.ports.set(key, port);
    }
    return port;
  }
}

/**
 * What two values of a property leave: the first of two single ones, else the alternatives that both have, in the order of
 * the first.
 *
 * @returns undefined when they have none in common
 */
function common(first: Json, second: Json): Json | undefined {
  if (!Array.isArray(first) && !Array.isArray(second)) return first;
  const [left, right] = [first, second].map((value) => (Array.isArray(value) ? value : [value])) as [Json[], Json[]];
  if (JSON.stringify(first) === JSON.stringify(second)) return first;
  const both = left.filter((value) => right.includes(value));
  return both.length === 0 ? undefined : both;
}
