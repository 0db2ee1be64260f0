import { FINDINGS } from "./diagnostics.js";
import type { Endpoint, Graph, GraphActor, GraphComponent, GraphConnection, Json, KappaPort } from "./graph.js";
import type { Body, Definition, Direction, Instance, Known, Link, PortEnd, PropertyStatement } from "./model.js";
import { type Given, Ports } from "./ports.js";
import { checkProperty, isOwnProperty } from "./properties.js";
import type { Report } from "./report.js";
import type { Range, Source } from "./source.js";
import { rangeOf } from "./tree.js";

/** The values of a component's arguments, by name. */
export type Environment = Map<string, Json>;

/** More connections than any script needs; where many ports meet many, they multiply. */
export const MAX_CONNECTIONS = 1_000_000;

/** A flattened script: the parts of a graph that come from bodies, and where to find instances in them. */
export interface Expansion
  extends Pick<
    Required<Graph>,
    "actors" | "connections" | "voids" | "inports" | "outports" | "portProperties" | "components"
  > {
  /** By path of an actor or component instance: the slice of `actors` that it is. */
  paths: Map<string, { start: number; end: number }>;
  /** Paths of instances whose type is not known: nothing can be said of paths that begin with one. */
  opaque: Set<string>;
}

/** A port of an actor that is reached through the ports of components around it. */
interface Reach {
  end: Endpoint;
  /** Properties that these give to the port at the other end, those nearest to it first. */
  carried: readonly Given[];
}

/** Where the ports of one expanded component lead. */
interface Hull {
  inports: Map<string, Reach[]>;
  outports: Map<string, Reach[]>;
}

const NONE: readonly Given[] = [];

/** Flattens a script's top level. */
export function expandProgram(name: string, body: Body, report: Report): Expansion {
  const expander = new Expander(name, report);
  expander.expand(body, [], new Map(), expander.components);
  return expander.finish();
}

/** Flattens the component that is the service, under its own name; its ports become those of the kappa. */
export function expandService(name: string, service: Definition, args: Environment, report: Report): Expansion {
  const expander = new Expander(name, report);
  const { hull, inner } = expander.expandService(service, args);
  const port = (direction: Direction, reach: Reach[] | undefined, port: string, range: Range): KappaPort => {
    for (const { end } of reach ?? []) expander.ports.connect(direction, end, range);
    return {
      name: port,
      peers: reach?.map(({ end }) => end) ?? [],
      properties: Object.fromEntries([...inner(direction, port)].reverse().map((given) => [given.name, given.value])),
      span: report.source.span(range),
    };
  };
  const inports = [...service.inports].map(([name, range]) => port("inport", hull.inports.get(name), name, range));
  const outports = [...service.outports].map(([name, range]) => port("outport", hull.outports.get(name), name, range));
  return expander.finish(inports, outports);
}

class Expander {
  readonly components: GraphComponent[] = [];
  readonly ports: Ports;
  private readonly actors: GraphActor[] = [];
  private readonly connections: GraphConnection[] = [];
  private readonly paths: Expansion["paths"] = new Map();
  private readonly opaque = new Set<string>();
  private readonly source: Source;
  /** How many more connections, and ways through components, there may be. */
  private budget = MAX_CONNECTIONS;

  constructor(
    private readonly name: string,
    private readonly report: Report,
  ) {
    this.source = report.source;
    this.ports = new Ports(name, report);
  }

  expandService(service: Definition, args: Environment) {
    const instance: Instance = {
      name: service.name,
      type: service.name,
      component: service,
      args: new Map([...args].map(([name, value]) => [name, { value }])),
      range: rangeOf(service.node.name),
    };
    const hull = this.expandComponent(instance, service, [], new Map(), this.components);
    const properties = new Properties(service.body.properties, args, this.report, true);
    return { hull, inner: (direction: Direction, port: string) => properties.inner(direction, port) };
  }

