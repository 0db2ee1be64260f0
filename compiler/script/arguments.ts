import { FINDINGS, unlessCalvin } from "./diagnostics.js";
import type { Argument } from "./generated/ast.js";
import type { Json } from "./graph.js";
import type { Constraint, Evaluate, Known, Parameter, Signature, Taken } from "./model.js";
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
 * @param signature its signature, of which only the arguments matter
 * @param of its name for messages
 * @param range where arguments that are missing are reported
 * @param parameters those of the component around; what is passed on of them has to fit too
 */
export function checkArguments(
  given: Map<string, Given>,
  { arguments: takes, calvinArguments }: Pick<Signature, "arguments" | "calvinArguments">,
  of: string,
  range: Range,
  parameters: Map<string, Parameter>,
  report: Report,
): void {
  for (const [name, { node, value }] of given) {
    const argument = takes.get(name);
    if (argument === undefined) {
      const excess = FINDINGS.excessArgument(name, of);
      if (calvinArguments?.has(name)) report.add(rangeOf(node.name), unlessCalvin(excess, of));
      else report.add(rangeOf(node.name), excess, report.suggest(name, takes.keys()));
    } else if (value !== undefined) {
      constrain(value, argument.constraints, parameters, ({ type, calvin }, json) => {
        const finding = FINDINGS.argumentType(name, typeName(type), showJson(json));
        report.add(rangeOf(node.value), unlessCalvin(finding, calvin));
      });
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
    const constraint = unmetOf(constraints, (c) => meets(known.value, c));
    if (constraint !== undefined) unmet(constraint, known.value);
    return;
  }
  const own = parameters.get(known.parameter)?.constraints;
  if (own === undefined) return;
  for (const constraint of constraints) {
    const { type, literal, calvin } = constraint;
    if (!own.some((c) => c.type === type && c.literal === literal && c.calvin === calvin)) own.push({ ...constraint });
  }
}

/** The first of what is not met; what not even Calvin's actors take goes first. */
export function unmetOf<T extends Taken>(all: readonly T[], met: (taken: T) => boolean): T | undefined {
  const unmet = all.filter((taken) => !met(taken));
  return unmet.find(({ calvin }) => calvin === undefined) ?? unmet[0];
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
