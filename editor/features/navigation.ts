import { pathToFileURL } from "node:url";
import type { Location } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { ActorLibrary } from "../library.js";
import { toRange } from "../positions.js";
import { ScriptIndex } from "../script/script-index.js";
import type { External, Occurrence } from "../script/symbols.js";
import { isDefinition, isSame } from "../script/symbols.js";
import type { Workspace } from "../workspace.js";
import { locateInActor } from "./locate.js";

/** Where what is named is defined: in the script, or in the file of the actor. */
export async function definition(
  document: TextDocument,
  { target }: Occurrence,
  library: ActorLibrary,
  workspace: Workspace,
): Promise<Location | undefined> {
  if (target === undefined) return undefined;
  if (isDefinition(target)) return { uri: document.uri, range: toRange(document, target.range) };
  return isOfActor(target) ? inActorFile(target, library, workspace) : undefined;
}

async function inActorFile(target: External, library: ActorLibrary, workspace: Workspace) {
  const file = await library.sourceFile(target.of);
  const source = file === undefined ? undefined : await workspace.document(pathToFileURL(file).href);
  if (source === undefined) return undefined;
  return { uri: source.uri, range: toRange(source, locateInActor(source.getText(), target)) };
}

/** All places that name the same: in the script, and if an actor defines it, in all scripts of the workspace. */
export async function references(
  document: TextDocument,
  index: ScriptIndex,
  { target }: Occurrence,
  withDefinition: boolean,
  workspace: Workspace,
): Promise<Location[]> {
  if (target === undefined) return [];
  const found = placesOf(document, index, target, withDefinition);
  if (isDefinition(target) || !isOfActor(target)) return found;
  const others = (await workspace.scripts()).filter(({ uri }) => uri !== document.uri);
  return [...found, ...others.flatMap((other) => placesOf(other, new ScriptIndex(other.getText()), target, true))];
}

/** The places in one script, in their order. */
export function placesOf(
  document: TextDocument,
  { occurrences }: ScriptIndex,
  target: NonNullable<Occurrence["target"]>,
  withDefinition: boolean,
): Location[] {
  return occurrences
    .filter((other) => other.target !== undefined && isSame(other.target, target) && (withDefinition || !other.defines))
    .map(({ range }) => ({ uri: document.uri, range: toRange(document, range) }));
}

function isOfActor({ kind }: External): boolean {
  return kind === "actorType" || kind === "port" || kind === "actorArgument";
}
