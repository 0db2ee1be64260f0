import { FINDINGS } from "./diagnostics.js";
import type { Argument, Literal, PortReference } from "./generated/ast.js";
import type { Instance, Reference } from "./model.js";
import type { Report } from "./report.js";
import { rangeOf } from "./tree.js";
import { decodeString, labelText } from "./values.js";

/**
 * The port references in the arguments of an actor: which ports of the body's actors they mean.
 *
 * A reference that means none is reported.
 */
export function resolveReferences(nodes: Argument[], instances: Map<string, Instance>, report: Report): Reference[] {
  const references: Reference[] = [];
  const add = (node: PortReference, at: Reference["at"]): void => {
    const [actor = "", port = ""] = node.text.slice(1).split(".");
    const instance = instances.get(actor);
    if (instance === undefined) {
      report.add(rangeOf(node), FINDINGS.undefinedActor(actor), report.suggest(actor, instances.keys()));
      return;
    }
    const { signature, component, type } = instance;
    if (signature !== undefined && !signature.inports.has(port) && !signature.outports.has(port)) {
      const what = `${component === undefined ? "Actor" : "Component"} '${actor}' (${type})`;
      const hint = report.suggest(port, [...signature.inports.keys(), ...signature.outports.keys()]);
      report.add(rangeOf(node), FINDINGS.noSuchPort(what, "port", port), hint);
      return;
    }
    references.push({ at, instance, port });
  };
  const visit = (value: Argument["value"] | Literal, at: Reference["at"]): void => {
    if (value.$type === "PortReference") add(value, at);
    if (value.$type === "ArrayValue") for (const [index, item] of value.items.entries()) visit(item, [...at, index]);
    if (value.$type === "ObjectValue") {
      for (const entry of value.entries) visit(entry.value, [...at, keyText(entry.key.parts)]);
    }
  };
  for (const { name, value } of nodes) visit(value, [labelText(name)]);
  return references;
}

function keyText(parts: string[]): string {
  return parts.map((part) => decodeString(part, () => {})).join("");
}
