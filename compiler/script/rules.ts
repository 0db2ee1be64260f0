import { checkArguments, evaluateArguments, meets } from "./arguments.js";
import type { Constants } from "./constants.js";
import { FINDINGS } from "./diagnostics.js";
import type { Call, Expression, Rule } from "./generated/ast.js";
import type { Json, RuleExpression } from "./graph.js";
import type { Signature } from "./model.js";
import { PREDICATES } from "./predicates.js";
import type { Report } from "./report.js";
import { rangeOf } from "./tree.js";

/** What consumes rules walks them recursively. */
export const MAX_RULE_DEPTH = 100;

/** Rules that use rules twice double with each level. */
export const MAX_RULE_SIZE = 10_000;

/** An expression with its number of terms and its levels; undefined ones have been reported. */
interface Measured {
  expression: RuleExpression;
  size: number;
  depth: number;
}

/** The script's rules, each resolved once to an expression of predicates. */
export class Rules {
  private readonly definitions = new Map<string, Rule>();
  private readonly resolved = new Map<string, Measured | undefined>();
  private readonly resolving = new Set<string>();
  private readonly used = new Set<string>();

  constructor(
    rules: Rule[],
    private readonly constants: Constants,
    private readonly report: Report,
  ) {
    for (const rule of rules) {
      const name = rule.name.text;
      if (this.definitions.has(name)) report.add(rangeOf(rule.name), FINDINGS.duplicateRule(name));
      else this.definitions.set(name, rule);
    }
    for (const name of this.definitions.keys()) this.rule(name);
  }

  /** What an expression means; undefined after reporting that it means nothing. */
  resolve(expression: Expression): RuleExpression | undefined {
    return this.measured(expression)?.expression;
  }

  warnUnused(): void {
    for (const [name, rule] of this.definitions) {
      if (!this.used.has(name)) this.report.remark(rangeOf(rule.name), FINDINGS.unusedRule(name));
    }
  }

  private rule(name: string): Measured | undefined {
    const definition = this.definitions.get(name);
    if (definition === undefined || this.resolved.has(name)) return this.resolved.get(name);
    this.resolving.add(name);
    const result = this.measured(definition.expression);
    this.resolving.delete(name);
    this.resolved.set(name, result);
    return result;
  }

  private measured(node: Expression): Measured | undefined {
    const span = this.report.source.span(rangeOf(node));
    switch (node.$type) {
      case "Disjunction":
        return this.combine(node, (of) => ({ op: "any", of, span }), node.terms);
      case "Conjunction":
        return this.combine(node, (of) => ({ op: "all", of, span }), node.terms);
      case "Negation":
        return this.combine(node, ([of]) => ({ op: "not", of: of as RuleExpression, span }), [node.term]);
      case "Call":
        return node.predicate ? this.predicate(node) : this.reference(node);
    }
  }

  private combine(
    node: Expression,
    make: (of: RuleExpression[]) => RuleExpression,
    terms: Expression[],
  ): Measured | undefined {
    // All terms are resolved, so that each one's errors are found.
    const parts = terms.map((term) => this.measured(term));
    if (parts.includes(undefined)) return undefined;
    const whole = parts as Measured[];
    const size = 1 + whole.reduce((sum, part) => sum + part.size, 0);
    const depth = 1 + whole.reduce((deepest, part) => Math.max(deepest, part.depth), 0);
    if (size > MAX_RULE_SIZE) this.report.add(rangeOf(node), FINDINGS.ruleSize(MAX_RULE_SIZE));
    else if (depth > MAX_RULE_DEPTH) this.report.add(rangeOf(node), FINDINGS.ruleDepth(MAX_RULE_DEPTH));
    else return { expression: make(whole.map((part) => part.expression)), size, depth };
    return undefined;
  }

  private reference(node: Call): Measured | undefined {
    const name = node.name.text;
    this.used.add(name);
    if (!this.definitions.has(name)) {
      const hint = PREDICATES.has(name)
        ? `'${name}' is a predicate: ${name}(...)`
        : this.report.suggest(name, this.definitions.keys());
      this.report.add(rangeOf(node.name), FINDINGS.unknownRule(name), hint);
    } else if (this.resolving.has(name)) {
      this.report.add(rangeOf(node.name), FINDINGS.circularRule(name));
    } else if (this.resolving.size > MAX_RULE_DEPTH) {
      this.report.add(rangeOf(node.name), FINDINGS.ruleDepth(MAX_RULE_DEPTH));
    } else {
      return this.rule(name);
    }
    return undefined;
  }

  private predicate(node: Call): Measured | undefined {
    const name = node.name.text;
    const takes = PREDICATES.get(name);
    const given = evaluateArguments(node.arguments, (value) => this.constants.resolve(value), this.report);
    if (takes === undefined) {
      const hint = this.definitions.has(name)
        ? `'${name}' is a rule and takes no arguments`
        : this.report.suggest(name, PREDICATES.keys());
      this.report.add(rangeOf(node.name), FINDINGS.unknownPredicate(name), hint);
      this.used.add(name);
      return undefined;
    }
    if (takes.open !== true) checkArguments(given, takes, name, rangeOf(node.name), new Map(), this.report);
    else if (given.size === 0) this.report.add(rangeOf(node.name), FINDINGS.missingArgument("attribute", name));
    const span = this.report.source.span(rangeOf(node));
    const args = Object.fromEntries(
      [...given].flatMap(([argument, { value }]): [string, Json][] =>
        value !== undefined && "value" in value ? [[argument, value.value]] : [],
      ),
    );
    const wrong = fits(args, takes.arguments) ? takes.check?.(args) : undefined;
    if (wrong !== undefined) {
      const argument = given.get(wrong.argument);
      const range = rangeOf(argument?.node.value ?? node.name);
      this.report.add(range, FINDINGS.predicateArgument(wrong.argument, name, wrong.wanted));
    }
    const expression: RuleExpression =
      name === "all_nodes" ? { op: "all", of: [], span } : { op: "match", predicate: name, args, span };
    return { expression, size: 1, depth: 1 };
  }
}

/** Whether all arguments are there and have their types, so that more can be asked of them. */
function fits(args: Record<string, Json>, takes: Signature["arguments"]): boolean {
  return [...takes].every(([name, { required, constraints }]) => {
    const value = args[name];
    return value === undefined ? !required : constraints.every((constraint) => meets(value, constraint));
  });
}
