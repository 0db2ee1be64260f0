import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { ModuleError, moduleFile, readModule } from "../../compiler/actor/module.js";
import type { Manifest, Module } from "../../compiler/actor/types.js";
import { CompileError, spanOf } from "../../compiler/diagnostic.js";
import { KappaError } from "../errors.js";

/** Compiles the text of an actor file, away from this thread. Rejects with a CompileError. */
export type CompileActor = (text: string, options: { file: string }) => Promise<Module>;

export interface ActorStoreOptions {
  /** Where actors are looked for, the first before the others: `ns.Name` is DIR/ns/Name.ts or DIR/ns/Name.wasm. */
  directories: readonly string[];
  /** Where modules are kept from one process to the next. */
  cache: string;
  compile: CompileActor;
  /** Changes when the same source may compile to something else. */
  compilerVersion: string;
}

const TYPE = /^([A-Za-z][A-Za-z0-9_]*)\.([A-Za-z][A-Za-z0-9_]*)$/;
/** Modules kept in memory that no one may use any more; a module is a few kilobytes. */
const CACHED = 4096;

/**
 * Finds actors by type in directories and compiles them, once for each content of a source: modules are kept in memory and on
 * disk, by their hash. A resolver for compileScript.
 */
export class ActorStore {
  private readonly byHash = new Map<string, Module>();
  /** By key of the source; a failed compilation is remembered as well. */
  private readonly bySource = new Map<string, Promise<Module>>();

  private constructor(private readonly options: ActorStoreOptions) {}

  static async open(options: ActorStoreOptions): Promise<ActorStore> {
    await mkdir(options.cache, { recursive: true });
    return new ActorStore(options);
  }

  /**
   * The module of an actor type, or undefined when there is no such actor.
   *
   * @throws CompileError when it has errors
   */
  async find(type: string): Promise<Module | undefined> {
    const [, namespace, name] = TYPE.exec(type) ?? [];
    if (namespace === undefined || name === undefined) return undefined;
    for (const directory of this.options.directories) {
      const stem = join(directory, namespace, name);
      const source = await readOptional(`${stem}.ts`);
      if (source !== undefined) return this.compileText(source.toString("utf8"), `${stem}.ts`);
      const binary = await readOptional(`${stem}.wasm`);
      if (binary !== undefined) return this.prebuilt(binary, `${stem}.wasm`);
    }
    return undefined;
  }

  /** The file that an actor type comes from, a source or a module; undefined when there is none. */
  locate(type: string): string | undefined {
    const [, namespace, name] = TYPE.exec(type) ?? [];
    if (namespace === undefined || name === undefined) return undefined;
    const stems = this.options.directories.map((directory) => join(directory, namespace, name));
    return stems.flatMap((stem) => [`${stem}.ts`, `${stem}.wasm`]).find((file) => existsSync(file));
  }

  /** For compileScript: the signature of an actor type. Throws CompileError. */
  async resolve(type: string): Promise<Manifest | undefined> {
    return (await this.find(type))?.manifest;
  }

  /** Types of all actors there are, for "did you mean". */
  suggestions(): string[] {
    const types = this.options.directories.flatMap((directory) =>
      list(directory).flatMap((namespace) =>
        list(join(directory, namespace)).flatMap((file) => {
          const [, name] = /^(\w+)\.(?:ts|wasm)$/.exec(file) ?? [];
          return name !== undefined && TYPE.test(`${namespace}.${name}`) ? [`${namespace}.${name}`] : [];
        }),
      ),
    );
    return [...new Set(types)].sort();
  }

  /** A module that was found once, in this process or an earlier one, even if its source has changed. Throws MODULE_INVALID. */
  async module(hash: string, type: string): Promise<Module> {
    const known = this.byHash.get(hash) ?? (await this.load(hash));
    if (known !== undefined) return known;
    const now = await this.find(type).catch(() => undefined);
    if (now?.hash === hash) return now;
    throw new KappaError("MODULE_INVALID", `The module ${hash} of ${type} is not there any more: PUT the kappa again`);
  }

  /** The module of the text of an actor file. Throws CompileError. */
  async compileText(text: string, file: string): Promise<Module> {
    const key = createHash("sha256").update(this.options.compilerVersion).update("\0").update(text).digest("hex");
    let module = this.bySource.get(key);
    if (module === undefined) {
      module = this.loadOrCompile(key, text, file);
      this.bySource.set(key, module);
      this.trim();
      // What failed for another reason than the source, such as a worker that died, may do better next time.
      module.catch((error) => error instanceof CompileError || this.bySource.delete(key));
    }
    try {
      return await module;
    } catch (error) {
      throw error instanceof CompileError ? inFile(error, file) : error;
    }
  }

  private async loadOrCompile(key: string, text: string, file: string): Promise<Module> {
    const hash = (await readOptional(join(this.options.cache, `${key}.ref`)))?.toString("utf8");
    const kept = hash === undefined ? undefined : await this.load(hash);
    if (kept !== undefined) return kept;
    const module = await this.options.compile(text, { file });
    await this.keep(module);
    await this.write(`${key}.ref`, Buffer.from(module.hash));
    return module;
  }

  private async prebuilt(bytes: Uint8Array, file: string): Promise<Module> {
    try {
      const module = readModule(bytes);
      if (!this.byHash.has(module.hash)) await this.keep(module);
      return module;
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      const message = `the module is not valid: ${error.detail}`;
      throw new CompileError([
        {
          code: "module",
          severity: "error",
          message,
          span: spanOf(file, "", 0, 0),
          hint: "build it again from its source",
        },
      ]);
    }
  }

  private async keep(module: Module): Promise<void> {
    this.byHash.set(module.hash, module);
    await this.write(`${module.hash}.wasm`, moduleFile(module));
  }

  private async load(hash: string): Promise<Module | undefined> {
    const bytes = await readOptional(join(this.options.cache, `${hash}.wasm`));
    if (bytes === undefined) return undefined;
    try {
      const module = readModule(bytes);
      // A file that was cut or changed has another hash.
      if (module.hash !== hash) return undefined;
      this.byHash.set(hash, module);
      return module;
    } catch {
      return undefined;
    }
  }

  private async write(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.options.cache, name);
    const temporary = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  }

  private trim(): void {
    for (const key of this.bySource.keys()) {
      if (this.bySource.size <= CACHED) return;
      this.bySource.delete(key);
    }
  }
}

/** The same errors under the name that this file has: equal sources may be in several. */
function inFile(error: CompileError, file: string): CompileError {
  const text = Object.values(error.sources)[0];
  const diagnostics = error.diagnostics.map((d) => ({ ...d, span: { ...d.span, file } }));
  return new CompileError(diagnostics, text === undefined ? {} : { [file]: text });
}

async function readOptional(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new KappaError("STORE_FAILED", `Could not read ${path}: ${(error as Error).message}`, {}, { cause: error });
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
