import ts from "typescript";
import { lowerBody, lowered } from "./body.js";
import { MappedText, type Range } from "./mapped-text.js";
import type { ActionModel, ActorModel, ArgumentModel, FieldModel, PortUse } from "./model.js";
import type { Report } from "./rules.js";
import { argumentType, isNullable } from "./source-types.js";
import { isScalar } from "./token.js";

/** Names of the functions that the lowered text exports for roles. */
export const ROLE_NAMES = {
  construct: "construct$",
  start: "this$start",
  stop: "this$stop",
  collect: "collect$",
} as const;

/** The name of the global that holds the period of an action with a fixed one. */
export function periodName(action: ActionModel): string {
  return `period$${action.name}`;
}

/**
 * Lowers an actor file to plain AssemblyScript: fields become exported globals, methods functions, scalar inports parameters,
 * and the other ports calls of the library's helpers. Everything else of the file is copied as it is.
 */
export function lower(model: ActorModel, report: Report): MappedText {
  return new Lowering(model, report).run();
}

class Lowering {
  private readonly text: MappedText;

  constructor(
    private readonly model: ActorModel,
    private readonly report: Report,
  ) {
    this.text = new MappedText(report.text);
  }

  run(): MappedText {
    let at = 0;
    for (const statement of this.model.source.statements) {
      const isActor = statement === this.model.node;
      if (!isActor && !isKappaImport(statement)) continue;
      const { start, end } = rangeOf(statement);
      this.text.copy({ start: at, end: start });
      if (isActor) this.actor();
      at = end;
    }
    return this.text.copy({ start: at, end: this.report.text.length });
  }

  private actor(): void {
    const name = rangeOf(this.model.node.name!);
    for (const field of this.model.fields) this.field(field);
    for (const action of this.model.actions) this.action(action);
    for (const method of this.model.methods.values()) this.method(method);
    if (this.model.construct) this.construct(this.model.construct);
    this.outports(name);
    this.text.write(`export function ${ROLE_NAMES.collect}(): void { __collect(); }\n`, name);
  }

  private field({ name, type, node }: FieldModel): void {
    const range = rangeOf(node.name);
    const typeRange = rangeOf(node.type!);
    this.text.write(`export let ${lowered.member(name)}: `, range).copy(typeRange);
    const constant = ts.isParameter(node) ? isScalar(type) : true;
    if (node.initializer && constant) {
      const edits = lowerBody(node.initializer, this.model, this.report);
      if (edits.length > 0) {
        const hint = "give it its value in the constructor";
        this.report.error(node.initializer, "initial", `the first value of ${name} uses \`this\``, hint);
      }
      this.text.write(" = ", range).copy(rangeOf(node.initializer), edits);
    } else if (!isScalar(type)) {
      if (isNullable(node.type!)) this.text.write(" = null", range);
      else this.text.write(" = changetype<", range).copy(typeRange).write(">(0)", range);
    }
    this.text.write(";\n", range);
  }

  private action(action: ActionModel): void {
    const { method, ports } = action;
    const range = rangeOf(method.name);
    if (typeof action.every === "number") {
      this.text.write(`export let ${periodName(action)}: i32 = ${action.every};\n`, range);
    }
    this.checkDistinct(ports, method);
    const inports = ports.filter(({ direction }) => direction === "in").sort((a, b) => a.index - b.index);
    this.text.write(`export function ${lowered.member(action.name)}(`, range);
    for (const port of inports.filter((p) => this.isScalarPort(p))) {
      this.text
        .write(`${lowered.value(port.name)}: `, range)
        .copy(this.portTypeRange(port))
        .write(", ", range);
    }
    this.text.write("): void {", range);
    const edits = lowerBody(method.body!, this.model, this.report, action);
    for (const port of inports.filter((p) => !this.isScalarPort(p))) {
      const name = lowered.value(port.name);
      if (!edits.some((edit) => edit.text === name)) continue;
      const type = this.portTypeRange(port);
      this.text.write(`const ${name} = __kappa_receive<`, range).copy(type).write(`>(${port.index}); `, range);
    }
    this.text.copy(rangeOf(method.body!), edits).write("}\n", range);
  }