  /**
   * Adds a body's actors and connections.
   *
   * @param path names of the component instances around, outermost first
   * @param tree where the components inside are noted
   * @param members where the actors directly inside are noted
   */
  expand(body: Body, path: string[], environment: Environment, tree: GraphComponent[], members: string[] = []): Hull {
    const start = this.actors.length;
    const hulls = new Map<Instance, Hull>();
    for (const instance of body.instances.values()) {
      if (instance.component === undefined) members.push(this.addActor(instance, path, environment));
      else hulls.set(instance, this.expandComponent(instance, instance.component, path, environment, tree));
    }
    if (path.length > 0) this.paths.set(path.join(":"), { start, end: this.actors.length });
    const properties = new Properties(body.properties, environment, this.report);
    for (const { end, direction, given } of properties.outer) this.giveThrough(end, direction, given, path, hulls);
    return this.join(body.links, path, hulls, properties);
  }

  finish(inports: KappaPort[] = [], outports: KappaPort[] = []): Expansion {
    return {
      actors: this.actors,
      connections: this.connections,
      voids: [],
      inports,
      outports,
      portProperties: this.ports.finish(),
      components: this.components,
      paths: this.paths,
      opaque: this.opaque,
    };
  }

  private addActor(instance: Instance, path: string[], environment: Environment): string {
    const id = this.id(path, instance);
    const name = [...path, instance.name].join(":");
    this.paths.set(name, { start: this.actors.length, end: this.actors.length + 1 });
    if (instance.signature === undefined) this.opaque.add(name);
    const references = instance.references?.map(({ at, instance, port }) => ({
      at,
      actor: this.id(path, instance),
      port,
    }));
    this.actors.push({
      id,
      type: instance.type,
      args: Object.fromEntries(evaluate(instance, environment)),
      ...(references ? { references } : {}),
      span: this.source.span(instance.range),
    });
    for (const { direction, port, routing } of instance.signature?.routings ?? []) {
      this.ports.give(direction, { actor: id, port }, [{ name: "routing", value: routing }]);
    }
    return id;
  }

  private expandComponent(
    instance: Instance,
    component: Definition,
    path: string[],
    outer: Environment,
    tree: GraphComponent[],
  ): Hull {
    const environment = evaluate(instance, outer);
    for (const { name, default: value } of component.parameters.values()) {
      if (!environment.has(name) && value !== undefined) environment.set(name, value);
    }
    const node: GraphComponent = {
      id: this.id(path, instance),
      type: instance.type,
      args: Object.fromEntries(environment),
      actors: [],
      components: [],
      span: this.source.span(instance.range),
    };
    tree.push(node);
    return this.expand(component.body, [...path, instance.name], environment, node.components, node.actors);
  }

  /** Gives properties to a port of an actor, or to all that a component's port stands for. */
  private giveThrough(
    end: PortEnd,
    direction: Direction,
    given: readonly Given[],
    path: string[],
    hulls: Map<Instance, Hull>,
  ): void {
    const reach = direction === "inport" ? this.targets(end, path, hulls) : this.origins(end, path, hulls);
    for (const { end } of reach) this.ports.give(direction, end, given);
  }

  /** Adds the links of a body as connections between actors, and gathers those that cross its border. */
  private join(links: Link[], path: string[], hulls: Map<Instance, Hull>, properties: Properties): Hull {
    const hull: Hull = { inports: new Map(), outports: new Map() };
    for (const link of links) {
      const { from, to } = link;
      if ("inner" in from) {
        if (!("instance" in to)) continue;
        const reach = this.targets(to, path, hulls);
        if (this.spend(reach.length, link))
          add(hull.inports, from.inner, reach, properties.inner("inport", from.inner));
      } else if ("inner" in to) {
        const reach = this.origins(from, path, hulls);
        if (this.spend(reach.length, link)) add(hull.outports, to.inner, reach, properties.inner("outport", to.inner));
      } else {
        this.connect(this.origins(from, path, hulls), this.targets(to, path, hulls), link);
      }
    }
    return hull;
  }

