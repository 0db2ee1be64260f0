import { isDeepStrictEqual } from "node:util";
import type { Json, RuleExpression } from "../../compiler/script/graph.js";
import { indexEntries } from "../../compiler/script/predicates.js";
import type { RuntimeInfo } from "../host.js";

/** A predicate over a runtime: undefined when it holds, else what the runtime lacks, in words. */
type Predicate = (args: Record<string, Json>, runtime: RuntimeInfo) => string | undefined;

/** Predicates that placement can't decide: they hold nowhere, and not where they are negated either. */
const UNDECIDED: ReadonlySet<string> = new Set([
  ...["actor_nodes", "replica_nodes", "port_property_match", "shadow_actor_reqs_match"],
  ...["manual_scaling", "device_scaling", "performance_scaling"],
]);

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
  node_attr_match: ({ index }, runtime) => joined((indexEntries(index) ?? []).map((entry) => indexed(runtime, entry))),
  actor_reqs_match: ({ requires }, runtime) =>
    joined((Array.isArray(requires) ? requires : [requires ?? null]).map(lacksCapability(runtime))),
  current_node: (_args, runtime) =>
    runtime.kind === "base" ? undefined : "it is not the host that takes the deployment",
  ...Object.fromEntries([...UNDECIDED].map((name): [string, Predicate] => [name, () => unsupported(name)])),
};

function unsupported(name: string): string {
  return `this host does not support ${name}() yet`;
}

/** Why the negation of a rule does not hold. */
function whyNotWithout(rule: RuleExpression, runtime: RuntimeInfo): string | undefined {
  const undecided = undecidedIn(rule);
  if (undecided !== undefined) return unsupported(undecided);
  return whyNot(rule, runtime) === undefined ? `excluded by ~${formatRule(rule)}` : undefined;
}

/** Whether an expression has a predicate that placement can't decide; its name. */
function undecidedIn(rule: RuleExpression): string | undefined {
  switch (rule.op) {
    case "all":
    case "any":
      return rule.of.map(undecidedIn).find((name) => name !== undefined);
    case "not":
      return undecidedIn(rule.of);
    case "match":
      return UNDECIDED.has(rule.predicate) ? rule.predicate : undefined;
  }
}

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
      return whyNotWithout(rule.of, runtime);
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

/** One kind of Calvin's attributes: each is that of the runtime under the kind's name and its own, else under its own. */
function indexed(runtime: RuntimeInfo, [kind, wanted]: [string, Json]): string | undefined {
  if (wanted === null || typeof wanted !== "object" || Array.isArray(wanted)) return attribute(runtime, kind, wanted);
  return joined(
    Object.entries(wanted).map(([name, value]) => {
      const long = `${kind}.${name}`;
      return attribute(runtime, Object.hasOwn(runtime.attributes, long) ? long : name, value);
    }),
  );
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
