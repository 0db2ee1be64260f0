import ts from "typescript";
import type { Conditions } from "./model.js";
import type { Report } from "./rules.js";

/** What marks a method that the runtime calls. */
export type ActionDecorator = "action" | "exception";

/** Which of `@action` and `@exception` a method carries, if any. */
export function actionDecorator(method: ts.MethodDeclaration): ActionDecorator | undefined {
  const names = decoratorsOf(method).map(nameOf);
  return names.includes("exception") ? "exception" : names.includes("action") ? "action" : undefined;
}

/** Whether `@action` stands with conditions, right or wrong. */
export function hasConditions(method: ts.MethodDeclaration): boolean {
  return decoratorsOf(method).some(
    ({ expression }) => ts.isCallExpression(expression) && expression.arguments.length > 0,
  );
}

/** Reports decorators that members of an actor cannot have. */
export function checkDecorators(node: ts.HasDecorators, allowed: string, report: Report): void {
  const seen = new Set<string>();
  for (const decorator of decoratorsOf(node)) {
    const name = nameOf(decorator);
    if (name !== allowed) report.error(decorator, "decorator", `@${name} does not belong here`);
    else if (seen.has(name)) report.error(decorator, "decorator", `@${name} stands here twice`);
    seen.add(name);
  }
}

/** What `@action({ when, every })` or `@exception({ when })` says, names not checked yet. */
export function readConditions(
  method: ts.MethodDeclaration,
  report: Report,
  decorator: ActionDecorator,
): { when?: ts.StringLiteralLike; every?: ts.StringLiteralLike | ts.NumericLiteral } {
  const options = argumentOf(method, decorator, report);
  if (!options) return {};
  if (!ts.isObjectLiteralExpression(options)) {
    report.error(options, "decorator", `@${decorator} takes an object literal`);
    return {};
  }
  const conditions: ReturnType<typeof readConditions> = {};
  for (const property of options.properties) {
    const name = property.name?.getText();
    const value = ts.isPropertyAssignment(property) ? property.initializer : undefined;
    if (name === "when" && value && ts.isStringLiteralLike(value)) conditions.when = value;
    else if (
      name === "every" &&
      decorator === "action" &&
      value &&
      (ts.isStringLiteralLike(value) || ts.isNumericLiteral(value))
    ) {
      conditions.every = value;
    } else report.error(property, "decorator", `@${decorator} does not know ${property.getText()}`);
  }
  return conditions;
}

/** Bytes that `@memory(bytes)` asks for; undefined without it. */
export function readMemory(node: ts.ClassDeclaration, report: Report): number | undefined {
  const decorator = decoratorsOf(node).find((d) => nameOf(d) === "memory");
  if (!decorator) return undefined;
  const size = argumentOf(node, "memory", report);
  const bytes = size && ts.isNumericLiteral(size) ? Number(size.text) : Number.NaN;
  if (Number.isInteger(bytes) && bytes >= 16 && bytes <= 60_000) return bytes;
  report.error(size ?? decorator, "decorator", "@memory takes a number of bytes from 16 to 60000");
  return undefined;
}

/** The conditions of an action against the fields and methods that there are. */
export interface Names {
  isBool(field: string): boolean | undefined;
  isNumber(field: string): boolean | undefined;
  isTest(method: string): boolean | undefined;
}

/** Resolves what `when` and `every` name. */
export function resolveConditions(
  method: ts.MethodDeclaration,
  decorator: ActionDecorator,
  names: Names,
  report: Report,
): Conditions {
  const { when, every } = readConditions(method, report, decorator);
  const resolved: Conditions = {};
  if (when) {
    if (names.isBool(when.text)) resolved.when = { kind: "field", name: when.text };
    else if (names.isTest(when.text)) resolved.when = { kind: "method", name: when.text };
    else
      report.error(when, "condition", problem(when.text, names.isBool(when.text) ?? names.isTest(when.text), "bool"));
  }
  if (every && ts.isNumericLiteral(every)) {
    resolved.every = Number(every.text);
    if (!(resolved.every >= 1 && resolved.every <= 0x7fffffff)) {
      report.error(every, "condition", "a period is 1 to 2147483647 ms");
    }
  } else if (every) {
    if (names.isNumber(every.text)) resolved.every = every.text;
    else report.error(every, "condition", problem(every.text, names.isNumber(every.text), "number"));
  }
  return resolved;
}

function problem(name: string, known: boolean | undefined, type: string): string {
  return known === undefined ? `there is no field or method ${name}` : `${name} is no ${type}`;
}

function decoratorsOf(node: ts.HasDecorators): readonly ts.Decorator[] {
  return ts.getDecorators(node) ?? [];
}

function nameOf(decorator: ts.Decorator): string {
  const { expression } = decorator;
  return (ts.isCallExpression(expression) ? expression.expression : expression).getText();
}

/** The one argument of a decorator in its call form. */
function argumentOf(node: ts.HasDecorators, name: string, report: Report): ts.Expression | undefined {
  const decorator = decoratorsOf(node).find((d) => nameOf(d) === name);
  if (!decorator || !ts.isCallExpression(decorator.expression)) return undefined;
  const [first, second] = decorator.expression.arguments;
  if (second) report.error(second, "decorator", `@${name} takes one argument`);
  return first;
}
