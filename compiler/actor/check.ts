import ts from "typescript";
import { SOURCE_MODULES } from "./capabilities.js";
import { actionDecorator, checkDecorators, hasConditions, readMemory, resolveConditions } from "./decorators.js";
import { checkFunctionDecorators, checkLanguage } from "./language.js";
import type { ActionModel, ActorModel, ArgumentModel, FieldModel, PortModel, PortUse } from "./model.js";
import { LIMITS } from "./module.js";
import type { Report } from "./rules.js";
import { argumentType, fieldType, isNullable, literalValue, portType } from "./source-types.js";
import { isScalar, tokenFromJson, typeName } from "./token.js";
import { TypeCode } from "./types.js";

/** Parses an actor file and checks everything that can be said before types are. Errors go to the report. */
export function checkActor(report: Report): ActorModel | undefined {
  const source = ts.createSourceFile(report.file, report.text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const { parseDiagnostics } = source as unknown as { parseDiagnostics: ts.DiagnosticWithLocation[] };
  for (const { start, length, messageText } of parseDiagnostics) {
    report.errorAt(start, start + length, "syntax", ts.flattenDiagnosticMessageText(messageText, " "));
  }
  if (parseDiagnostics.length > 0) return undefined;
  checkLanguage(source, report);
  checkFunctionDecorators(source, report);
  checkTopLevel(source, report);
  const node = findClass(source, report);
  return node && new ClassCheck(source, node, report).run();
}

function isExported(node: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function findClass(source: ts.SourceFile, report: Report): ts.ClassDeclaration | undefined {
  const classes = source.statements.filter(ts.isClassDeclaration).filter(isExported);
  const [first, second] = classes;
  if (second) report.error(second.name ?? second, "class", "a second exported class: one actor is one file");
  if (!first) report.errorAt(0, 0, "class", "no exported class: there is no actor in this file");
  else if (!first.name) report.error(first, "class", "the actor's class has no name", "write `export class Name`");
  return first?.name ? first : undefined;
}

function checkTopLevel(source: ts.SourceFile, report: Report): void {
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) checkImport(statement, report);
    else if (ts.isExportAssignment(statement) || ts.isExportDeclaration(statement)) {
      report.error(statement, "class", "only the actor's class is exported, where it is declared");
    } else if (!ts.isClassDeclaration(statement) && isExported(statement)) {
      report.error(statement, "class", "only the actor's class is exported");
    } else if (ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const)) {
      report.error(statement, "state", "a variable outside of the class");
    }
  }
}

function checkImport(node: ts.ImportDeclaration, report: Report): void {
  const path = ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : "";
  const offered = SOURCE_MODULES[path];
  if (!offered) {
    report.error(node.moduleSpecifier, "import", `there is no module "${path}" for actors`);
    return;
  }
  const bindings = node.importClause?.namedBindings;
  if (node.importClause?.name || !bindings || !ts.isNamedImports(bindings)) {
    report.error(node, "import", `import by name: import { … } from "${path}"`);
    return;
  }
  for (const { name, propertyName } of bindings.elements) {
    const imported = (propertyName ?? name).text;
    if (!offered.includes(imported)) {
      report.error(name, "import", `"${path}" has no ${imported}`, `it has ${offered.join(", ")}`);
    } else if (path === "kappa" && propertyName) {
      report.error(propertyName, "import", `${imported} keeps its name`, "import it without `as`");
    }
  }
}

/** Checks the actor's class and gathers its parts. */
class ClassCheck {
  private readonly model: ActorModel;

  constructor(
    source: ts.SourceFile,
    private readonly node: ts.ClassDeclaration,
    private readonly report: Report,
  ) {
    const name = node.name!.text;
    this.model = {
      ...{ name, source, node, inports: [], outports: [], actions: [], fields: [], args: [], methods: new Map() },
    };
  }

  run(): ActorModel {
    this.checkShape();
    const actions: ts.MethodDeclaration[] = [];
    for (const member of this.node.members) {
      if (ts.isPropertyDeclaration(member)) this.field(member);
      else if (ts.isConstructorDeclaration(member)) this.construct(member);
      else if (!ts.isMethodDeclaration(member))
        this.report.error(member, "member", "accessors and blocks are not there");
      else if (!this.checkMember(member)) continue;
      else if (actionDecorator(member)) actions.push(member);
      else this.method(member);
    }
    for (const action of actions) this.action(action);
    if (!actions.some((action) => actionDecorator(action) === "action"))
      this.report.error(this.node.name!, "class", `${this.model.name} has no @action`);
    this.checkInitials();
    this.checkLimits();
    return this.model;
  }

