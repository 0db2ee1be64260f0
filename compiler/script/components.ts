import { meets, showJson, unmetOf } from "./arguments.js";
import type { Owner, Scope } from "./body.js";
import { resolveBody } from "./body.js";
import { FINDINGS, unlessCalvin } from "./diagnostics.js";
import type { Actor, BodyStatement, Component, Name } from "./generated/ast.js";
import type { Body, Definition, Parameter, Signature, Taken } from "./model.js";
import { typeName } from "./port-types.js";
import type { Report } from "./report.js";
import type { Range } from "./source.js";
import { rangeOf } from "./tree.js";
import { docstringText } from "./values.js";

/** Ids of actors grow with every level, and nothing real nests so deep. */
export const MAX_COMPONENT_DEPTH = 64;

/** Resolves all components, those inside others first, into `scope.components`. */
export function resolveComponents(nodes: Component[], scope: Scope): void {
  const declared = new Map<string, Component>();
  for (const node of nodes) {
    const name = node.name.text;
    if (declared.has(name)) scope.report.add(rangeOf(node.name), FINDINGS.duplicateComponent(name));
    else declared.set(name, node);
  }
  for (const name of declared.keys()) scope.components.set(name, undefined);
  for (const node of innermostFirst(declared, scope.report)) {
    scope.components.set(node.name.text, define(node, scope));
  }
}

/** The uses of other components in a component's body. */
export function usesOf(statements: BodyStatement[], isComponent: (type: string) => boolean): Actor[] {
  return statements.filter(
    (statement): statement is Actor => statement.$type === "Actor" && isComponent(statement.type.text),
  );
}

interface Visit {
  node: Component;
  uses: Actor[];
  next: number;
}

/** Depth-first over uses, without recursion of our own; a component inside itself is reported where it closes the circle. */
function innermostFirst(declared: Map<string, Component>, report: Report): Component[] {
  const order: Component[] = [];
  const done = new Set<Component>();
  const open = new Set<Component>();
  const visit = (node: Component): Visit => {
    open.add(node);
    return { node, uses: usesOf(node.body.statements, (type) => declared.has(type)), next: 0 };
  };
  for (const start of declared.values()) {
    if (done.has(start)) continue;
    const stack = [visit(start)];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const use = top.uses[top.next++];
      const inner = use && declared.get(use.type.text);
      if (use === undefined || inner === undefined) {
        open.delete(top.node);
        done.add(top.node);
        order.push(top.node);
        stack.pop();
      } else if (open.has(inner)) {
        const names = stack.map((level) => level.node.name.text);
        const circle = [...names.slice(names.indexOf(inner.name.text)), inner.name.text];
        report.add(rangeOf(use.type), FINDINGS.recursiveComponent(circle));
      } else if (!done.has(inner)) {
        stack.push(visit(inner));
      }
    }
  }
  return order;
}

function define(node: Component, scope: Scope): Definition {
  const { report } = scope;
  if (node.body.statements.length === 0) reportEmptyBody(node, report);
  const owner: Owner = {
    name: node.name.text,
    parameters: parametersOf(node, scope),
    inports: portsOf(node.inports, "inport", report),
    outports: portsOf(node.outports, "outport", report),
  };
  const body = resolveBody(node.body.statements, scope, owner);
  checkDefaults(node, owner.parameters, report);
  const depth = 1 + bodyDepth(body);
  if (depth === MAX_COMPONENT_DEPTH + 1) {
    report.add(rangeOf(node.name), FINDINGS.componentDepth(MAX_COMPONENT_DEPTH));
  }
  return {
    ...owner,
    node,
    ...(node.body.doc === undefined ? {} : { doc: docstringText(node.body.doc) }),
    signature: signatureOf(owner, body),
    body,
    size: bodySize(body),
    depth,
  };
}

/** A component needs a statement; it is missed where the closing brace stands instead. */
function reportEmptyBody(node: Component, report: Report): void {
  const { end } = rangeOf(node);
  report.add({ offset: end - 1, end }, FINDINGS.syntax("a statement", "'}'"));
}

/** The levels of components in a body. */
export function bodyDepth(body: Body): number {
  let depth = 0;
  for (const { component } of body.instances.values()) depth = Math.max(depth, component?.depth ?? 0);
  return depth;
}

/** The number of actors that a body makes. */
export function bodySize(body: Body): number {
  let size = 0;
  for (const { component } of body.instances.values()) size += component?.size ?? 1;
  return size;
}

function parametersOf(node: Component, { report, constants }: Scope): Map<string, Parameter> {
  const parameters = new Map<string, Parameter>();
  for (const { name, default: value } of node.parameters) {
    const box = value && constants.resolve(value);
    if (parameters.has(name.text)) report.add(rangeOf(name), FINDINGS.duplicateParameter(name.text));
    else {
      parameters.set(name.text, {
        name: name.text,
        optional: value !== undefined,
        ...(box ? { default: box.value } : {}),
        constraints: [],
        range: rangeOf(name),
      });
    }
  }
  return parameters;
}

function checkDefaults(node: Component, parameters: Map<string, Parameter>, report: Report): void {
  for (const { name, default: value } of node.parameters) {
    const parameter = parameters.get(name.text);
    const given = parameter?.default;
    if (value === undefined || parameter === undefined || given === undefined) continue;
    const unmet = unmetOf(parameter.constraints, (constraint) => meets(given, constraint));
    if (unmet === undefined) continue;
    const finding = FINDINGS.argumentType(name.text, typeName(unmet.type), showJson(given));
    report.add(rangeOf(value), unlessCalvin(finding, unmet.calvin));
  }
}

function portsOf(names: Name[], kind: string, report: Report): Map<string, Range> {
  const ports = new Map<string, Range>();
  for (const name of names) {
    if (ports.has(name.text)) report.add(rangeOf(name), FINDINGS.duplicatePort(kind, name.text));
    else ports.set(name.text, rangeOf(name));
  }
  return ports;
}

/** What the component looks like from outside: its ports have the types of the ports that they lead to inside. */
function signatureOf(owner: Owner, body: Body): Signature {
  const inports = new Map([...owner.inports.keys()].map((name) => [name, new Map<string, Taken>()]));
  const outports = new Map<string, number | undefined>([...owner.outports.keys()].map((name) => [name, undefined]));
  const fed = new Set<string>();
  for (const { from, to } of body.links) {
    if ("inner" in from && "instance" in to) {
      for (const taken of to.instance.signature?.inports.get(to.port) ?? []) {
        inports.get(from.inner)?.set(`${taken.type} ${taken.calvin}`, taken);
      }
    }
    if ("inner" in to && "instance" in from) {
      const type = from.instance.signature?.outports.get(from.port);
      // Of several that differ nothing can be said.
      const known = !fed.has(to.inner) || outports.get(to.inner) === type;
      fed.add(to.inner);
      outports.set(to.inner, known ? type : undefined);
    }
  }
  return {
    inports: new Map([...inports].map(([name, taken]) => [name, [...taken.values()]])),
    outports,
    arguments: new Map(
      [...owner.parameters].map(([name, { constraints, optional }]) => [name, { required: !optional, constraints }]),
    ),
    routings: [],
  };
}
