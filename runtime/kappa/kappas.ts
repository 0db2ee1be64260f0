import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import type { Module } from "../../compiler/actor/types.js";
import type { Graph, Json } from "../../compiler/script/graph.js";
import { KappaError } from "../errors.js";
import type { Mesh } from "../mesh/mesh.js";
import type { Placement } from "../placement/placement.js";
import type { DocumentStore } from "../store/documents.js";
import type { DiagnosticView } from "./diagnostic-view.js";
import { Kappa, type KappaContext, placeGraph } from "./kappa.js";
import type { Modules } from "./plan.js";
import type { Desired, KappaRecord } from "./record.js";
import { Serial } from "./serial.js";
import { type KappaView, viewOf } from "./views.js";

/** What a script became: the graph and the module of every actor type in it. */
export interface CompiledScript {
  graph: Graph;
  modules: Modules;
  warnings: DiagnosticView[];
}

/** Turns scripts into graphs and keeps modules. */
export interface ScriptCompiler {
  /** @throws KappaError SCRIPT_INVALID with the diagnostics */
  compile(script: string, options: { name: string; args: Record<string, Json> }): Promise<CompiledScript>;
  /** The module of a hash that `compile` returned once, in this process or an earlier one. `type` is for the message. */
  module(hash: string, type: string): Promise<Module>;
}

export interface PutRequest {
  script: string;
  /** For idempotent PUT; without it each PUT makes another kappa. */
  name?: string;
  args: Record<string, Json>;
}

export interface PutResult {
  view: KappaView;
  /** `replaced`: another script ran under the name before. */
  outcome: "created" | "unchanged" | "replaced";
  /** Of the compiler. */
  warnings: DiagnosticView[];
}

/** Where the actors of a script would go. */
export interface DryRun {
  desired: Desired;
  modules: Modules;
  placement: Placement;
  warnings: DiagnosticView[];
}

type Outcome = Omit<PutResult, "warnings">;

/** Names are the first part of actor ids, and of addresses. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

interface KappasEvents {
  /** A kappa came, was replaced or deleted, or has another status than was told last. */
  change: [kappa: Kappa, change: "created" | "replaced" | "deleted" | "status"];
}

/** All kappas of this base runtime: puts, finds and removes them, and keeps them on disk. */
export class Kappas extends EventEmitter<KappasEvents> {
  private readonly byRef = new Map<string, Kappa>();
  /** Deleted, but with actors left on runtimes that are away. */
  private readonly leaving = new Set<Kappa>();
  private readonly names = new Map<string, Serial>();
  private readonly context: KappaContext;
  /** The status of each kappa that was told last. */
  private readonly told = new WeakMap<Kappa, string>();

  constructor(
    private readonly mesh: Mesh,
    private readonly compiler: ScriptCompiler,
    private readonly store: DocumentStore<KappaRecord>,
    private readonly log: Logger,
  ) {
    super();
    this.context = {
      mesh,
      log,
      modules: (hashes) => this.modulesOf(hashes),
      save: (record) => store.put(record.ref, record),
      changed: (kappa) => this.tell(kappa, "status"),
      forget: (record) => this.forget(record),
    };
    mesh.on("change", (runtime) => this.runtimeChanged(runtime));
    mesh.on("fault", ({ actor, fault }) => this.faulted(actor, fault));
  }

  /** Reads the desired states from disk and makes what can be made now. Resolves when the base runtime's part is done. */
  async load(): Promise<void> {
    const { documents, broken } = await this.store.load();
    for (const { key, reason, setAside } of broken) {
      this.log.error({ kappa: key, reason, file: setAside }, "a kappa's file is broken and was set aside");
    }
    for (const record of documents.values()) {
      const kappa = new Kappa(record, this.context);
      if (record.desired === undefined) this.leaving.add(kappa);
      else this.byRef.set(record.ref, kappa);
    }
    await Promise.all([...this.byRef.values(), ...this.leaving].map((kappa) => kappa.reconcile()));
  }

  /** Deploys a script. See docs/rest.md for what `name` does. */
  async put(request: PutRequest): Promise<PutResult> {
    const ref = newRef();
    const name = request.name ?? ref;
    if (!NAME.test(name)) {
      throw new KappaError(
        "QUERY_INVALID",
        `${JSON.stringify(name)} can't be a kappa's name: it takes a letter, then up to 63 letters, digits, _ or -`,
      );
    }
    const { desired, warnings } = await this.desiredOf(request, name);
    const result = await this.inOrder(name, async () => {
      const existing = this.byName(name);
      return existing === undefined ? this.create(ref, name, desired) : this.replace(existing, desired);
    });
    return { ...result, warnings };
  }

  /** Where each actor of a script would go now, and why; nothing is done. */
  async dryRun(request: PutRequest): Promise<DryRun> {
    const { desired, warnings } = await this.desiredOf(request, request.name ?? "kappa");
    const modules = await this.modulesOf(desired.modules);
    return { desired, modules, warnings, placement: placeGraph(desired, modules, this.mesh) };
  }

  /** The kappa of a ref or a name. Throws KAPPA_UNKNOWN. */
  get(key: string): Kappa {
    const kappa = this.byRef.get(key) ?? this.byName(key);
    if (kappa === undefined)
      throw new KappaError("KAPPA_UNKNOWN", `No kappa has the ref or name ${key}; GET /kappa lists all`);
    return kappa;
  }

  async list(): Promise<KappaView[]> {
    return Promise.all([...this.byRef.values()].map((kappa) => this.view(kappa)));
  }