  private checkShape(): void {
    const { node, report } = this;
    checkDecorators(node, "memory", report);
    const heap = readMemory(node, report);
    if (heap !== undefined) this.model.heap = heap;
    for (const clause of node.heritageClauses ?? []) {
      report.error(clause, "class", "an actor's class stands alone", "keep shared code in functions beside the class");
    }
    for (const parameter of node.typeParameters ?? []) {
      report.error(parameter, "class", "an actor's class has no type parameters", "write one actor for each type");
    }
    const modifier = node.modifiers?.find((m) => m.kind === ts.SyntaxKind.AbstractKeyword);
    if (modifier) report.error(modifier, "class", "an actor's class is not abstract");
    const fallback = node.modifiers?.find((m) => m.kind === ts.SyntaxKind.DefaultKeyword);
    if (fallback) report.error(fallback, "class", "the actor's class is exported by its name", "write `export class`");
  }

  /** Whether a field or method has a plain name of its own and is no static. */
  private checkMember(member: ts.PropertyDeclaration | ts.MethodDeclaration): boolean {
    const { report } = this;
    const wrong = member.modifiers?.find((m) =>
      [ts.SyntaxKind.StaticKeyword, ts.SyntaxKind.AbstractKeyword, ts.SyntaxKind.DeclareKeyword].includes(m.kind),
    );
    if (wrong) report.error(wrong, "member", `${wrong.getText()} members are not there`);
    if (member.questionToken) report.error(member.questionToken, "member", "members are not optional");
    if (!ts.isIdentifier(member.name)) {
      report.error(member.name, "member", "a member has a plain name");
      return false;
    }
    if (this.has(member.name.text)) {
      report.error(
        member.name,
        "member",
        `there is a ${member.name.text} already`,
        "give each member a name of its own",
      );
      return false;
    }
    return true;
  }

  private has(name: string): boolean {
    const { fields, methods, actions } = this.model;
    return fields.some((f) => f.name === name) || methods.has(name) || actions.some((a) => a.name === name);
  }

  private field(node: ts.PropertyDeclaration): void {
    checkDecorators(node, "", this.report);
    if (this.checkMember(node)) this.addField((node.name as ts.Identifier).text, node);
  }

  private addField(name: string, node: FieldModel["node"]): void {
    if (!node.type) {
      this.report.error(node.name, "type", `the field ${name} has no type`);
      return;
    }
    const type = fieldType(node.type);
    if (type === undefined) {
      this.report.error(
        node.type,
        "unsupportedType",
        `the field ${name} of type ${node.type.getText()} cannot be moved`,
      );
      return;
    }
    this.model.fields.push({ name, type, node });
  }

  /** Every field of text or object type needs a value before it is used. */
  private checkInitials(): void {
    const assigned = this.model.construct?.body?.getText() ?? "";
    for (const { name, type, node } of this.model.fields) {
      if (ts.isParameter(node) || node.initializer || isScalar(type) || isNullable(node.type!)) continue;
      if (new RegExp(`\\bthis\\.${name}\\s*=[^=]`).test(assigned)) continue;
      this.report.error(node.name, "initial", `the field ${name} has no value at first`);
    }
  }

  private construct(node: ts.ConstructorDeclaration): void {
    if (!node.body) {
      this.report.error(node, "member", "a constructor has one form only");
      return;
    }
    if (node.body.statements.length > 0) this.model.construct = node;
    for (const parameter of node.parameters) this.argument(parameter);
    if (this.model.args.some((arg) => !arg.direct)) this.model.construct = node;
  }

  private argument(node: ts.ParameterDeclaration): void {
    const { report } = this;
    if (!ts.isIdentifier(node.name) || node.dotDotDotToken || node.questionToken) {
      report.error(node, "argument", "an argument of an actor has a plain name");
      return;
    }
    const name = node.name.text;
    if (!node.type) {
      report.error(node.name, "type", `the argument ${name} has no type`);
      return;
    }
    const type = portType(argumentType(node.type));
    if (type === undefined) {
      report.error(node.type, "unsupportedType", `the argument ${name} cannot be of type ${node.type.getText()}`);
      return;
    }
    const isField = (node.modifiers ?? []).length > 0;
    if (isField) this.addField(name, node);
    const direct = isField && isScalar(type);
    const value = this.argumentDefault(node, name, type);
    this.model.args.push({ name, type, node, isField, direct, ...(value === undefined ? {} : { default: value }) });
  }

  private argumentDefault(node: ts.ParameterDeclaration, name: string, type: number): ArgumentModel["default"] {
    if (!node.initializer) return undefined;
    const value = literalValue(node.initializer, type);
    try {
      if (value !== undefined && (type !== TypeCode.any || value === null)) {
        tokenFromJson(value as Parameters<typeof tokenFromJson>[0], type);
        return value;
      }
    } catch {
      // reported below
    }
    this.report.error(node.initializer, "argument", `the default of ${name} is no literal of type ${typeName(type)}`);
    return undefined;
  }

