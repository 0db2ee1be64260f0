import { evaluateArguments, showJson } from "./arguments.js";
import { FINDINGS } from "./diagnostics.js";
import type { ActorPort, InnerPort, PortProperty } from "./generated/ast.js";
import type { Json } from "./graph.js";
import type { Direction, End, Evaluate, Instance, PropertyStatement } from "./model.js";
import type { Report } from "./report.js";
import type { Range } from "./source.js";
import { rangeOf } from "./tree.js";

/** Of the routings, those with which a port has several peers that it tells apart. */
const OUT_ROUTINGS = ["default", "fanout", "round-robin", "random", "balanced", "dispatch-ordered", "dispatch-mapped"];
const IN_ROUTINGS = ["collect-unordered", "collect-tagged", "collect-all-tagged", "collect-any-tagged"];

/** A property that a port may have. */
type Property =
  /** One of these, or a list of them in order of preference; which of them fit depends on the direction. */
  | { kind: "category"; values: Record<Direction, string[]> }
  | { kind: "scalar" | "string" }
  /** Of the kappa's own ports, in one direction. */
  | { kind: "own"; only: Direction; values: string[] };

const PROPERTIES = new Map<string, Property>([
  ["routing", { kind: "category", values: { inport: IN_ROUTINGS, outport: OUT_ROUTINGS } }],
  ["queue_length", { kind: "scalar" }],
  ["tag", { kind: "string" }],
  // What becomes of an actor whose firings trap.
  ["retries", { kind: "scalar" }],
  ["backoff", { kind: "scalar" }],
  ["dead_letter", { kind: "string" }],
  // When nobody takes a kappa's tokens: the actor before waits, or the port keeps the newest alone.
  ["overflow", { kind: "own", only: "outport", values: ["block", "latest"] }],
]);

/** The values that a property may have, if they are listed. */
export function propertyValues(name: string): string[] {
  const property = PROPERTIES.get(name);
  if (property?.kind === "category") return [...property.values.outport, ...property.values.inport];
  return property?.kind === "own" ? property.values : [];
}

/** The names of the properties that ports may have. */
export const PROPERTY_NAMES: readonly string[] = [...PROPERTIES.keys()];

/** Whether a property belongs to the kappa's own ports alone. */
export function isOwnProperty(name: string): boolean {
  return PROPERTIES.get(name)?.kind === "own";
}

/** Whether a routing, or one of a list, lets an inport have several connections. */
export function collects(routing: Json | undefined): boolean {
  const routings = Array.isArray(routing) ? routing : [routing];
  return routings.some((name) => typeof name === "string" && IN_ROUTINGS.includes(name));
}

/** Whether a routing, or one of a list, sends each token to one of several peers that are told apart. */
export function dispatches(routing: Json | undefined): boolean {
  const routings = Array.isArray(routing) ? routing : [routing];
  return routings.some((name) => name === "dispatch-ordered" || name === "dispatch-mapped");
}

interface Hull {
  name: string;
  inports: Map<string, Range>;
  outports: Map<string, Range>;
}

/** Resolves the statements that give properties to ports, in one body. */
export class PropertyResolver {
  /** The own properties that have been given to ports of the component. */
  private readonly own = new Set<string>();

  constructor(
    private readonly instances: Map<string, Instance>,
    private readonly evaluate: Evaluate,
    private readonly report: Report,
    private readonly hull: Hull | undefined,
  ) {}

  resolve(node: PortProperty): PropertyStatement[] {
    const port = node.port.$type === "ActorPort" ? this.actorPort(node.port, node) : this.innerPort(node.port, node);
    const given = evaluateArguments(node.arguments, this.evaluate, this.report);
    const statements: PropertyStatement[] = [];
    for (const [name, { node: argument, value }] of given) {
      const property = PROPERTIES.get(name);
      if (property === undefined) {
        const hint = this.report.suggest(name, PROPERTY_NAMES) ?? `the properties are ${PROPERTY_NAMES.join(", ")}`;
        this.report.add(rangeOf(argument.name), FINDINGS.unknownProperty(name), hint);
        continue;
      }
      if (port === undefined || value === undefined) continue;
      const { end, direction } = port;
      const range = rangeOf(argument);
      if (property.kind === "own" && ("instance" in end || direction !== property.only)) {
        this.report.add(
          rangeOf(argument.name),
          FINDINGS.propertyDirection(name, `${property.only}s of a component, inside it`),
        );
        continue;
      }
      if (property.kind === "own" && "inner" in end) {
        const key = `${name} ${end.inner}`;
        if (this.own.has(key)) {
          this.report.add(rangeOf(argument.name), FINDINGS.duplicateArgument(name));
          continue;
        }
        this.own.add(key);
      }
      const statement: PropertyStatement = { end, direction, name, value, range };
      if ("parameter" in value || checkProperty(statement, value.value, rangeOf(argument.value), this.report)) {
        statements.push(statement);
      }
    }
    return statements;
  }

