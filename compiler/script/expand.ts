import type { Endpoint, Graph, GraphActor, GraphConnection, Json, KappaPort } from "./graph.js";
import type { Body, Definition, Instance, Link, PortEnd } from "./model.js";
import type { Source } from "./source.js";

/** The values of a component's arguments, by name. */
export type Environment = Map<string, Json>;

/** A flattened script: the parts of a graph that come from bodies, and where to find instances in them. */
export interface Expansion extends Pick<Graph, "actors" | "connections" | "voids" | "inports" | "outports"> {
  /** By path of an actor or component instance: the slice of `actors` that it is. */
  paths: Map<string, { start: number; end: number }>;
  /** Paths of instances whose type is not known: nothing can be said of paths that begin with one. */
  opaque: Set<string>;
}

/** Where the ports of one expanded component lead. */
interface Hull {
  inports: Map<string, Endpoint[]>;
  outports: Map<string, Endpoint>;
}

/** Flattens a script's top level. */
export function expandProgram(name: string, body: Body, source: Source): Expansion {
  const expander = new Expander(name, source);
  expander.expand(body, [], new Map());
  return expander.finish();
}

/** Flattens the component that is the service, under its own name; its ports become those of the kappa. */
export function expandService(name: string, service: Definition, args: Environment, source: Source): Expansion {
  const expander = new Expander(name, source);
  const hull = expander.expand(service.body, [service.name], args);
  const { inportProperties, outportProperties } = service.body;
  const inports = [...service.inports].map(
    ([port, range]): KappaPort => ({
      name: port,
      peers: hull.inports.get(port) ?? [],
      properties: inportProperties.get(port) ?? {},
      span: source.span(range),
    }),
  );
  const outports = [...service.outports].map(([port, range]): KappaPort => {
    const peer = hull.outports.get(port);
    return {
      name: port,
      peers: peer === undefined ? [] : [peer],
      properties: outportProperties.get(port) ?? {},
      span: source.span(range),
    };
  });
  return expander.finish(inports, outports);
}

class Expander {
  private readonly actors: GraphActor[] = [];
  private readonly connections: GraphConnection[] = [];
  private readonly paths: Expansion["paths"] = new Map();
  private readonly opaque = new Set<string>();
  /** All outports of all actors, to find those that lead nowhere. */
  private readonly sources: Endpoint[] = [];

  constructor(
    private readonly name: string,
    private readonly source: Source,
  ) {}

  /**
   * Adds a body's actors and connections.
   *
   * @param path names of the component instances around, outermost first
   */
  expand(body: Body, path: string[], environment: Environment): Hull {
    const start = this.actors.length;
    const hulls = new Map<Instance, Hull>();
    for (const instance of body.instances.values()) {
      if (instance.component === undefined) this.addActor(instance, path, environment);
      else hulls.set(instance, this.expandComponent(instance, instance.component, path, environment));
    }
    if (path.length > 0) this.paths.set(path.join(":"), { start, end: this.actors.length });
    return this.join(body.links, path, hulls);
  }

  finish(inports: KappaPort[] = [], outports: KappaPort[] = []): Expansion {
    const used = new Set(this.connections.map(({ from }) => key(from)));
    for (const { peers } of outports) for (const peer of peers) used.add(key(peer));
    return {
      actors: this.actors,
      connections: this.connections,
      voids: this.sources.filter((outport) => !used.has(key(outport))),
      inports,
      outports,
      paths: this.paths,
      opaque: this.opaque,
    };
  }

  private addActor(instance: Instance, path: string[], environment: Environment): void {
    const id = this.id(path, instance);
    const name = [...path, instance.name].join(":");
    this.paths.set(name, { start: this.actors.length, end: this.actors.length + 1 });
    if (instance.signature === undefined) this.opaque.add(name);
    this.actors.push({
      id,
      type: instance.type,
      args: Object.fromEntries(evaluate(instance, environment)),
      span: this.source.span(instance.range),
    });
    for (const port of instance.signature?.outports.keys() ?? []) this.sources.push({ actor: id, port });
  }

  private expandComponent(instance: Instance, component: Definition, path: string[], outer: Environment): Hull {
    const environment = evaluate(instance, outer);
    for (const { name, default: value } of component.parameters.values()) {
      if (!environment.has(name) && value !== undefined) environment.set(name, value);
    }
    return this.expand(component.body, [...path, instance.name], environment);
  }

  /** Adds the links of a body as connections between actors, and gathers those that cross its border. */
  private join(links: Link[], path: string[], hulls: Map<Instance, Hull>): Hull {
    const hull: Hull = { inports: new Map(), outports: new Map() };
    for (const { from, to, range } of links) {
      const targets = "inner" in to ? [] : this.targets(to, path, hulls);
      if ("inner" in from) {
        const all = hull.inports.get(from.inner) ?? [];
        for (const target of targets) all.push(target);
        hull.inports.set(from.inner, all);
        continue;
      }
      const origin = this.origin(from, path, hulls);
      if (origin === undefined) continue;
      if ("inner" in to) hull.outports.set(to.inner, origin);
      const span = this.source.span(range);
      for (const target of targets) this.connections.push({ from: origin, to: target, span });
    }
    return hull;
  }

  /** The inports that an end leads to: one of an actor, any number through a component. */
  private targets(end: PortEnd, path: string[], hulls: Map<Instance, Hull>): Endpoint[] {
    const hull = hulls.get(end.instance);
    if (hull !== undefined) return hull.inports.get(end.port) ?? [];
    return [{ actor: this.id(path, end.instance), port: end.port }];
  }

  /** The outport that an end comes from; undefined when a component's outport is fed by nothing. */
  private origin(end: PortEnd, path: string[], hulls: Map<Instance, Hull>): Endpoint | undefined {
    const hull = hulls.get(end.instance);
    if (hull !== undefined) return hull.outports.get(end.port);
    return { actor: this.id(path, end.instance), port: end.port };
  }

  private id(path: string[], instance: Instance): string {
    return [this.name, ...path, instance.name].join(":");
  }
}

function evaluate(instance: Instance, environment: Environment): Environment {
  const values: Environment = new Map();
  for (const [name, known] of instance.args) {
    const value = "value" in known ? known.value : environment.get(known.parameter);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

/** Neither ids nor port names contain a dot before the last. */
function key({ actor, port }: Endpoint): string {
  return `${actor}.${port}`;
}
