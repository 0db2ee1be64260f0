import { isDeepStrictEqual } from "node:util";
import type { Json, RuleExpression } from "../../compiler/script/graph.js";
import type { RuntimeInfo } from "../host.js";

/** A predicate over a runtime: undefined when it holds, else what the runtime lacks, in words. */
type Predicate = (args: Record<string, Json>, runtime: RuntimeInfo) => string | undefined;

/** The predicates that rules may use. Scripts are checked against these names before they get here. */
export const PREDICATES: Readonly<Record<string, Predicate>> = {
  all_nodes: () => undefined,
  attr_match: (args, runtime) => joined(Object.entries(args).map(([name, value]) => attribute(runtime, name, value))),
  capability: (args, runtime) =>
    joined(
      Object.values(args).flatMap((names) => (Array.isArray(names) ? names : [names]).map(lacksCapability(runtime))),
    ),
  runtime_name: (args, runtime) =>
    args.name === runtime.name ? undefined : `its name is ${show(runtime.name)}, not ${show(args.name ?? null)}`,
};

/**
 * Says why a rule does not hold on a runtime.
 *
 * @returns undefined when it holds, else what the runtime lacks, in words
 */
export function whyNot(rule: RuleExpression, runtime: RuntimeInfo): string | undefined {
  switch (rule.op) {
    case "all":
      return joined(rule.of.map((part) => whyNot(part, runtime)));
    case "any": {
      const reasons: string[] = [];
      for (const part of rule.of) {
        const reason = whyNot(part, runtime);
        if (reason === undefined) return undefined;
        reasons.push(reason);
      }
      return reasons.length === 0 ? "no alternative is given" : reasons.join(", nor: ");
    }
    case "not":
      return whyNot(rule.of, runtime) === undefined ? `excluded by ~${formatRule(rule.of)}` : undefined;
    case "match": {
      const predicate = Object.hasOwn(PREDICATES, rule.predicate) ? PREDICATES[rule.predicate] : undefined;
      return predicate === undefined ? `no predicate is called ${rule.predicate}` : predicate(rule.args, runtime);
    }
  }
}

/** The rule as a script would have it. */
export function formatRule(rule: RuleExpression): string {
  switch (rule.op) {
    case "all":
      return rule.of.length === 0 ? "all_nodes()" : `(${rule.of.map(formatRule).join(" & ")})`;
    case "any":
      return `(${rule.of.map(formatRule).join(" | ")})`;
    case "not":
      return `~${formatRule(rule.of)}`;
    case "match":
      return `${rule.predicate}(${Object.entries(rule.args)
        .map(([name, value]) => `${name}=${show(value)}`)
        .join(", ")})`;
  }
}

/** Attributes that every runtime has without being told. What it was told wins. */
function attribute(runtime: RuntimeInfo, name: string, wanted: Json): string | undefined {
  const own: Record<string, Json | undefined> = { name: runtime.name, kind: runtime.kind, board: runtime.board };
  const from = Object.hasOwn(runtime.attributes, name) ? runtime.attributes : own;
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  if (value === undefined) return `it has no attribute ${name} (wanted: ${show(wanted)})`;
  return isDeepStrictEqual(value, wanted) ? undefined : `its ${name} is ${show(value)}, not ${show(wanted)}`;
}

function lacksCapability(runtime: RuntimeInfo): (name: Json) => string | undefined {
  return (name) =>
    typeof name === "string" && runtime.capabilities.includes(name) ? undefined : `it lacks ${capability(name)}`;
}

function capability(name: Json): string {
  return `the capability ${typeof name === "string" ? name : show(name)}`;
}

function joined(reasons: (string | undefined)[]): string | undefined {
  const given = reasons.filter((reason) => reason !== undefined);
  return given.length === 0 ? undefined : given.join("; ");
}

function show(value: Json): string {
  return JSON.stringify(value);
}