  private checkDistinct(ports: readonly PortUse[], method: ts.MethodDeclaration): void {
    const names = ports.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice) this.report.error(method.name, "port", `the port ${twice} stands twice in one action`);
  }

  private isScalarPort({ index }: PortUse): boolean {
    return isScalarType(this.model.inports[index]!.typeNode);
  }

  private portTypeRange({ index }: PortUse): Range {
    return rangeOf(this.model.inports[index]!.typeNode);
  }

  private method(method: ts.MethodDeclaration): void {
    const name = (method.name as ts.Identifier).text;
    const range = rangeOf(method.name);
    // AssemblyScript looks into exported functions only: so every method is checked, whether it is called or not.
    this.text.write(`export function ${lowered.member(name)}(`, range);
    for (const parameter of method.parameters) {
      this.text.copy(rangeOf(parameter), lowerBody(parameter, this.model, this.report)).write(", ", range);
    }
    this.text.write("): ", range);
    if (method.type) this.text.copy(rangeOf(method.type));
    else this.text.write("void", range);
    this.text.write(" ", range).copy(rangeOf(method.body!), lowerBody(method.body!, this.model, this.report));
    this.text.write("\n", range);
  }

  private construct(node: ts.ConstructorDeclaration): void {
    const { args } = this.model;
    const range = { start: node.getStart(), end: node.getStart() + "constructor".length };
    const body = lowerBody(node.body!, this.model, this.report);
    this.text.write(`export function ${ROLE_NAMES.construct}(`, range);
    for (const arg of args.filter((a) => !a.direct && isScalar(a.type))) {
      this.text.write(`${arg.name}: `, range).copy(rangeOf(arg.node.type!)).write(", ", range);
    }
    this.text.write("): void {", range);
    args.forEach((arg, i) => {
      this.constructArgument(arg, i, node.body!);
    });
    this.text.copy(rangeOf(node.body!), body).write("}\n", range);
  }

  /** Brings an argument into a variable of its name, and into its field where it has one. */
  private constructArgument(arg: ArgumentModel, index: number, body: ts.Block): void {
    const range = rangeOf(arg.node.name);
    const field = lowered.member(arg.name);
    if (arg.direct) {
      if (mentions(body, arg.name)) {
        this.text.write(`let ${arg.name}: `, range).copy(rangeOf(arg.node.type!)).write(` = ${field}; `, range);
      }
      return;
    }
    if (!isScalar(arg.type)) {
      const port = this.model.inports.length + index;
      this.text
        .write(`let ${arg.name} = __kappa_receive<`, range)
        .copy(rangeOf(argumentType(arg.node.type!)))
        .write(`>(${port}); `, range);
    }
    if (arg.isField) this.text.write(`${field} = ${arg.name}; `, range);
  }

  private outports(origin: Range): void {
    this.model.outports.forEach(({ name, typeNode }, port) => {
      const type = rangeOf(typeNode);
      this.text
        .write(`@inline function ${lowered.send(name)}(value: `, origin)
        .copy(type)
        .write("): void { ", origin);
      this.text.write("__kappa_send<", origin).copy(type).write(`>(${port}, value); }\n`, origin);
    });
  }
}

function isScalarType(node: ts.TypeNode): boolean {
  const text = node.getText();
  return /^(bool|boolean|number|[iu](8|16|32|64)|f32|f64)$/.test(text);
}

function mentions(node: ts.Node, name: string): boolean {
  if (ts.isIdentifier(node) && node.text === name) return true;
  return ts.forEachChild(node, (child) => mentions(child, name) || undefined) ?? false;
}

function isKappaImport(node: ts.Statement): boolean {
  return (
    ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier) && node.moduleSpecifier.text === "kappa"
  );
}

function rangeOf(node: ts.Node): Range {
  return { start: node.getStart(), end: node.getEnd() };
}