  async view(kappa: Kappa): Promise<KappaView> {
    const desired = kappa.record.desired!;
    return viewOf(kappa, desired, await this.modulesOf(desired.modules), this.mesh);
  }

  /** A module of a kappa's `desired.modules`. */
  module(hash: string, type: string): Promise<Module> {
    return this.compiler.module(hash, type);
  }

  /** The kappa of an actor, by the first part of the actor's id. */
  owner(actor: string): Kappa | undefined {
    return this.byName(actor.slice(0, Math.max(0, actor.indexOf(":"))));
  }

  /** Removes a kappa; it is not found any more at once. Resolves with whether every actor is gone. */
  async remove(key: string): Promise<boolean> {
    const kappa = this.get(key);
    return this.inOrder(kappa.record.name, async () => {
      // Another request may have been faster.
      if (this.byRef.get(kappa.record.ref) !== kappa) this.get(key);
      this.byRef.delete(kappa.record.ref);
      this.leaving.add(kappa);
      const complete = await kappa.remove();
      this.log.info({ kappa: kappa.record.ref, complete }, "kappa deleted");
      this.tell(kappa, "deleted");
      return complete;
    });
  }

  /** Ends all work; nothing is removed. */
  async close(): Promise<void> {
    await Promise.all([...this.byRef.values(), ...this.leaving].map((kappa) => kappa.close()));
  }

  private async create(ref: string, name: string, desired: Desired): Promise<Outcome> {
    const now = new Date().toISOString();
    // Actors of a deleted kappa of this name may still be on a runtime that is away: they have the same ids.
    const former = [...this.leaving].find((kappa) => kappa.record.name === name);
    await former?.close();
    const leftovers = former?.record.leftovers ?? {};
    const record: KappaRecord = { ref, name, version: 1, created: now, updated: now, leftovers };
    const kappa = new Kappa(record, this.context);
    // From its first save on, for the runtimes that come meanwhile.
    this.byRef.set(ref, kappa);
    try {
      await kappa.put(desired);
    } catch (error) {
      this.byRef.delete(ref);
      if (Object.keys(leftovers).length > 0) this.leaving.add(kappa);
      throw error;
    } finally {
      if (former !== undefined) await this.forget(former.record);
    }
    this.log.info({ kappa: ref, name, status: kappa.status }, "kappa created");
    this.tell(kappa, "created");
    return { view: await this.view(kappa), outcome: "created" };
  }

  private async replace(kappa: Kappa, desired: Desired): Promise<Outcome> {
    const before = kappa.record.desired!;
    if (isSame(before, desired)) {
      await kappa.reconcile();
      return { view: await this.view(kappa), outcome: "unchanged" };
    }
    await kappa.put(desired);
    this.log.info({ kappa: kappa.record.ref, version: kappa.record.version, status: kappa.status }, "kappa replaced");
    this.tell(kappa, "replaced");
    return { view: await this.view(kappa), outcome: "replaced" };
  }

  private async desiredOf({ script, args }: PutRequest, name: string): Promise<Pick<DryRun, "desired" | "warnings">> {
    const { graph, modules, warnings } = await this.compiler.compile(script, { name, args });
    const hashes = Object.fromEntries([...modules].map(([type, module]) => [type, module.hash]).sort());
    return { desired: { script, args, graph, modules: hashes, established: false }, warnings };
  }

  private async modulesOf(hashes: Readonly<Record<string, string>>): Promise<Modules> {
    const entries = Object.entries(hashes).map(
      async ([type, hash]) => [type, await this.compiler.module(hash, type)] as const,
    );
    return new Map(await Promise.all(entries));
  }

  private faulted(actor: string, fault: string): void {
    const kappa = this.owner(actor);
    if (kappa === undefined) return;
    kappa.faults.set(actor, fault);
    this.tell(kappa, "status");
  }

  /** Tells of a change, and of a status that is another. */
  private tell(kappa: Kappa, change: KappasEvents["change"][1]): void {
    const { status } = kappa;
    if (change === "status" && (this.told.get(kappa) ?? status) === status) return void this.told.set(kappa, status);
    this.told.set(kappa, status);
    this.emit("change", kappa, change);
  }

  private byName(name: string): Kappa | undefined {
    for (const kappa of this.byRef.values()) if (kappa.record.name === name) return kappa;
    return undefined;
  }

  private runtimeChanged(runtime: string): void {
    for (const kappa of [...this.byRef.values(), ...this.leaving]) {
      if (kappa.concerns(runtime)) void kappa.runtimeChanged(runtime);
    }
  }

  private async forget(record: KappaRecord): Promise<void> {
    await this.store.delete(record.ref);
    for (const kappa of this.leaving) if (kappa.record === record) this.leaving.delete(kappa);
  }

  private async inOrder<T>(name: string, work: () => Promise<T>): Promise<T> {
    const serial = this.names.get(name) ?? new Serial();
    this.names.set(name, serial);
    try {
      return await serial.run(work);
    } finally {
      if (serial.idle) this.names.delete(name);
    }
  }
}

function isSame(a: Desired, b: Desired): boolean {
  return a.script === b.script && isDeepStrictEqual(a.args, b.args) && isDeepStrictEqual(a.modules, b.modules);
}

/** 60 random bits, and a letter first, so that it can be part of an actor's id. */
function newRef(): string {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  return `k${[...randomBytes(12)].map((byte) => alphabet[byte & 31]).join("")}`;
}
