import { watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Client } from "./client.js";
import { statusText } from "./commands/views.js";
import { Failure } from "./exit.js";
import { humanForm } from "./findings.js";
import { print } from "./output.js";
import { type DeployOptions, putScript } from "./put.js";

/** Editors write a file in several steps, some by renaming: silence after which it is taken as saved, ms. */
const SETTLE = 40;

/** Files whose saving matters. */
const SOURCES = /\.(calvin|ts|wasm)$/;

/**
 * Deploys a script, and again each time that it or an actor is saved, until the process is told to end. What is wrong is
 * shown, and the kappa runs on as it was.
 */
export async function watchAndDeploy(client: Client, file: string, options: DeployOptions): Promise<void> {
  const directories = [dirname(file), ...options.actors];
  const changes = new Changes();
  // First the watch, so that nothing that is saved meanwhile is missed.
  await changes.follow(directories);
  let version = 0;
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  void ended.then(() => changes.close());
  for (let saved: string[] | undefined = []; saved !== undefined; saved = await changes.next()) {
    version = await deployOnce(client, file, options, { saved, version });
    await changes.follow(directories);
  }
}

/** Resolves with the version that runs now. */
async function deployOnce(
  client: Client,
  file: string,
  options: DeployOptions,
  { saved, version }: { saved: string[]; version: number },
): Promise<number> {
  const start = performance.now();
  try {
    const kappa = await putScript(client, file, options);
    const ms = Math.round(performance.now() - start);
    const now = kappa.version ?? 0;
    if (now === version) return now;
    if (options.json) process.stdout.write(`${JSON.stringify({ event: "deployed", ms, saved, kappa })}\n`);
    else print(`${clock()} ${because(saved)}${kappa.name} version ${now}: ${statusText(kappa.status)} after ${ms} ms`);
    for (const { actor, why } of options.json ? [] : (kappa.pending ?? [])) print(`  ${actor}: ${why}`);
    return now;
  } catch (error) {
    // A wrong command line, or no base runtime from the beginning, is not worth waiting for.
    if (!(error instanceof Failure) || (version === 0 && error.details.diagnostics === undefined)) throw error;
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ event: "failed", saved, error: error.details })}\n`);
      return version;
    }
    const { diagnostics } = error.details;
    if (Array.isArray(diagnostics)) for (const finding of diagnostics) process.stderr.write(`${humanForm(finding)}\n`);
    else process.stderr.write(`${error.message}\n`);
    print(`${clock()} ${because(saved)}not deployed${version > 0 ? `: version ${version} runs on` : ""}`);
    return version;
  }
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}

function because(saved: readonly string[]): string {
  return saved.length === 0 ? "" : `${saved.map((name) => basename(name)).join(", ")} saved: `;
}

/** Files that were saved in directories and their folders. Directories are watched, since a file that is renamed is another. */
class Changes {
  private readonly watchers = new Map<string, { inode: number; close(): void }>();
  private readonly saved = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private wake: (() => void) | undefined;
  private closed = false;

  /** Watches the directories, and the folders in them that are namespaces, as far as they exist now. */
  async follow(directories: readonly string[]): Promise<void> {
    for (const directory of new Set(directories)) {
      await this.add(directory);
      for (const entry of await readdir(directory, { withFileTypes: true })) {
        if (entry.isDirectory() && /^[A-Za-z]\w*$/.test(entry.name) && entry.name !== "node_modules") {
          await this.add(join(directory, entry.name));
        }
      }
    }
  }

  /** What was saved since the last call, as soon as there is something; undefined when closed. */
  async next(): Promise<string[] | undefined> {
    while (!this.closed && (this.saved.size === 0 || this.timer !== undefined)) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const saved = [...this.saved].sort();
    this.saved.clear();
    return this.closed ? undefined : saved;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const { close } of this.watchers.values()) close();
    this.wake?.();
  }

  private async add(directory: string): Promise<void> {
    const { ino } = await stat(directory).catch(() => ({ ino: -1 }));
    const known = this.watchers.get(directory);
    if (known?.inode === ino || this.closed) return;
    known?.close();
    this.watchers.delete(directory);
    if (ino === -1) return;
    const watcher = watch(directory, (_, name) => this.changed(join(directory, name ?? "")));
    watcher.on("error", () => this.watchers.delete(directory));
    this.watchers.set(directory, { inode: ino, close: () => watcher.close() });
  }

  private changed(path: string): void {
    // A name without a dot may be a new folder: it is followed after the next deployment.
    if (!SOURCES.test(path) && basename(path).includes(".")) return;
    this.saved.add(path);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.wake?.();
    }, SETTLE);
  }
}
