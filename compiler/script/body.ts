import { checkArguments, evaluateArguments } from "./arguments.js";
import type { Constants } from "./constants.js";
import { FINDINGS } from "./diagnostics.js";
import type { Actor, BodyStatement, Value } from "./generated/ast.js";
import { LinkResolver } from "./links.js";
import type { Body, Definition, Instance, Known, Parameter, PropertyStatement, Signature } from "./model.js";
import type { GeneratedNames } from "./names.js";
import { PropertyResolver } from "./properties.js";
import { resolveReferences } from "./references.js";
import type { Report } from "./report.js";
import type { Range } from "./source.js";
import { Sugar } from "./sugar.js";
import { nearest } from "./suggest.js";
import { rangeOf } from "./tree.js";
import type { ActorTypes } from "./types.js";
import { literalValue } from "./values.js";

/** What names in a body can mean. */
export interface Scope {
  report: Report;
  constants: Constants;
  types: ActorTypes;
  names: GeneratedNames;
  /** Whether arguments left to their defaults are told of. */
  pedantic: boolean;
  /** Components by name; undefined for one that is declared but can't be used, which has been reported. */
  components: Map<string, Definition | undefined>;
}

/** The component that a body belongs to. */
export interface Owner {
  name: string;
  parameters: Map<string, Parameter>;
  inports: Map<string, Range>;
  outports: Map<string, Range>;
}

const NO_PARAMETERS: Map<string, Parameter> = new Map();

/**
 * Resolves the statements of a component, or of the script's top level when there is no owner: every name, argument
 * and connection is checked, literals become actors.
 */
export function resolveBody(statements: BodyStatement[], scope: Scope, owner?: Owner): Body {
  return new BodyResolver(scope, owner).resolve(statements);
}

class BodyResolver {
  private readonly instances = new Map<string, Instance>();
  private readonly sugar: Sugar;
  private readonly usedParameters = new Set<string>();
  /** Names in the place of values that mean nothing. */
  private readonly unknown: string[] = [];
  private readonly parameters: Map<string, Parameter>;

  constructor(
    private readonly scope: Scope,
    private readonly owner: Owner | undefined,
  ) {
    this.parameters = owner?.parameters ?? NO_PARAMETERS;
    const { types, report, names } = scope;
    this.sugar = new Sugar(
      names,
      (type, range) => types.signature(type, range, report),
      (value) => this.evaluate(value),
      (instance) => this.declare(instance),
    );
  }

  resolve(statements: BodyStatement[]): Body {
    for (const statement of statements) {
      if (statement.$type === "Actor") this.declareActor(statement);
      else if (statement.$type === "Connection") this.sugar.add(statement);
    }
    const links = new LinkResolver(this.instances, this.sugar, this.scope.report, this.owner);
    const ports = new PropertyResolver(this.instances, (value) => this.evaluate(value), this.scope.report, this.owner);
    const properties: PropertyStatement[] = [];
    for (const statement of statements) {
      if (statement.$type === "Connection") links.add(statement);
      else if (statement.$type === "PortProperty") properties.push(...ports.resolve(statement));
      else if (statement.$type === "Actor") this.refer(statement);
    }
    links.reportMissing();
    this.reportUnused();
    return { instances: this.instances, links: links.links, properties };
  }

  /** Gives the port references in an actor's arguments their meaning, now that all actors are known. */
  private refer(node: Actor): void {
    const references = resolveReferences(node.arguments, this.instances, this.scope.report);
    const instance = this.instances.get(node.name.text);
    if (references.length > 0 && instance !== undefined) instance.references = references;
  }

  private declareActor(node: Actor): void {
    const type = node.type.text;
    const component = this.scope.components.get(type);
    const signature = component === undefined ? this.signature(node) : component.signature;
    const given = evaluateArguments(node.arguments, (value) => this.evaluate(value), this.scope.report);
    const range = rangeOf(node.name);
    if (signature !== undefined) {
      checkArguments(given, signature, type, range, this.parameters, this.scope.report);
      if (this.scope.pedantic) this.tellImplicit(given, signature.arguments, type, range);
    }
    const args = new Map([...given].flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])));
    this.declare({
      name: node.name.text,
      type,
      ...(component ? { component } : {}),
      ...(signature ? { signature } : {}),
      args,
      range,
    });
  }

  private tellImplicit(
    given: ReadonlyMap<string, unknown>,
    takes: Signature["arguments"],
    type: string,
    range: Range,
  ): void {
    for (const [name, { required }] of takes) {
      if (!required && !given.has(name)) this.scope.report.add(range, FINDINGS.implicitArgument(name, type));
    }
  }

  /** The signature of an actor type, or of no component. */
  private signature(node: Actor): Signature | undefined {
    const { report, types, components } = this.scope;
    const type = node.type.text;
    if (type.includes(".")) return types.signature(type, rangeOf(node.type), report);
    if (!components.has(type)) {
      report.add(rangeOf(node.type), FINDINGS.unknownComponent(type), report.suggest(type, components.keys()));
    }
    return undefined;
  }

  private declare(instance: Instance): void {
    if (this.instances.has(instance.name)) {
      this.scope.report.add(instance.range, FINDINGS.redeclared(instance.name));
    } else {
      this.instances.set(instance.name, instance);
    }
  }

  private evaluate(value: Value): Known | undefined {
    if (value.$type !== "Reference") return { value: literalValue(value, this.scope.report) };
    const name = value.name.text;
    if (this.parameters.has(name)) {
      this.usedParameters.add(name);
      return { parameter: name };
    }
    if (this.scope.constants.has(name)) return this.scope.constants.use(name);
    this.unknown.push(name);
    this.scope.constants.undefinedName(value, this.parameters.keys());
    return undefined;
  }

  private reportUnused(): void {
    for (const [name, { range }] of this.parameters) {
      // It may be meant by a name that is misspelt.
      if (this.usedParameters.has(name) || this.unknown.some((other) => nearest(other, [name]) !== undefined)) continue;
      this.scope.report.add(range, FINDINGS.unusedParameter(name));
    }
  }
}
