import ts from "typescript";
import { isReference } from "./language.js";
import type { Edit } from "./mapped-text.js";
import type { ActorModel, PortUse } from "./model.js";
import type { Report } from "./rules.js";
import { portType } from "./source-types.js";
import { TypeCode } from "./types.js";

/** Names in lowered code. `$` keeps them apart from those of the source. */
export const lowered = {
  member: (name: string) => `this$${name}`,
  value: (port: string) => `${port}$value`,
  send: (port: string) => `${port}$send`,
};

/** Added to an inport's number: the reason of the exception there. */
const REASON = 64;

/** What an action may do with its ports, and a handler besides. */
export interface BodyPorts {
  ports: readonly PortUse[];
  handler: boolean;
}

const NO_PORTS: BodyPorts = { ports: [], handler: false };

/** The edits that turn the code of a member of the actor's class into plain functions and globals, in order. */
export function lowerBody(node: ts.Node, model: ActorModel, report: Report, use: BodyPorts = NO_PORTS): Edit[] {
  return new BodyLowering(model, use, report).run(node);
}

class BodyLowering {
  private readonly edits: Edit[] = [];
  private readonly ports: Map<string, PortUse>;
  private readonly members: Map<string, "field" | "method" | "action">;

  constructor(
    private readonly model: ActorModel,
    private readonly use: BodyPorts,
    private readonly report: Report,
  ) {
    this.ports = new Map(use.ports.map((port) => [port.name, port]));
    this.members = new Map([
      // A member that was refused already is no second error where it is used.
      ...model.node.members.map((member) => [member.name?.getText() ?? "", "field"] as const),
      ...model.fields.map(({ name }) => [name, "field"] as const),
      ...[...model.methods.keys()].map((name) => [name, "method"] as const),
      ...model.actions.map(({ name }) => [name, "action"] as const),
    ]);
  }

  run(node: ts.Node): Edit[] {
    this.visit(node);
    return this.edits;
  }

  private visit(node: ts.Node): void {
    if (ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword) this.member(node);
    else if (node.kind === ts.SyntaxKind.ThisKeyword) this.report.error(node, "self", "the actor itself is no value");
    else if (ts.isCallExpression(node) && (this.pass(node) || this.signal(node))) return;
    else if (ts.isPropertyAccessExpression(node) && this.portOf(node.expression)) this.port(node);
    else if (ts.isIdentifier(node) && this.portOf(node)) this.misuse(node);
    else ts.forEachChild(node, (child) => this.visit(child));
  }

  private member(node: ts.PropertyAccessExpression): void {
    const name = node.name.text;
    const kind = this.members.get(name);
    const called = ts.isCallExpression(node.parent) && node.parent.expression === node;
    if (!kind) this.report.error(node.name, "self", `${this.model.name} has no field or method ${name}`);
    else if (kind === "action") {
      this.report.error(
        node.name,
        "self",
        `the action ${name} cannot be called`,
        "only the runtime calls actions; share a method",
      );
    } else if (kind === "method" && !called)
      this.report.error(node.name, "self", `the method ${name} is no value`, "call it");
    else this.replace(node, lowered.member(name));
  }

  private portOf(node: ts.Node): PortUse | undefined {
    return ts.isIdentifier(node) && isReference(node) ? this.ports.get(node.text) : undefined;
  }

  /** `port.value` or `port.send`. */
  private port(node: ts.PropertyAccessExpression): void {
    const port = this.portOf(node.expression)!;
    const what = node.name.text;
    const called = ts.isCallExpression(node.parent) && node.parent.expression === node;
    if (port.direction === "in" && what === "value") {
      if (isAssigned(node))
        this.report.error(node, "port", `the value of ${port.name} cannot be changed`, "copy it into a variable");
      this.replace(node, lowered.value(port.name));
    } else if (port.direction === "in" && this.use.handler && !called && Object.hasOwn(EXCEPTIONAL, what)) {
      this.replace(node, EXCEPTIONAL[what]!(port.index));
    } else if (port.direction === "out" && what === "send" && called) this.replace(node, lowered.send(port.name));
    else {
      const kind = port.direction === "in" ? "In" : "Out";
      this.report.error(node.name, "port", `the ${kind} port ${port.name} has no ${what}${called ? "(…)" : ""}`);
    }
  }

  /** `out.pass(in)`; whether the call is one. */
  private pass(node: ts.CallExpression): boolean {
    const { expression, arguments: args } = node;
    if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== "pass") return false;
    const to = this.portOf(expression.expression);
    if (to?.direction !== "out") return false;
    const from = args.length === 1 ? this.portOf(args[0]!) : undefined;
    if (from?.direction !== "in") this.report.error(args[0] ?? node, "port", `${to.name}.pass takes an In port`);
    else {
      this.checkPass(node, from, to);
      this.replace(node, `__kappa_pass(${to.index}, ${from.index})`);
    }
    return true;
  }

  /** `out.end()` and `out.fail(reason)`; whether the call is one. */
  private signal({ expression, arguments: args }: ts.CallExpression): boolean {
    if (!ts.isPropertyAccessExpression(expression)) return false;
    const port = this.portOf(expression.expression);
    const what = expression.name.text;
    if (port?.direction !== "out" || (what !== "end" && what !== "fail")) return false;
    if (args.length !== (what === "end" ? 0 : 1)) {
      const form = what === "end" ? "end() takes nothing" : "fail(reason) takes a text";
      this.report.error(expression.name, "port", `${port.name}.${form}`);
      return true;
    }
    const [reason] = args;
    const end = reason ? reason.getStart() : expression.parent.getEnd();
    const text = reason ? `__kappa_fail(${port.index}, ` : `__kappa_end(${port.index})`;
    this.edits.push({ start: expression.getStart(), end, text });
    if (reason) this.visit(reason);
    return true;
  }

  private checkPass(node: ts.Node, from: PortUse, to: PortUse): void {
    const source = portType(this.model.inports[from.index]!.typeNode);
    const target = portType(this.model.outports[to.index]!.typeNode);
    if (target === TypeCode.any || source === target) return;
    this.report.error(node, "port", `${from.name} and ${to.name} are of different types`, "use `send`, which converts");
  }

  private misuse(node: ts.Identifier): void {
    const { name } = this.portOf(node)!;
    const declares = ts.isVariableDeclaration(node.parent) || ts.isParameter(node.parent);
    if (declares && node.parent.name === node)
      this.report.error(node, "port", `${name} is a port here`, "name it otherwise");
    else this.report.error(node, "port", `the port ${name} itself is no value`);
  }

  private replace(node: ts.Node, text: string): void {
    this.edits.push({ start: node.getStart(), end: node.getEnd(), text });
  }
}

/** What only a handler may ask of an inport. */
const EXCEPTIONAL: Record<string, (inport: number) => string> = {
  ended: (inport) => `(__kappa_kind(${inport}) == 1)`,
  failed: (inport) => `(__kappa_kind(${inport}) == 2)`,
  reason: (inport) => `__kappa_receive<string>(${REASON + inport})`,
};

function isAssigned(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) {
    const { kind } = parent.operatorToken;
    return parent.left === node && kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
  }
  const step = ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent);
  return step && (parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken);
}
