import { readFileSync } from "node:fs";
import { libraryFiles } from "assemblyscript/asc";
import { SOURCE_MODULES } from "./capabilities.js";

/** The folder of the AssemblyScript sources that actors are compiled with; this file runs from build/js/compiler/actor. */
const FOLDER = new URL("../../../../compiler/actor/library/", import.meta.url);

/** A source for the AssemblyScript compiler, under its path without extension. */
export interface LibrarySource {
  path: string;
  text: string;
}

const own = new Map<string, string>();

/** AssemblyScript's standard library that is visible everywhere, our memory manager and the ports. */
export function globalSources(): LibrarySource[] {
  const standard = Object.entries(libraryFiles).filter(([path]) => !path.includes("/"));
  return [
    ...standard.map(([path, text]) => ({ path, text })),
    { path: "kappa/runtime", text: ownSource("runtime") },
    { path: "kappa/ports", text: ownSource("ports") },
  ];
}

/** The source that an import names, given as `~lib/` and the module's path; undefined when there is none. */
export function importedSource(path: string): LibrarySource | undefined {
  const name = path.replace(/^~lib\//, "");
  if (name !== "kappa" && SOURCE_MODULES[name]) return { path: name, text: ownSource(name) };
  for (const candidate of [name, `${name}/index`]) {
    const text = libraryFiles[candidate];
    if (text !== undefined) return { path: candidate, text };
  }
  return undefined;
}

function ownSource(name: string): string {
  let text = own.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`${name}.ts`, FOLDER), "utf8");
    own.set(name, text);
  }
  return text;
}