  private connect(origins: Reach[], targets: Reach[], link: Link): void {
    const { range, at, tag } = link;
    if (!this.spend(origins.length * targets.length, link)) return;
    const span = this.source.span(range);
    for (const from of origins) {
      for (const to of targets) {
        this.connections.push({ from: from.end, to: to.end, ...(tag === undefined ? {} : { tag }), span });
        this.ports.connect("outport", from.end, at);
        this.ports.connect("inport", to.end, at, from.end);
        this.ports.give("outport", from.end, to.carried);
        this.ports.give("inport", to.end, from.carried);
      }
    }
  }

  /** Takes a number of connections from the budget; false when that is spent, which is reported once. */
  private spend(count: number, { range }: Link): boolean {
    if (this.budget < 0) return false;
    this.budget -= count;
    if (this.budget < 0) this.report.add(range, FINDINGS.tooManyConnections(MAX_CONNECTIONS));
    return this.budget >= 0;
  }

  /** The inports that an end leads to: one of an actor, any number through a component. */
  private targets(end: PortEnd, path: string[], hulls: Map<Instance, Hull>): Reach[] {
    const hull = hulls.get(end.instance);
    if (hull !== undefined) return hull.inports.get(end.port) ?? [];
    return [{ end: { actor: this.id(path, end.instance), port: end.port }, carried: NONE }];
  }

  /** The outports that an end comes from. */
  private origins(end: PortEnd, path: string[], hulls: Map<Instance, Hull>): Reach[] {
    const hull = hulls.get(end.instance);
    if (hull !== undefined) return hull.outports.get(end.port) ?? [];
    return [{ end: { actor: this.id(path, end.instance), port: end.port }, carried: NONE }];
  }

  private id(path: string[], instance: Instance): string {
    return [this.name, ...path, instance.name].join(":");
  }
}

/** Notes that a component's port leads to ports inside, across which its own properties are carried. */
function add(ports: Map<string, Reach[]>, name: string, reach: Reach[], own: readonly Given[]): void {
  const all = ports.get(name) ?? [];
  for (const { end, carried } of reach) {
    all.push({ end, carried: own.length === 0 ? carried : [...own, ...carried] });
  }
  ports.set(name, all);
}

/** The property statements of one expanded body, by port. */
class Properties {
  /** Of ports of instances. */
  readonly outer: { end: PortEnd; direction: Direction; given: Given[] }[] = [];
  private readonly own = new Map<string, Given[]>();

  /** @param service whether the body is that of the service, whose ports have properties of their own kind */
  constructor(statements: PropertyStatement[], environment: Environment, report: Report, service = false) {
    for (const statement of statements) {
      const { end, direction, name, range } = statement;
      if (isOwnProperty(name) && !service) continue;
      const value = valueIn(statement.value, environment);
      if (value === undefined) continue;
      // One that depends on an argument could not be checked before.
      if ("parameter" in statement.value && !service && !checkProperty(statement, value, range, report)) continue;
      const given = { name, value, range };
      if ("instance" in end) this.outer.push({ end, direction, given: [given] });
      else {
        const key = `${direction} ${end.inner}`;
        const all = this.own.get(key);
        if (all === undefined) this.own.set(key, [given]);
        else all.push(given);
      }
    }
  }

  /** Those of a port of the component itself, written inside it. */
  inner(direction: Direction, port: string): readonly Given[] {
    return this.own.get(`${direction} ${port}`) ?? NONE;
  }
}

function evaluate(instance: Instance, environment: Environment): Environment {
  const values: Environment = new Map();
  for (const [name, known] of instance.args) {
    const value = valueIn(known, environment);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

function valueIn(known: Known, environment: Environment): Json | undefined {
  return "value" in known ? known.value : environment.get(known.parameter);
}
