import { checkArguments, evaluateArguments } from "./arguments.js";
import type { Constants } from "./constants.js";
import { FINDINGS } from "./diagnostics.js";
import type { Actor, BodyStatement, LiteralSource, Value } from "./generated/ast.js";
import { LinkResolver } from "./links.js";
import type { Body, Definition, Instance, Known, Parameter, Signature } from "./model.js";
import { resolveProperties } from "./properties.js";
import type { Report } from "./report.js";
import type { Range } from "./source.js";
import { rangeOf } from "./tree.js";
import type { ActorTypes } from "./types.js";
import { CONSTANT_TYPE } from "./types.js";
import { literalValue } from "./values.js";

/** What names in a body can mean. */
export interface Scope {
  report: Report;
  constants: Constants;
  types: ActorTypes;
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
  private readonly literals = new Map<LiteralSource, Instance>();
  private readonly usedParameters = new Set<string>();
  private readonly parameters: Map<string, Parameter>;
  private unnamed = 0;

  constructor(
    private readonly scope: Scope,
    private readonly owner: Owner | undefined,
  ) {
    this.parameters = owner?.parameters ?? NO_PARAMETERS;
  }

  resolve(statements: BodyStatement[]): Body {
    for (const statement of statements) {
      if (statement.$type === "Actor") this.declareActor(statement);
      else if (statement.$type === "Connection" && statement.source.$type === "LiteralSource") {
        this.declareLiteral(statement.source);
      }
    }
    const links = new LinkResolver(this.instances, this.literals, this.scope.report, this.owner);
    for (const statement of statements) if (statement.$type === "Connection") links.add(statement);
    links.reportMissing();
    const properties = statements.filter((statement) => statement.$type === "PortProperty");
    const body = {
      instances: this.instances,
      links: links.links,
      ...resolveProperties(properties, this.scope, this.owner),
    };
    this.warnUnused();
    return body;
  }

  private declareActor(node: Actor): void {
    const type = node.type.text;
    const component = this.scope.components.get(type);
    const signature = component === undefined ? this.signature(node) : component.signature;
    const given = evaluateArguments(node.arguments, (value) => this.evaluate(value), this.scope.report);
    const range = rangeOf(node.name);
    if (signature !== undefined) {
      checkArguments(given, signature.arguments, type, range, this.parameters, this.scope.report);
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

  private declareLiteral(node: LiteralSource): void {
    const value = this.evaluate(node.value);
    const range = rangeOf(node);
    const signature = this.scope.types.signature(CONSTANT_TYPE, range, this.scope.report);
    const instance: Instance = {
      name: node.label?.text ?? `_literal_const_${++this.unnamed}`,
      type: CONSTANT_TYPE,
      ...(signature ? { signature } : {}),
      args: new Map<string, Known>(value === undefined ? [] : [["data", value]]),
      range: node.label ? rangeOf(node.label) : range,
    };
    this.literals.set(node, instance);
    this.declare(instance);
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
    this.scope.constants.undefinedName(value, this.parameters.keys());
    return undefined;
  }

  private warnUnused(): void {
    for (const [name, { range }] of this.parameters) {
      if (!this.usedParameters.has(name)) this.scope.report.remark(range, FINDINGS.unusedParameter(name));
    }
  }
}
