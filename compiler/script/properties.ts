import { evaluateArguments } from "./arguments.js";
import type { Constants } from "./constants.js";
import { FINDINGS } from "./diagnostics.js";
import type { PortProperty } from "./generated/ast.js";
import type { Json } from "./graph.js";
import type { Body } from "./model.js";
import type { Report } from "./report.js";
import type { Range } from "./source.js";
import { rangeOf } from "./tree.js";

/** The properties that a port may have: on which side, and the values of each. */
export const PROPERTIES = new Map<string, { only: Direction; values: string[] }>([
  // When nobody takes a kappa's tokens: the actor before waits, or the port keeps the newest alone.
  ["overflow", { only: "outport", values: ["block", "latest"] }],
]);

type Direction = "inport" | "outport";

interface Context {
  report: Report;
  constants: Constants;
}

interface Hull {
  name: string;
  inports: Map<string, Range>;
  outports: Map<string, Range>;
}

type Properties = Pick<Body, "inportProperties" | "outportProperties">;

/** The properties that statements such as `.heating(overflow="latest")` give to a component's own ports. */
export function resolveProperties(nodes: PortProperty[], context: Context, hull: Hull | undefined): Properties {
  const result: Properties = { inportProperties: new Map(), outportProperties: new Map() };
  for (const node of nodes) {
    const direction = portDirection(node, context.report, hull);
    const properties = propertiesOf(node, direction, context);
    if (direction === undefined) continue;
    const ports = direction === "inport" ? result.inportProperties : result.outportProperties;
    const name = node.port.port.text;
    const merged = new Map(Object.entries(ports.get(name) ?? {}));
    for (const [property, { value, range }] of properties) {
      if (merged.has(property)) context.report.add(range, FINDINGS.duplicateArgument(property));
      else merged.set(property, value);
    }
    ports.set(name, Object.fromEntries(merged));
  }
  return result;
}

interface Property {
  value: Json;
  range: Range;
}

function propertiesOf(
  node: PortProperty,
  direction: Direction | undefined,
  { report, constants }: Context,
): Map<string, Property> {
  const result = new Map<string, Property>();
  const given = evaluateArguments(node.arguments, (value) => constants.resolve(value), report);
  for (const [name, { node: argument, value: known }] of given) {
    const property = PROPERTIES.get(name);
    const range = rangeOf(argument.name);
    if (property === undefined) {
      const hint = report.suggest(name, PROPERTIES.keys()) ?? `the properties are ${[...PROPERTIES.keys()].join(", ")}`;
      report.add(range, FINDINGS.unknownProperty(name), hint);
    } else if (direction !== undefined && direction !== property.only) {
      report.add(range, FINDINGS.propertyDirection(name, property.only));
    } else if (known !== undefined && "value" in known) {
      const { value } = known;
      if (typeof value === "string" && property.values.includes(value)) result.set(name, { value, range });
      else
        report.add(
          rangeOf(argument.value),
          FINDINGS.propertyValue(
            name,
            property.values.map((v) => `"${v}"`),
          ),
        );
    }
  }
  return result;
}

/** Which of the component's ports is meant; undefined after reporting that none or two are. */
function portDirection(node: PortProperty, report: Report, hull: Hull | undefined): Direction | undefined {
  const port = node.port.port.text;
  const range = rangeOf(node.port);
  if (hull === undefined) {
    report.add(range, FINDINGS.innerPortOutside(port));
    return undefined;
  }
  const asked = node.direction?.text;
  if (asked !== undefined && asked !== "in" && asked !== "out") {
    report.add(rangeOf(node.direction as NonNullable<typeof node.direction>), FINDINGS.direction(asked));
    return undefined;
  }
  const isIn = hull.inports.has(port) && asked !== "out";
  const isOut = hull.outports.has(port) && asked !== "in";
  if (isIn && isOut) {
    report.add(range, FINDINGS.ambiguousPort(port));
    return undefined;
  }
  if (!isIn && !isOut) {
    const kind = asked === undefined ? "port" : `${asked}port`;
    const hint = report.suggest(port, [...hull.inports.keys(), ...hull.outports.keys()]);
    report.add(range, FINDINGS.noSuchComponentPort(hull.name, kind, port), hint);
    return undefined;
  }
  return isIn ? "inport" : "outport";
}
