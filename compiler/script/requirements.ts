import { FINDINGS } from "./diagnostics.js";
import type { Expansion } from "./expand.js";
import type { Apply, Name } from "./generated/ast.js";
import type { RuleExpression } from "./graph.js";
import type { Groups } from "./groups.js";
import type { Report } from "./report.js";
import type { Rules } from "./rules.js";
import { rangeOf } from "./tree.js";

/** Rules applied, each counted once an actor: far more than any script needs, and what memory easily holds. */
export const MAX_APPLICATIONS = 1_000_000;

/** An apply statement for each of its targets, resolved. */
interface Application {
  expression: RuleExpression;
  start: number;
  end: number;
}

/**
 * The rule for each actor that has one. Several rules for one actor must all hold.
 *
 * @param service the component whose name may be left out of targets
 */
export function resolveRequirements(
  applies: Apply[],
  expansion: Pick<Expansion, "actors" | "paths" | "opaque">,
  rules: Rules,
  groups: Groups,
  service: string | undefined,
  report: Report,
): Record<string, RuleExpression> {
  const applications: Application[] = [];
  let count = 0;
  const sliceOf = ({ text }: Name) => expansion.paths.get(text) ?? expansion.paths.get(`${service}:${text}`);
  const reportUnknown = (target: Name) => {
    if (leadsInto(expansion.opaque, target.text, service)) return;
    const hint = report.suggest(target.text, [...groups.names(), ...targetNames(expansion.paths, service)]);
    report.add(rangeOf(target), FINDINGS.unknownTarget(target.text), hint);
  };
  // What is wrong with a group is wrong whether it is used or not, and once.
  for (const leaf of groups.leaves()) if (sliceOf(leaf) === undefined) reportUnknown(leaf);
  for (const node of applies) {
    const expression = rules.resolve(node.expression);
    for (const target of node.targets.flatMap((target) => groups.use(target.text) ?? target)) {
      const slice = sliceOf(target);
      if (slice === undefined) {
        if (node.targets.includes(target)) reportUnknown(target);
      } else if (expression !== undefined) {
        count += slice.end - slice.start;
        if (count > MAX_APPLICATIONS) {
          report.add(rangeOf(target), FINDINGS.tooManyApplications(MAX_APPLICATIONS));
          return {};
        }
        applications.push({ expression, ...slice });
      }
    }
  }
  return combine(applications, expansion);
}

/** Whether a path leads into an instance whose type is not known. */
function leadsInto(opaque: Set<string>, path: string, service: string | undefined): boolean {
  for (let at = path.indexOf(":"); at >= 0; at = path.indexOf(":", at + 1)) {
    const prefix = path.slice(0, at);
    if (opaque.has(prefix) || opaque.has(`${service}:${prefix}`)) return true;
  }
  return false;
}

function* targetNames(paths: Expansion["paths"], service: string | undefined): Iterable<string> {
  yield* paths.keys();
  if (service === undefined) return;
  for (const path of paths.keys()) if (path.startsWith(`${service}:`)) yield path.slice(service.length + 1);
}

function combine(applications: Application[], { actors }: Pick<Expansion, "actors">): Record<string, RuleExpression> {
  const byActor = new Map<string, Set<RuleExpression>>();
  for (const { expression, start, end } of applications) {
    for (const { id } of actors.slice(start, end)) {
      const all = byActor.get(id);
      if (all === undefined) byActor.set(id, new Set([expression]));
      else all.add(expression);
    }
  }
  const requirements = new Map<string, RuleExpression>();
  for (const { id } of actors) {
    const [first, ...rest] = byActor.get(id) ?? [];
    if (first === undefined) continue;
    requirements.set(id, rest.length === 0 ? first : { op: "all", of: [first, ...rest], span: first.span });
  }
  return Object.fromEntries(requirements);
}
