import ts from "typescript";
import type { Report } from "./rules.js";

/** Functions and namespaces of AssemblyScript that reach past objects into memory, or past the module. */
const RAW = new Set([
  "load",
  "store",
  "memory",
  "table",
  "heap",
  "atomic",
  "changetype",
  "unchecked",
  "call_indirect",
  "v128",
  "trace",
]);

/** Decorators that AssemblyScript has and an actor may use on its own functions. */
const HARMLESS_DECORATORS = new Set(["inline", "final", "operator"]);

/**
 * Checks what holds for all code of an actor file, whether in the actor's class or beside it: no raw memory, exceptions,
 * closures, `any`, or anything that waits.
 */
export function checkLanguage(source: ts.SourceFile, report: Report): void {
  const visit = (node: ts.Node): void => {
    checkNode(node, report);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
}

function checkNode(node: ts.Node, report: Report): void {
  if (ts.isIdentifier(node)) checkRaw(node, report);
  else if (ts.isFunctionLike(node)) checkFunction(node, report);
  else if (node.kind === ts.SyntaxKind.AnyKeyword || node.kind === ts.SyntaxKind.UnknownKeyword) {
    report.error(node, "any", `${node.getText()} is no type of an actor`);
  } else if (ts.isThrowStatement(node) || ts.isTryStatement(node)) {
    report.error(node.getFirstToken() ?? node, "exception", "actors have no exceptions");
  } else if (ts.isAwaitExpression(node) || ts.isYieldExpression(node)) {
    report.error(node, "async", "an actor cannot wait inside an action");
  } else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
    report.error(node.getFirstToken() ?? node, "language", "for…of and for…in are not there", "count with an index");
  }
}

function checkRaw(node: ts.Identifier, report: Report): void {
  const { parent, text } = node;
  const isMember =
    (ts.isPropertyAccessExpression(parent) && parent.name === node && !isNumberType(parent.expression)) ||
    ((ts.isPropertyAssignment(parent) || ts.isClassElement(parent)) && parent.name === node);
  if (isMember || isKappaDecorator(node)) return;
  if (RAW.has(text) || text.startsWith("__")) report.error(node, "memory", `${text} is not for actors`);
}

/** `i32.load(…)` is raw, `object.load` is not. */
function isNumberType(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && /^([iuf]\d+|v128|[iu]size)$/.test(node.text);
}

/** `@memory(bytes)` and its import bear the name of AssemblyScript's raw memory. */
function isKappaDecorator(node: ts.Identifier): boolean {
  if (ts.isImportSpecifier(node.parent)) return true;
  return ts.isCallExpression(node.parent) && ts.isDecorator(node.parent.parent) && node.text === "memory";
}

function checkFunction(node: ts.SignatureDeclaration, report: Report): void {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  const asynchronous = modifiers.find((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword);
  if (asynchronous) report.error(asynchronous, "async", "an actor cannot wait inside an action");
  if ("asteriskToken" in node && node.asteriskToken)
    report.error(node.asteriskToken, "async", "actors have no generators");
  if (modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DeclareKeyword)) {
    report.error(node, "import", "an actor declares no functions from outside");
  }
  if (isNested(node)) checkClosure(node, report);
}

/** Checks decorators on functions beside the class, which TypeScript itself does not know. */
export function checkFunctionDecorators(source: ts.SourceFile, report: Report): void {
  for (const statement of source.statements) {
    if (!ts.isFunctionDeclaration(statement)) continue;
    for (const modifier of statement.modifiers ?? []) {
      if (!ts.isDecorator(modifier)) continue;
      const name = ts.isCallExpression(modifier.expression) ? modifier.expression.expression : modifier.expression;
      if (!HARMLESS_DECORATORS.has(name.getText())) {
        report.error(modifier, "decorator", `@${name.getText()} is not for functions of an actor`);
      }
    }
  }
}

function isNested(node: ts.Node): node is ts.FunctionExpression | ts.ArrowFunction | ts.FunctionDeclaration {
  if (ts.isFunctionExpression(node) || ts.isArrowFunction(node)) return true;
  return ts.isFunctionDeclaration(node) && !ts.isSourceFile(node.parent);
}

/** A closure is a nested function that uses a name which the functions around it declare and it does not. */
function checkClosure(node: ts.SignatureDeclaration, report: Report): void {
  const outer = new Set<string>();
  for (let around = node.parent; around && !ts.isSourceFile(around); around = around.parent) {
    if (ts.isFunctionLike(around)) for (const name of declaredNames(around)) outer.add(name);
  }
  const own = declaredNames(node);
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child) && isReference(child) && outer.has(child.text) && !own.has(child.text)) {
      report.error(child, "closure", `a function inside of another cannot use its variable ${child.text}`);
    }
    ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
}

/** Names of parameters, variables and functions that a function declares, nested functions left out. */
function declaredNames(node: ts.SignatureDeclaration): Set<string> {
  const names = new Set<string>();
  if (ts.isFunctionDeclaration(node) && node.name) names.add(node.name.text);
  const visit = (child: ts.Node): void => {
    const declares =
      ts.isParameter(child) || ts.isVariableDeclaration(child) || (ts.isFunctionDeclaration(child) && child !== node);
    if (declares && child.name && ts.isIdentifier(child.name)) names.add(child.name.text);
    if (!ts.isFunctionLike(child)) ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
  return names;
}

/** Whether an identifier stands for a variable: not a member's name, a label or a type. */
export function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) return parent.name !== node;
  if (ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent) || ts.isClassElement(parent)) return false;
  return !ts.isLabeledStatement(parent) && !ts.isBreakOrContinueStatement(parent);
}