  private method(node: ts.MethodDeclaration): void {
    const name = (node.name as ts.Identifier).text;
    checkDecorators(node, "action", this.report);
    if (!node.body) {
      this.report.error(node, "member", "a method has one form only");
      return;
    }
    for (const { name: parameter, type } of node.parameters) {
      if (!type) this.report.error(parameter, "type", `the parameter ${parameter.getText()} has no type`);
      else if (portOf(type)) this.report.error(type, "port", "only actions have ports");
    }
    if (isHook(name) && node.parameters.length > 0) {
      this.report.error(
        node.parameters[0]!,
        "argument",
        `${name}() takes nothing`,
        "the constructor takes the arguments",
      );
    } else if (!isHook(name) && !node.type)
      this.report.error(node.name, "type", `the method ${name} has no result type`);
    if (node.typeParameters) this.report.error(node.name, "member", "methods of an actor have no type parameters");
    this.model.methods.set(name, node);
  }

  private action(node: ts.MethodDeclaration): void {
    const { report, model } = this;
    const name = (node.name as ts.Identifier).text;
    const decorator = actionDecorator(node)!;
    checkDecorators(node, decorator, report);
    if (!node.body) {
      report.error(node, "member", "an action has one form only");
      return;
    }
    if (node.type && node.type.kind !== ts.SyntaxKind.VoidKeyword) {
      report.error(node.type, "port", "an action returns nothing", "send by an `Out` port");
    }
    const ports = node.parameters.map((parameter) => this.port(parameter)).filter((port) => port !== undefined);
    const conditions = resolveConditions(node, decorator, this.names(), report);
    const idle = node.parameters.length === 0 && !hasConditions(node);
    if (idle) report.error(node.name, "idle", `the action ${name} has no ports: it could fire without end`);
    const handler = decorator === "exception";
    if (handler && !idle && !ports.some(({ direction }) => direction === "in")) {
      report.error(
        node.name,
        "idle",
        `the handler ${name} has no inport: no token can bring it to fire`,
        "list the `In` ports whose exceptions it takes",
      );
    }
    const action: ActionModel = { name, method: node, ports, handler, ...conditions };
    model.actions.push(action);
  }

  private names() {
    const { fields, methods } = this.model;
    const typeOf = (name: string) => fields.find((field) => field.name === name)?.type;
    const known = <T>(value: T | undefined, test: (value: T) => boolean) =>
      value === undefined ? undefined : test(value);
    return {
      isBool: (name: string) => known(typeOf(name), (type) => type === TypeCode.bool),
      isNumber: (name: string) => known(typeOf(name), (type) => isScalar(type) && type !== TypeCode.bool),
      isTest: (name: string) =>
        known(methods.get(name), (m) => m.parameters.length === 0 && /^bool(ean)?$/.test(m.type?.getText() ?? "")),
    };
  }

  private port(node: ts.ParameterDeclaration): PortUse | undefined {
    const { report } = this;
    if (!ts.isIdentifier(node.name) || node.initializer || node.questionToken || node.dotDotDotToken) {
      report.error(node, "port", "a port has a plain name and no default");
      return undefined;
    }
    const name = node.name.text;
    const port = node.type && portOf(node.type);
    if (!node.type || !port) {
      report.error(
        node.type ?? node.name,
        "type",
        `${name} is no port`,
        "write its type as `In<f32>`, `Out<string>` or the like",
      );
      return undefined;
    }
    const type = port.typeNode && portType(port.typeNode);
    if (type === undefined || !port.typeNode) {
      report.error(node.type, "unsupportedType", `the port ${name} cannot be of type ${node.type.getText()}`);
      return undefined;
    }
    const { direction, typeNode } = port;
    const ports = direction === "in" ? this.model.inports : this.model.outports;
    return { direction, name, index: this.portIndex(ports, { name, type, node, typeNode }) };
  }

  /** Ports of one direction with one name are one port. */
  private portIndex(ports: PortModel[], port: PortModel): number {
    const index = ports.findIndex((known) => known.name === port.name);
    if (index < 0) return ports.push(port) - 1;
    const known = ports[index]!;
    if (known.typeNode.getText() !== port.typeNode.getText()) {
      const type = known.typeNode.getText();
      this.report.error(port.node.type!, "port", `the port ${port.name} is of type ${type} in an action above`);
    }
    return index;
  }

  private checkLimits(): void {
    const { inports, outports, actions, fields } = this.model;
    const counts = [
      ["inports", inports.length, LIMITS.ports],
      ["outports", outports.length, LIMITS.ports],
      ["actions", actions.length, LIMITS.actions],
      ["fields", fields.length, LIMITS.mutableGlobals],
    ] as const;
    for (const [what, found, allowed] of counts) {
      if (found > allowed)
        this.report.error(this.node.name!, "limit", `${found} ${what}, at most ${allowed} are allowed`);
    }
  }
}

/** Methods that the runtime calls by their names. */
function isHook(name: string): boolean {
  return name === "start" || name === "stop";
}

function portOf(node: ts.TypeNode): { direction: "in" | "out"; typeNode?: ts.TypeNode } | undefined {
  if (!ts.isTypeReferenceNode(node)) return undefined;
  const name = node.typeName.getText();
  if (name !== "In" && name !== "Out") return undefined;
  const typeNode = node.typeArguments?.[0];
  return { direction: name === "In" ? "in" : "out", ...(typeNode ? { typeNode } : {}) };
}
