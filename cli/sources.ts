import { readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import type { Compilation } from "../compiler/script/index.js";
import type { ActorStore } from "../runtime/mesh/actor-store.js";
import { usage } from "./exit.js";
import { compilerVersion, packageDirectory } from "./package.js";

export type SourceKind = "script" | "actor" | "module";

const KINDS: Readonly<Record<string, SourceKind>> = { ".calvin": "script", ".ts": "actor", ".wasm": "module" };

/** What a file is by its name. Throws a Failure when it is nothing of ours. */
export function kindOf(file: string): SourceKind {
  const kind = KINDS[extname(file)];
  if (kind !== undefined && !file.endsWith(".d.ts")) return kind;
  throw usage(`${file} is no script (.calvin), actor (.ts) or module (.wasm)`);
}

/** All of standard input. */
export async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** The text of a file. Throws a Failure that says why it can't be read. */
export async function readText(file: string): Promise<string> {
  return (await readBytes(file)).toString("utf8");
}

export async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/** The files that are named, and in place of a directory all scripts and actors in it, in order of their names. */
export async function sourceFiles(paths: readonly string[], kinds: readonly SourceKind[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const is = await stat(path).catch((error) => Promise.reject(cannotRead(path, error)));
    if (is.isDirectory()) files.push(...(await inDirectory(path, kinds)));
    else if (kinds.includes(kindOf(path))) files.push(path);
    else throw usage(`${path} is no ${kinds.join(" or ")}`);
  }
  return [...new Set(files)];
}

async function inDirectory(directory: string, kinds: readonly SourceKind[]): Promise<string[]> {
  const files: string[] = [];
  const entries = (await readdir(directory, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules" && !entry.name.startsWith(".")) files.push(...(await inDirectory(path, kinds)));
    } else if (entry.isFile() && (await isOurs(path, kinds))) {
      files.push(path);
    }
  }
  return files;
}

/** In a directory there may be other TypeScript; an actor imports from "kappa". */
async function isOurs(path: string, kinds: readonly SourceKind[]): Promise<boolean> {
  const kind = KINDS[extname(path)];
  if (kind === undefined || !kinds.includes(kind) || path.endsWith(".d.ts")) return false;
  return kind !== "actor" || /\bfrom\s*["']kappa["']/.test(await readText(path));
}

/** What a kappa is called when it is not said: as its script's file, in the letters of a kappa's name. */
export function kappaName(file: string): string {
  return basename(file, ".calvin")
    .replace(/[^A-Za-z0-9_-]/g, "_")
    .replace(/^(?=[^A-Za-z])/, "k");
}

/** Finds and compiles actors; modules are kept from one command to the next. `directories` go before Kappa's own actors. */
export async function actorStore(directories: readonly string[]): Promise<ActorStore> {
  const { ActorStore } = await import("../runtime/mesh/actor-store.js");
  return ActorStore.open({
    directories: [...directories, join(packageDirectory(), "actors")],
    cache: moduleCache(),
    compile: async (text, options) => (await import("../compiler/actor/index.js")).compileActor(text, options),
    compilerVersion: compilerVersion(),
  });
}

/** Where modules are kept from one command to the next. */
export function moduleCache(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "kappa", "modules");
}

export interface ScriptOptions {
  /** Directories with actors, before the script's own. */
  actors: readonly string[];
  /** Directories in which included files are looked for, after the script's own. */
  include?: readonly string[];
  /** Whether arguments that are left to their defaults are told of. */
  pedantic?: boolean;
}

/** Compiles the script of a file, to be looked at: what is missing for a deployment is a warning. Rejects with a CompileError. */
export async function compileScriptFile(file: string, text: string, options: ScriptOptions): Promise<Compilation> {
  const { compileScript, directoryIncluder, scriptName } = await import("../compiler/script/index.js");
  const actors = await actorStore([...options.actors, dirname(file)]);
  const include = directoryIncluder([dirname(file), ...(options.include ?? [])]);
  const { pedantic = false } = options;
  return compileScript(text, { name: scriptName(file), file, actors, include, purpose: "show", pedantic });
}

function cannotRead(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return usage(code === "ENOENT" ? `There is no file ${path}` : `${path} can't be read: ${message}`);
}
