import type {
  ActorPort,
  Argument,
  Expression,
  InnerPort,
  Name,
  PortProperty,
  Source,
  Target,
  Value,
} from "../../compiler/script/generated/ast.js";
import { serviceName } from "../../compiler/script/service.js";
import type { Range } from "../../compiler/script/source.js";
import { rangeOf } from "../../compiler/script/tree.js";
import { labelText } from "../../compiler/script/values.js";
import type { Scope } from "./scopes.js";
import { Scopes } from "./scopes.js";
import type { Definition, Direction, External, Occurrence } from "./symbols.js";
import { readTree } from "./tree.js";

type Statement = Scope["statements"][number];

/**
 * Every name in a script and what it means, by the rules that the compiler resolves names by (docs/language.md). Works on
 * texts that are half typed, and says nothing of errors: these the compiler finds.
 */
export class ScriptIndex {
  readonly scopes: Scopes;
  readonly occurrences: Occurrence[] = [];

  constructor(readonly text: string) {
    const tree = readTree(text);
    this.scopes = new Scopes(tree, text);
    for (const definition of this.scopes.definitions) {
      this.occurrences.push({ range: definition.range, target: definition, defines: true });
    }
    for (const scope of this.scopes.all) for (const statement of scope.statements) this.statement(statement, scope);
    this.occurrences.sort((a, b) => a.range.offset - b.range.offset);
  }

  /** The name at an offset, or right before it. */
  at(offset: number): Occurrence | undefined {
    const inside = this.occurrences.filter(({ range }) => range.offset <= offset && offset <= range.end);
    return inside.find(({ range }) => offset < range.end) ?? inside[0];
  }

  private statement(node: Statement, scope: Scope): void {
    switch (node.$type) {
      case "Define":
        this.value(node.value, scope);
        break;
      case "Component": {
        const own = this.scopes.all.find(({ component }) => component === node) ?? scope;
        for (const parameter of node.parameters) this.value(parameter.default, { ...own, arguments: new Map() });
        break;
      }
      case "Actor":
        this.type(node.type);
        this.arguments(node.arguments, scope, (name) => this.argumentOf(node.type?.text, name));
        break;
      case "Connection":
        this.source(node.source, scope);
        for (const target of node.targets) this.target(target, scope);
        break;
      case "PortProperty":
        this.portProperty(node, scope);
        break;
      case "Rule":
        this.expression(node.expression, scope);
        break;
      case "Group":
        for (const member of node.members) this.path(member);
        break;
      case "Apply":
        for (const target of node.targets) this.path(target);
        this.expression(node.expression, scope);
        break;
    }
  }

  private type(name: Name | undefined): void {
    if (name?.text === undefined) return;
    this.add(rangeOf(name), this.scopes.globals.components.get(name.text) ?? actorType(name.text));
  }

  private source(node: Source | undefined, scope: Scope): void {
    if (node?.$type === "LiteralSource") this.value(node.value, scope);
    else if (node?.$type === "InnerPort") this.innerPort(node, scope, "in");
    else if (node?.$type === "ActorPort") this.actorPort(node, scope, "out");
  }

  private target(node: Target | undefined, scope: Scope): void {
    if (node?.$type === "Transform") {
      this.value(node.value, scope);
      this.target(node.target, scope);
    } else if (node?.$type === "InnerPort") this.innerPort(node, scope, "out");
    else if (node?.$type === "ActorPort") this.actorPort(node, scope, "in");
  }

  private innerPort({ port }: InnerPort, { inports, outports }: Scope, direction?: Direction): void {
    if (port?.text === undefined) return;
    const found = [direction !== "out" && inports.get(port.text), direction !== "in" && outports.get(port.text)];
    this.add(
      rangeOf(port),
      found.find((definition) => typeof definition === "object"),
    );
  }

  private actorPort({ actor, port }: ActorPort, scope: Scope, direction?: Direction): void {
    if (actor?.text === undefined) return;
    const instance = scope.actors.get(actor.text);
    this.add(rangeOf(actor), instance);
    if (port?.text !== undefined) this.add(rangeOf(port), this.portOf(instance?.type, port.text, direction));
  }

  /** The port of an instance of a type. */
  private portOf(type: string | undefined, name: string, direction?: Direction): Definition | External | undefined {
    const component = type === undefined ? undefined : this.scopes.components.get(type);
    if (component !== undefined) {
      const found = [
        direction !== "out" && component.inports.get(name),
        direction !== "in" && component.outports.get(name),
      ];
      return found.find((definition) => typeof definition === "object");
    }
    if (type === undefined || !type.includes(".")) return undefined;
    return { kind: "port", of: type, name, ...(direction === undefined ? {} : { direction }) };
  }

