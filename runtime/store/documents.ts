import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { KappaError } from "../errors.js";

/** First line of a file: format, checksum of the rest. */
const HEADER = /^kappa 1 sha256:([0-9a-f]{64})\n/;
const NAME = /^[a-z0-9][a-z0-9._-]{0,127}$/;
const SUFFIX = ".json";

/** A file that could not be read as what it should be, and where it was put. */
export interface BrokenDocument {
  key: string;
  reason: string;
  setAside: string;
}

/**
 * JSON documents in a directory, one file each, that survive a crash at any moment: a document is written to a temporary
 * file, synced, renamed over the old one, and the directory is synced. A reader therefore finds the old or the new one, never
 * a part. Writes of one key happen in the order they were asked for.
 */
export class DocumentStore<T> {
  /** The last write under way by key; a new one waits for it. */
  private readonly writes = new Map<string, Promise<void>>();
  private temporaries = 0;

  private constructor(readonly directory: string) {}

  /** Opens (and makes) the directory. Rejects with STORE_FAILED. */
  static async open<T>(directory: string): Promise<DocumentStore<T>> {
    await failing(`make the directory ${directory}`, () => mkdir(directory, { recursive: true }));
    return new DocumentStore<T>(directory);
  }

  /**
   * Reads every document. A file that is broken is renamed to `KEY.broken-N`, so that it can be looked at, and told of; it is
   * never a reason not to start. Temporary files of a write that was cut are removed.
   */
  async load(): Promise<{ documents: Map<string, T>; broken: BrokenDocument[] }> {
    const names = await failing(`read the directory ${this.directory}`, () => readdir(this.directory));
    const documents = new Map<string, T>();
    const broken: BrokenDocument[] = [];
    for (const name of names.sort()) {
      if (name.endsWith(".tmp")) await rm(join(this.directory, name), { force: true });
      if (!name.endsWith(SUFFIX)) continue;
      const key = name.slice(0, -SUFFIX.length);
      try {
        documents.set(key, parse<T>(await readFile(join(this.directory, name))));
      } catch (error) {
        const setAside = await this.setAside(key, names);
        broken.push({ key, reason: error instanceof Error ? error.message : String(error), setAside });
      }
    }
    return { documents, broken };
  }

  /** Resolves when the document is on disk for good. Keys are file names: lower-case letters, digits, `.`, `_`, `-`. */
  put(key: string, document: T): Promise<void> {
    // What is written is the document of now, even when the write has to wait.
    const text = format(document);
    return this.inOrder(key, async () => {
      const temporary = join(this.directory, `${key}.${process.pid}-${this.temporaries++}.tmp`);
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.path(key));
      await this.syncDirectory();
    });
  }

  /** Resolves when the document is gone for good; one that isn't there is fine. */
  delete(key: string): Promise<void> {
    return this.inOrder(key, async () => {
      await rm(this.path(key), { force: true });
      await this.syncDirectory();
    });
  }

  private path(key: string): string {
    if (!NAME.test(key)) throw new KappaError("STORE_FAILED", `${JSON.stringify(key)} can't be the name of a file`);
    return join(this.directory, key + SUFFIX);
  }

  private inOrder(key: string, write: () => Promise<void>): Promise<void> {
    const before = this.writes.get(key) ?? Promise.resolve();
    const done = before.catch(() => {}).then(() => failing(`write ${key} in ${this.directory}`, write));
    this.writes.set(key, done);
    const forget = () => {
      if (this.writes.get(key) === done) this.writes.delete(key);
    };
    done.then(forget, forget);
    return done;
  }

  private async syncDirectory(): Promise<void> {
    const directory = await open(this.directory, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  private async setAside(key: string, names: string[]): Promise<string> {
    let number = 1;
    while (names.includes(`${key}.broken-${number}`)) number++;
    const target = join(this.directory, `${key}.broken-${number}`);
    await failing(`set ${key} aside in ${this.directory}`, () => rename(join(this.directory, key + SUFFIX), target));
    return target;
  }
}

function format(document: unknown): string {
  const body = `${JSON.stringify(document, null, 1)}\n`;
  return `kappa 1 sha256:${checksum(body)}\n${body}`;
}

function parse<T>(bytes: Buffer): T {
  const text = bytes.toString("utf8");
  const header = HEADER.exec(text);
  if (header === null) throw new Error("it does not begin as a document of this store does");
  const body = text.slice(header[0].length);
  if (checksum(body) !== header[1]) throw new Error("its checksum is wrong");
  return JSON.parse(body) as T;
}

function checksum(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}

async function failing<R>(what: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KappaError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new KappaError("STORE_FAILED", `Could not ${what}: ${reason}`, {}, { cause: error });
  }
}