  private actorPort(node: ActorPort, statement: PortProperty): { end: End; direction: Direction } | undefined {
    const name = node.actor.text;
    const instance = this.instances.get(name);
    if (instance === undefined) {
      this.report.add(
        rangeOf(node.actor),
        FINDINGS.undefinedActor(name),
        this.report.suggest(name, this.instances.keys()),
      );
      return undefined;
    }
    const { signature } = instance;
    if (signature === undefined) return undefined;
    const port = node.port.text;
    const kind = instance.component === undefined ? "Actor" : "Component";
    const direction = this.direction(statement, port, signature, (asked) =>
      FINDINGS.noSuchPort(`${kind} '${name}' (${instance.type})`, asked, port),
    );
    return direction && { end: { instance, port }, direction };
  }

  private innerPort(node: InnerPort, statement: PortProperty): { end: End; direction: Direction } | undefined {
    const port = node.port.text;
    const { hull } = this;
    if (hull === undefined) {
      this.report.add(rangeOf(node), FINDINGS.innerPortOutside(port));
      return undefined;
    }
    const direction = this.direction(statement, port, hull, (asked) =>
      FINDINGS.noSuchComponentPort(hull.name, asked, port),
    );
    return direction && { end: { inner: port }, direction };
  }

  /** Which of the ports of that name is meant; undefined after reporting that none or two are. */
  private direction(
    { port: node, direction: asked }: PortProperty,
    port: string,
    ports: { inports: Map<string, unknown>; outports: Map<string, unknown> },
    missing: (kind: string) => ReturnType<typeof FINDINGS.noSuchPort>,
  ): Direction | undefined {
    const range = rangeOf(node.$type === "ActorPort" ? node.port : node);
    if (asked !== undefined && asked.text !== "in" && asked.text !== "out") {
      this.report.add(rangeOf(asked), FINDINGS.direction(asked.text));
      return undefined;
    }
    const isIn = ports.inports.has(port) && asked?.text !== "out";
    const isOut = ports.outports.has(port) && asked?.text !== "in";
    if (isIn && isOut) {
      this.report.add(range, FINDINGS.ambiguousPort(this.report.textOf(rangeOf(node))));
    } else if (!isIn && !isOut) {
      const hint = this.report.suggest(port, [...ports.inports.keys(), ...ports.outports.keys()]);
      this.report.add(range, missing(asked === undefined ? "port" : `${asked.text}port`), hint);
    } else {
      return isIn ? "inport" : "outport";
    }
    return undefined;
  }
}

/** Whether a port may have a property with this value; false after reporting, at `range`, that it may not. */
export function checkProperty(
  { end, direction, name }: PropertyStatement,
  value: Json,
  range: Range,
  report: Report,
): boolean {
  const property = PROPERTIES.get(name);
  const values = Array.isArray(value) && value.length > 0 ? value : [value];
  switch (property?.kind) {
    case "scalar":
    case "string": {
      const type = property.kind === "scalar" ? "number" : "string";
      if (values.every((one) => typeof one === type)) return true;
      report.add(range, FINDINGS.propertyType(name, property.kind));
      return false;
    }
    case "own":
      if (property.values.includes(value as string)) return true;
      report.add(range, FINDINGS.propertyValue(name, property.values.map(showJson)));
      return false;
    case "category": {
      // From inside, a component's inport gives tokens: what is said of it holds for the outport that feeds it.
      const side: Direction = "inner" in end ? (direction === "inport" ? "outport" : "inport") : direction;
      const other: Direction = side === "inport" ? "outport" : "inport";
      for (const one of values as string[]) {
        if (property.values[side].includes(one)) continue;
        if (property.values[other].includes(one)) report.add(range, FINDINGS.propertySide(name, one, other));
        else
          report.add(
            range,
            FINDINGS.propertyValue(name, property.values[side].map(showJson)),
            report.suggest(String(one), property.values[side]),
          );
        return false;
      }
      return true;
    }
    default:
      return false;
  }
}