  private argumentOf(type: string | undefined, name: string): Definition | External | undefined {
    const component = type === undefined ? undefined : this.scopes.components.get(type);
    if (component !== undefined) return component.arguments.get(name);
    return type?.includes(".") ? { kind: "actorArgument", of: type, name } : undefined;
  }

  private portProperty({ port, direction, arguments: nodes }: PortProperty, scope: Scope): void {
    const side = direction?.text === "in" || direction?.text === "out" ? direction.text : undefined;
    if (port?.$type === "ActorPort") this.actorPort(port, scope, side);
    else if (port?.$type === "InnerPort") this.innerPort(port, scope, side);
    this.arguments(nodes, scope, (name) => ({ kind: "property", of: "", name }));
  }

  private arguments(
    nodes: readonly Argument[],
    scope: Scope,
    meaning: (name: string) => Definition | External | undefined,
  ): void {
    for (const { name, value } of nodes) {
      if (name?.text !== undefined) this.add(inQuotes(rangeOf(name), name.text), meaning(labelText(name)));
      this.value(value, scope);
    }
  }

  private value(node: Value | undefined, scope: Scope): void {
    switch (node?.$type) {
      case "Reference": {
        const name = node.name?.text;
        if (name === undefined) return;
        this.add(rangeOf(node.name), scope.arguments.get(name) ?? this.scopes.globals.constants.get(name));
        break;
      }
      case "ArrayValue":
        for (const item of node.items) this.value(item, scope);
        break;
      case "ObjectValue":
        for (const entry of node.entries) this.value(entry.value, scope);
        break;
      case "PortReference":
        this.portReference(rangeOf(node).offset, node.text, scope);
        break;
    }
  }

  private portReference(offset: number, text: string, scope: Scope): void {
    const [actor = "", port = ""] = text.slice(1).split(".");
    const instance = scope.actors.get(actor);
    const dot = offset + 1 + actor.length;
    this.add({ offset: offset + 1, end: dot }, instance);
    this.add({ offset: dot + 1, end: dot + 1 + port.length }, this.portOf(instance?.type, port));
  }

  private expression(node: Expression | undefined, scope: Scope): void {
    switch (node?.$type) {
      case "Disjunction":
      case "Conjunction":
        for (const term of node.terms) this.expression(term, scope);
        break;
      case "Negation":
        this.expression(node.term, scope);
        break;
      case "Call": {
        const name = node.name?.text;
        if (name === undefined) return;
        const predicate: External = { kind: "predicate", of: name, name: "" };
        this.add(rangeOf(node.name), node.predicate ? predicate : this.scopes.globals.rules.get(name));
        this.arguments(node.arguments, scope, (argument) => ({
          kind: "predicateArgument",
          of: name,
          name: argument,
        }));
        break;
      }
    }
  }

  /** `group`, `actor`, `component:actor`; in a service with or without the service's name in front. */
  private path(name: Name | undefined): void {
    if (name?.text === undefined) return;
    let { offset } = rangeOf(name);
    let scope: Scope | undefined = this.deployed;
    for (const [index, segment] of name.text.split(":").entries()) {
      const { groups, components } = this.scopes.globals;
      let target: Definition | undefined = index === 0 ? groups.get(segment) : undefined;
      target ??= scope?.actors.get(segment);
      let inner: Scope | undefined = target?.type === undefined ? undefined : this.scopes.components.get(target.type);
      if (target === undefined && index === 0 && scope?.component?.name?.text === segment) {
        target = components.get(segment);
        inner = scope;
      }
      this.add({ offset, end: offset + segment.length }, target);
      offset += segment.length + 1;
      scope = inner;
    }
  }

  /** The scope of what the script deploys. */
  get deployed(): Scope {
    const top = this.scopes.top.statements as Parameters<typeof serviceName>[0];
    const name = serviceName(top.filter(({ $type, ...node }) => $type !== "Component" || isComplete(node)));
    return (name === undefined ? undefined : this.scopes.components.get(name)) ?? this.scopes.top;
  }

  private add(range: Range, target: Definition | External | undefined): void {
    if (range.end > range.offset) this.occurrences.push({ range, target, defines: false });
  }
}

function actorType(type: string): External | undefined {
  return type.includes(".") ? { kind: "actorType", of: type, name: "" } : undefined;
}

/** Whether a component can be asked for what it uses. */
function isComplete(node: object): boolean {
  const { name, body } = node as { name?: Name; body?: { statements: { $type: string; type?: Name }[] } };
  const uses = body?.statements.filter(({ $type }) => $type === "Actor") ?? [];
  return name !== undefined && body !== undefined && uses.every(({ type }) => type !== undefined);
}

/** The place of a name without the quotes that it may be written in. */
function inQuotes({ offset, end }: Range, text: string): Range {
  return text.startsWith('"') && text.endsWith('"') && text.length > 1
    ? { offset: offset + 1, end: end - 1 }
    : { offset, end };
}
