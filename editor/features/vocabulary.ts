import { typeName } from "../../compiler/script/port-types.js";
import { PREDICATES } from "../../compiler/script/predicates.js";
import { PROPERTY_NAMES, propertyValues } from "../../compiler/script/properties.js";
import { code, join } from "./markdown.js";

/** Words that can't be names of constants, components, rules, actors and arguments. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  ...["define", "component", "voidport", "rule", "group", "apply"],
  ...["true", "false", "null"],
]);

/** A predicate of rules as markdown; undefined when there is none of the name. */
export function predicateMarkdown(name: string): string | undefined {
  const takes = PREDICATES.get(name);
  if (takes === undefined) return undefined;
  if (takes.open === true) return code(`${name}(attribute=value, ...)`);
  const args = [...takes.arguments].map(([argument, { required, constraints }]) => {
    const types = constraints.map(({ type }) => typeName(type));
    return `${argument}${required ? "" : "?"}: ${types[0] ?? "any"}`;
  });
  return code(`${name}(${args.join(", ")})`);
}

/** A port property as markdown; undefined when there is none of the name. */
export function propertyMarkdown(name: string): string | undefined {
  if (!PROPERTY_NAMES.includes(name)) return undefined;
  const values = propertyValues(name).map((value) => `\`"${value}"\``);
  return join(code(`port property ${name}`), values.length === 0 ? undefined : `One of ${values.join(", ")}.`);
}
