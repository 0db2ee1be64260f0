import type { AstNode } from "langium";
import type {
  Actor,
  BodyStatement,
  Component,
  LiteralSource,
  Name,
  Transform,
} from "../../compiler/script/generated/ast.js";
import type { Range } from "../../compiler/script/source.js";
import { rangeOf } from "../../compiler/script/tree.js";
import { CONSTANT_TYPE } from "../../compiler/script/types.js";
import type { Definition, DefinitionKind } from "./symbols.js";
import type { ScriptTree, Statement } from "./tree.js";

/** What a transform becomes. */
const TRANSFORM_TYPE = "std.Constantify";

/** The names of the script's top level, or of a component. */
export interface Scope {
  component?: Component;
  statements: readonly (Statement | BodyStatement)[];
  range: Range;
  actors: Map<string, Definition>;
  arguments: Map<string, Definition>;
  inports: Map<string, Definition>;
  outports: Map<string, Definition>;
}

/** Names that hold in the whole script. */
export interface Globals {
  constants: Map<string, Definition>;
  components: Map<string, Definition>;
  rules: Map<string, Definition>;
  groups: Map<string, Definition>;
}

/** Everything that a script defines. */
export class Scopes {
  readonly definitions: Definition[] = [];
  readonly globals: Globals = { constants: new Map(), components: new Map(), rules: new Map(), groups: new Map() };
  readonly top: Scope;
  /** By the name of the component; of two of a name, the first. */
  readonly components = new Map<string, Scope>();
  /** All of them, in their order. */
  readonly all: Scope[];

  constructor(tree: ScriptTree, text: string) {
    this.top = scopeOf(tree.statements, { offset: 0, end: text.length });
    this.all = [this.top];
    for (const statement of tree.statements) this.global(statement);
    for (const { node, statements, range } of tree.components) this.component(node, statements, range);
    this.actors(this.top);
  }

  /** The scope that an offset is in. */
  at(offset: number): Scope {
    const inside = ({ range }: Scope) => range.offset <= offset && offset <= range.end;
    return this.all.findLast((scope) => scope !== this.top && inside(scope)) ?? this.top;
  }

  private global(node: Statement): void {
    const { constants, components, rules, groups } = this.globals;
    if (node.$type === "Define") this.define(constants, "constant", node.name, node);
    if (node.$type === "Component") this.define(components, "component", node.name, node);
    if (node.$type === "Rule") this.define(rules, "rule", node.name, node);
    if (node.$type === "Group") this.define(groups, "group", node.name, node);
  }

  private component(node: Component, statements: BodyStatement[], range: Range): void {
    const scope = scopeOf(statements, range, node);
    this.all.push(scope);
    const name = node.name?.text;
    if (name !== undefined && !this.components.has(name)) this.components.set(name, scope);
    for (const parameter of node.parameters) this.define(scope.arguments, "argument", parameter.name, parameter, node);
    for (const port of node.inports) this.define(scope.inports, "inport", port, port, node);
    for (const port of node.outports) this.define(scope.outports, "outport", port, port, node);
    this.actors(scope);
  }

  private actors({ statements, actors, component }: Scope): void {
    const declare = (name: Name | undefined, node: AstNode, type?: string) => {
      const definition = this.define(actors, "actor", name, node, component);
      if (definition !== undefined && type !== undefined) definition.type = type;
    };
    for (const statement of statements) {
      if (statement.$type === "Actor") declare(statement.name, statement, (statement as Actor).type?.text);
      if (statement.$type !== "Connection") continue;
      const source = statement.source as LiteralSource | undefined;
      if (source?.$type === "LiteralSource" && source.label) declare(source.label, source, CONSTANT_TYPE);
      for (const target of statement.targets) {
        if (target?.$type === "Transform" && target.label) declare((target as Transform).label, target, TRANSFORM_TYPE);
      }
    }
  }

  private define(
    names: Map<string, Definition>,
    kind: DefinitionKind,
    name: Name | undefined,
    node: AstNode,
    component?: Component,
  ): Definition | undefined {
    if (name?.text === undefined || name.$cstNode === undefined) return undefined;
    const definition: Definition = {
      kind,
      name: name.text,
      range: rangeOf(name),
      extent: rangeOf(node),
      node,
      ...(component === undefined ? {} : { component }),
    };
    this.definitions.push(definition);
    if (!names.has(name.text)) names.set(name.text, definition);
    return definition;
  }
}

function scopeOf(statements: Scope["statements"], range: Range, component?: Component): Scope {
  return {
    ...(component === undefined ? {} : { component }),
    statements,
    range,
    actors: new Map(),
    arguments: new Map(),
    inports: new Map(),
    outports: new Map(),
  };
}
