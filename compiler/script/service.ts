import { meets, showJson, unmetOf } from "./arguments.js";
import { usesOf } from "./components.js";
import { FINDINGS, unlessCalvin } from "./diagnostics.js";
import type { Environment } from "./expand.js";
import type { Script } from "./generated/ast.js";
import type { Json } from "./graph.js";
import type { Definition } from "./model.js";
import { typeName } from "./port-types.js";
import type { Report } from "./report.js";
import { rangeOf } from "./tree.js";
import { isTooDeep, MAX_VALUE_DEPTH } from "./values.js";

type Statements = Script["statements"];

/** What a script deploys: its top level, or, when that has no actors, the last component that no other uses. */
export function serviceName(statements: Statements): string | undefined {
  const components = statements.filter((statement) => statement.$type === "Component");
  if (statements.some(({ $type }) => $type === "Actor" || $type === "Connection")) return undefined;
  const used = usedComponents(statements);
  return components.findLast(({ name }) => !used.has(name.text))?.name.text;
}

/** Warns of components that nothing deploys or uses. */
export function warnUnusedComponents(statements: Statements, service: string | undefined, report: Report): void {
  const used = usedComponents(statements);
  for (const statement of statements) {
    if (statement.$type !== "Component") continue;
    const name = statement.name.text;
    if (name !== service && !used.has(name)) report.remark(rangeOf(statement.name), FINDINGS.unusedComponent(name));
  }
}

/** Names of the components that the top level or another component uses. */
function usedComponents(statements: Statements): Set<string> {
  const used = new Set<string>();
  for (const statement of statements) {
    if (statement.$type === "Actor") used.add(statement.type.text);
    if (statement.$type !== "Component") continue;
    for (const use of usesOf(statement.body.statements, (type) => type !== statement.name.text))
      used.add(use.type.text);
  }
  return used;
}

/** The values of the service's arguments: those given at deployment, else the defaults. */
export function serviceArguments(
  service: Definition,
  { args: given = {}, purpose }: { args?: Record<string, Json>; purpose?: "deploy" | "show" },
  report: Report,
): Environment {
  const environment: Environment = new Map();
  const at = rangeOf(service.node.name);
  for (const { name, default: fallback, optional, constraints, range } of service.parameters.values()) {
    const value = Object.hasOwn(given, name) ? given[name] : fallback;
    if (value === undefined) {
      const finding = purpose === "show" ? FINDINGS.argumentAtDeployment : FINDINGS.serviceArgument;
      if (!optional) report.add(range, finding(name, service.name));
      continue;
    }
    if (isTooDeep(value)) report.add(range, FINDINGS.valueDepth(MAX_VALUE_DEPTH));
    const unmet = unmetOf(constraints, (constraint) => meets(value, constraint));
    if (unmet !== undefined && Object.hasOwn(given, name)) {
      const finding = FINDINGS.serviceArgumentType(name, typeName(unmet.type), showJson(value));
      report.add(range, unlessCalvin(finding, unmet.calvin));
    }
    environment.set(name, value);
  }
  for (const name of Object.keys(given)) {
    if (service.parameters.has(name)) continue;
    const hint = report.suggest(name, service.parameters.keys());
    report.add(at, FINDINGS.serviceExcess(name, `component '${service.name}'`), hint);
  }
  return environment;
}
