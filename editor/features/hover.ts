import type { ActorLibrary } from "../library.js";
import type { ScriptIndex } from "../script/script-index.js";
import type { Definition, External, Occurrence } from "../script/symbols.js";
import { isDefinition } from "../script/symbols.js";
import { actorMarkdown, argumentMarkdown, code, componentMarkdown, join, portMarkdown } from "./markdown.js";
import { predicateMarkdown, propertyMarkdown } from "./vocabulary.js";

/** What an editor shows of the name under the cursor, as markdown; undefined when there is nothing to say. */
export async function hover(
  index: ScriptIndex,
  { target }: Occurrence,
  library: ActorLibrary,
): Promise<string | undefined> {
  if (target === undefined) return undefined;
  return isDefinition(target) ? definitionMarkdown(index, target, library) : externalMarkdown(target, library);
}

async function definitionMarkdown(index: ScriptIndex, definition: Definition, library: ActorLibrary): Promise<string> {
  const { kind, name, component, extent } = definition;
  const statement = index.text.slice(extent.offset, extent.end);
  const owner = component?.name?.text === undefined ? undefined : `Of component ${component.name.text}.`;
  switch (kind) {
    case "component": {
      const scope = index.scopes.components.get(name);
      return scope === undefined ? code(`component ${name}`) : componentMarkdown(scope, index.text);
    }
    case "actor":
      return join(code(statement), await typeMarkdown(index, definition.type, library));
    case "constant":
    case "rule":
    case "group":
      return code(statement);
    case "argument":
      return join(code(`argument ${statement}`), owner);
    default:
      return join(code(`${kind} ${name}`), owner);
  }
}

/** What an actor's type is: a component of the script, or an actor of the library. */
async function typeMarkdown(index: ScriptIndex, type: string | undefined, library: ActorLibrary) {
  if (type === undefined) return undefined;
  const scope = index.scopes.components.get(type);
  if (scope !== undefined) return componentMarkdown(scope, index.text);
  const description = await library.describe(type);
  return description && actorMarkdown(type, description);
}

async function externalMarkdown(target: External, library: ActorLibrary): Promise<string | undefined> {
  const { kind, of, name, direction } = target;
  if (kind === "predicate" || kind === "predicateArgument") return predicateMarkdown(of);
  if (kind === "property") return propertyMarkdown(name);
  const description = await library.describe(of);
  if (description === undefined) return undefined;
  if (kind === "actorType") return actorMarkdown(of, description);
  if (kind === "actorArgument") return argumentMarkdown(of, name, description);
  return (
    (direction === "out" ? undefined : portMarkdown(of, name, "in", description)) ??
    (direction === "in" ? undefined : portMarkdown(of, name, "out", description))
  );
}
