import { MAX_NAME } from "../../compiler/script/language.js";
import type { Range } from "../../compiler/script/source.js";
import type { ScriptIndex } from "../script/script-index.js";
import type { Definition, DefinitionKind, Occurrence } from "../script/symbols.js";
import { isDefinition } from "../script/symbols.js";
import { KEYWORDS } from "./vocabulary.js";

/** What is defined in the script under a name; a text that says why it can't be renamed. */
export function renameable({ target }: Occurrence): Definition | string {
  if (target === undefined) return "There is nothing of this name.";
  if (isDefinition(target)) return target;
  if (target.kind === "predicate" || target.kind === "predicateArgument" || target.kind === "property") {
    return "This name belongs to the language.";
  }
  return `This name is defined by the actor ${target.of}: rename it in the actor's file.`;
}

/** All places of a definition's name; a text that says why it can't have the new one. */
export function rename(index: ScriptIndex, definition: Definition, newName: string): Range[] | string {
  const { kind, name } = definition;
  if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(newName) || newName.length > MAX_NAME) {
    return `'${newName}' is no name: a letter, then at most ${MAX_NAME - 1} letters, digits and underscores.`;
  }
  // Ports may be called like a word of the language.
  if (KEYWORDS.has(newName) && kind !== "inport" && kind !== "outport") return `'${newName}' is a reserved word.`;
  const taken = newName === name ? undefined : clash(index, definition, newName);
  if (taken !== undefined) return `There is already ${article(taken)} '${newName}'.`;
  return index.occurrences.filter(({ target }) => target === definition).map(({ range }) => range);
}

/** What has the new name already and would be mistaken for the definition, or the other way round. */
function clash(index: ScriptIndex, { kind, component }: Definition, newName: string): DefinitionKind | undefined {
  // Constants and a component's arguments are used alike.
  const alike: DefinitionKind[] = kind === "constant" || kind === "argument" ? ["constant", "argument"] : [kind];
  const isNear = (other: Definition) =>
    other.component === component || other.kind === "constant" || kind === "constant";
  return index.scopes.definitions.find((other) => other.name === newName && alike.includes(other.kind) && isNear(other))
    ?.kind;
}

function article(kind: string): string {
  return /^[aio]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
