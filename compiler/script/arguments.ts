import { FINDINGS } from "./diagnostics.js";
import type { Argument } from "./generated/ast.js";
import type { Json } from "./graph.js";
import type { Constraint, Evaluate, Known, Parameter, Signature } from "./model.js";
import { literalFits, typeName, valueFits } from "./port-types.js";
import type { Report } from "./report.js";
import type { Range } from "./source.js";
import { rangeOf } from "./tree.js";
import { labelText } from "./values.js";

/** The arguments by name, each evaluated; one given twice is reported and the first holds. */
export function evaluateArguments(nodes: Argument[], evaluate: Evaluate, report: Report): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const node of nodes) {
    const name = labelText(node.name);
    const value = evaluate(node.value);
    if (given.has(name)) report.add(rangeOf(node.name), FINDINGS.duplicateArgument(name));
    else given.set(name, { node, ...(value === undefined ? {} : { value }) });
  }
  return given;
}

/** An argument as given; without a value when it has none, which has been reported. */
export interface Given {
  node: Argument;
  value?: Known;
}

/**
 * Checks arguments against what an actor, component or predicate takes.
 *
 * @param of its name for messages
 * @param range where arguments that are missing are reported
 * @param parameters those of the component around; what is passed on of them has to fit too
 */
export function checkArguments(
  given: Map<string, Given>,
  takes: Signature["arguments"],
  of: string,
  range: Range,
  parameters: Map<string, Parameter>,
  report: Report,
): void {
  for (const [name, { node, value }] of given) {
    const argument = takes.get(name);
    if (argument === undefined) {
      report.add(rangeOf(node.name), FINDINGS.excessArgument(name, of), report.suggest(name, takes.keys()));
    } else if (value !== undefined) {
      constrain(value, argument.constraints, parameters, ({ type }, json) =>
        report.add(rangeOf(node.value), FINDINGS.argumentType(name, typeName(type), showJson(json))),
      );
    }
  }
  for (const [name, { required }] of takes) {
    if (required && !given.has(name)) report.add(range, FINDINGS.missingArgument(name, of));
  }
}

/** Checks a value against constraints, or lays them on the parameter that it comes from; reports the first unmet one. */
export function constrain(
  known: Known,
  constraints: Constraint[],
  parameters: Map<string, Parameter>,
  unmet: (constraint: Constraint, value: Json) => void,
): void {
  if ("value" in known) {
    const constraint = constraints.find((c) => !meets(known.value, c));
    if (constraint !== undefined) unmet(constraint, known.value);
    return;
  }
  const own = parameters.get(known.parameter)?.constraints;
  if (own === undefined) return;
  for (const { type, literal } of constraints) {
    if (!own.some((c) => c.type === type && c.literal === literal)) own.push({ type, literal });
  }
}

/** Whether a value can be used as a constraint wants. */
export function meets(value: Json, { type, literal }: Constraint): boolean {
  return literal ? literalFits(value, type) : valueFits(value, type);
}

/** A value as messages show it. */
export function showJson(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
