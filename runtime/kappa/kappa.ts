import type { Logger } from "pino";
import { type ErrorCode, KappaError } from "../errors.js";
import type { Mesh } from "../mesh/mesh.js";
import { type ActorPlacement, type Placement, place } from "../placement/placement.js";
import { Deployment } from "./deployment.js";
import { argumentsOf, endsOf, linksOf, type Modules } from "./plan.js";
import type { Desired, KappaRecord } from "./record.js";
import { Serial } from "./serial.js";

/** Where a kappa is in its life; `unreachable`: a device with a part of it is away, and that part goes on by itself. */
export type KappaStatus = "running" | "pending" | "faulted" | "unreachable" | "failed" | "deleting";

/** What a kappa needs of the world. */
export interface KappaContext {
  mesh: Mesh;
  log: Logger;
  /** The modules of these hashes by actor type. Rejects with a KappaError when one is not there. */
  modules(hashes: Readonly<Record<string, string>>): Promise<Modules>;
  save(record: KappaRecord): Promise<void>;
  /** What it is or how it is may have changed. */
  changed(kappa: Kappa): void;
  /** The record is of no use any more. */
  forget(record: KappaRecord): Promise<void>;
}

/** A runtime said that it can't take the actors: another may. */
const REFUSALS: readonly ErrorCode[] = ["MEMORY_EXHAUSTED", "RUNTIME_LIMIT", "CAPABILITY_MISSING"];
/** A runtime could not be talked to: later it may. */
const LINK: readonly ErrorCode[] = ["LINK_DOWN", "LINK_DEADLINE", "LINK_PROTOCOL"];
/** Waits before another try when a device did not answer, ms: doubled each time up to the last. */
const RETRY = { first: 1_000, last: 60_000 };

/** Why a runtime takes nothing of a kappa as long as something older of it is there. */
const UNCLEAN = "actors of an earlier version are still to be removed from it";

/** Finds places for a kappa's actors, without doing anything. */
export function placeGraph(
  desired: Pick<Desired, "graph" | "assignments">,
  modules: Modules,
  mesh: Mesh,
  refusals: ReadonlyMap<string, string> = new Map(),
): Placement {
  const { graph } = desired;
  const base = mesh.base.host.info.id;
  const ends = endsOf(graph, modules);
  const actors = graph.actors.map((actor) => {
    const module = modules.get(actor.type)!;
    const rule = graph.requirements[actor.id];
    return { id: actor.id, module, args: argumentsOf(actor, module.manifest), ...(rule && { rule }) };
  });
  const own = [ends.source, ends.sink].flatMap((end) => (end ? [{ id: end.id, fixed: base }] : []));
  return place({ actors: [...actors, ...own], links: linksOf(graph), runtimes: mesh.infos(), refusals });
}

/**
 * One kappa: its desired state, and the reconciler that makes the mesh agree with it, again and again. All work on it is
 * done one after the other. Every step is on disk before it is done, so that after a crash at any moment `reconcile` goes on.
 */
export class Kappa {
  /** Why it is pending, actor by actor. */
  pending: ActorPlacement[] = [];
  /** Why it failed. */
  problem: KappaError | undefined;
  deployment: Deployment | undefined;
  /** Traps of faulted actors by actor id, as far as is known. */
  readonly faults = new Map<string, string>();
  private readonly serial = new Serial();
  private retry: { timer?: NodeJS.Timeout; delay: number } = { delay: RETRY.first };
  private closed = false;
  /** Who wants to know when the status may be another. */
  private readonly watchers = new Set<() => void>();

  constructor(
    readonly record: KappaRecord,
    private readonly context: KappaContext,
  ) {}

  get status(): KappaStatus {
    const { desired } = this.record;
    if (desired === undefined) return "deleting";
    if (this.problem !== undefined) return "failed";
    if (!desired.established) return "pending";
    const away = this.deployment?.runtimes.some((runtime) => !this.context.mesh.find(runtime)?.host.info.connected);
    if (away ?? true) return "unreachable";
    return this.faults.size > 0 ? "faulted" : "running";
  }

  /** Whether a runtime's coming and going matters to this kappa. */
  concerns(runtime: string): boolean {
    const { desired, leftovers } = this.record;
    return runtime in leftovers || (desired !== undefined && (!desired.established || this.uses(runtime)));
  }

  /** The runtime is not what it was; look at it again. */
  runtimeChanged(runtime: string): Promise<void> {
    this.deployment?.lookAgain(runtime);
    return this.reconcile();
  }

  /** Resolves when every actor is where it belongs and can be reached, or it failed for good; or at the signal. */
  async made(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.closed && this.isUnderWay) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.watchers.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        this.watchers.add(wake);
        signal.addEventListener("abort", wake, { once: true });
      });
    }
  }

  private get isUnderWay(): boolean {
    const unseen = this.deployment?.runtimes.some((runtime) => !this.deployment?.has(runtime)) ?? true;
    return this.status === "pending" || this.status === "unreachable" || (this.status !== "failed" && unseen);
  }

  /** Makes the mesh agree with the desired state, as far as is possible now. Never rejects: what is wrong is in `problem`. */
  reconcile(): Promise<void> {
    return this.serial.run(async () => {
      if (this.closed) return;
      try {
        await this.step();
        this.problem = undefined;
      } catch (error) {
        this.fail(error);
      }
      this.context.changed(this);
      for (const wake of [...this.watchers]) wake();
    });
  }

  /**
   * Gives the kappa its (next) desired state and makes it true. Resolves when it runs or is pending.
   *
   * @throws KappaError when it can't ever be made; then all is as it was before
   */
  put(desired: Desired): Promise<void> {
    return this.serial.run(async () => {
      const before = this.record.desired;
      await this.release();
      this.record.desired = desired;
      if (before !== undefined) this.record.version++;
      this.record.updated = new Date().toISOString();
      try {
        await this.step();
        this.problem = undefined;
      } catch (error) {
        await this.takeBack(before);
        throw error;
      }
    });
  }

  /** Removes the kappa. Resolves with whether all is gone; if not, the rest is removed when its runtimes are back. */
  remove(): Promise<boolean> {
    return this.serial.run(async () => {
      await this.release();
      delete this.record.desired;
      this.problem = undefined;
      await this.context.save(this.record);
      try {
        await this.step();
      } catch (error) {
        this.fail(error);
      }
      return Object.keys(this.record.leftovers).length === 0;
    });
  }

  /** Stops reconciling; nothing is removed. Resolves when the work under way is done. */
  close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry.timer);
    this.deployment?.close();
    for (const wake of [...this.watchers]) wake();
    return this.serial.run(async () => {});
  }

  private uses(runtime: string): boolean {
    return Object.values(this.record.desired?.assignments ?? {}).includes(runtime);
  }

  private async step(): Promise<void> {
    await this.clean();
    const { desired } = this.record;
    if (desired === undefined) {
      if (Object.keys(this.record.leftovers).length === 0) await this.context.forget(this.record);
    } else if (desired.established) {
      await this.restore(desired);
    } else {
      // A deployment that was cut before all existed is taken back whole.
      if (desired.assignments !== undefined && this.deployment === undefined) {
        await this.release();
        await this.clean();
      }
      await this.establish(desired);
    }
  }

  /** Finds a place for every actor and makes them all; tries elsewhere when a runtime refuses. */
  private async establish(desired: Desired): Promise<void> {
    const modules = await this.context.modules(desired.modules);
    const refused = new Map<string, string>();
    for (;;) {
      const unclean = Object.keys(this.record.leftovers).map((runtime): [string, string] => [runtime, UNCLEAN]);
      const placement = placeGraph(desired, modules, this.context.mesh, new Map([...refused, ...unclean]));
      this.pending = placement.actors.filter((actor) => actor.runtime === undefined);
      if (this.pending.length > 0) return this.context.save(this.record);
      const assignments = Object.fromEntries(desired.graph.actors.map(({ id }) => [id, placement.assignments[id]!]));
      desired.assignments = assignments;
      await this.context.save(this.record);
      try {
        this.deployment = new Deployment(this.context.mesh, desired, modules, assignments);
        await this.deployment.make();
        return await this.settle(desired);
      } catch (error) {
        await this.release();
        await this.clean();
        const refusal = this.refusalOf(error);
        if (refusal === undefined) throw error;
        refused.set(...refusal);
      }
    }
  }

  /** Makes what is missing where it belongs; what is there goes on. */
  private async restore(desired: Desired): Promise<void> {
    const modules = await this.context.modules(desired.modules);
    this.deployment ??= new Deployment(this.context.mesh, desired, modules, desired.assignments!);
    const { deployment } = this;
    const base = this.context.mesh.base.host.info.id;
    // Its own part first: the others are joined to it.
    const runtimes = deployment.runtimes.sort((a, b) => Number(b === base) - Number(a === base));
    for (const runtime of runtimes) {
      if (deployment.has(runtime) || !this.context.mesh.find(runtime)?.host.info.connected) continue;
      try {
        const made = await deployment.ensure(runtime);
        for (const actor of made) this.faults.delete(actor);
        if (made.length > 0)
          this.context.log.info({ kappa: this.record.ref, runtime, actors: made }, "actors deployed anew");
      } catch (error) {
        this.retryLater(error);
        if (!isOneOf(error, LINK)) throw error;
      }
    }
  }

  /** From now on what is on a device stays there. What is only in this process is made anew after a restart anyhow. */
  private async settle(desired: Desired): Promise<void> {
    desired.established = true;
    this.retry.delay = RETRY.first;
    const base = this.context.mesh.base.host.info.id;
    if (Object.values(desired.assignments!).some((runtime) => runtime !== base)) await this.context.save(this.record);
  }

  /** Makes all parts of the present deployment leftovers, to be removed by `clean`. */
  private async release(): Promise<void> {
    const { desired, leftovers } = this.record;
    this.deployment?.close();
    this.deployment = undefined;
    this.faults.clear();
    this.pending = [];
    if (desired?.assignments === undefined) return;
    for (const { id } of desired.graph.actors) {
      const runtime = desired.assignments[id];
      if (runtime !== undefined) leftovers[runtime] = [...new Set([...(leftovers[runtime] ?? []), id])];
    }
    delete desired.assignments;
    desired.established = false;
    await this.context.save(this.record);
  }

  /** Removes leftovers from every runtime that can be reached. */
  private async clean(): Promise<void> {
    const { leftovers } = this.record;
    for (const [runtime, ids] of Object.entries(leftovers)) {
      const member = this.context.mesh.find(runtime);
      if (!member?.host.info.connected) continue;
      try {
        await member.host.remove(ids);
        delete leftovers[runtime];
        await this.context.save(this.record);
      } catch (error) {
        if (!isOneOf(error, LINK)) throw error;
        this.retryLater(error);
      }
    }
  }

  private async takeBack(before: Desired | undefined): Promise<void> {
    await this.release();
    if (before === undefined) {
      delete this.record.desired;
    } else {
      this.record.desired = before;
      this.record.version--;
    }
    await this.context.save(this.record);
    try {
      await this.step();
    } catch (error) {
      this.fail(error);
    }
  }

  /** The runtime that an error came from, with its reason, if another runtime or a later try may do better. */
  private refusalOf(error: unknown): [runtime: string, reason: string] | undefined {
    if (!isOneOf(error, [...REFUSALS, ...LINK])) return undefined;
    const runtime = error.extra.runtime;
    if (typeof runtime !== "string" || runtime === this.context.mesh.base.host.info.id) return undefined;
    if (isOneOf(error, LINK)) this.retryLater(error);
    return [runtime, error.detail];
  }

  private retryLater(error: unknown): void {
    clearTimeout(this.retry.timer);
    this.context.log.warn(
      { kappa: this.record.ref, err: error, retry: this.retry.delay },
      "a runtime did not do its part",
    );
    this.retry.timer = setTimeout(() => void this.reconcile(), this.retry.delay).unref();
    this.retry.delay = Math.min(2 * this.retry.delay, RETRY.last);
  }

  private fail(error: unknown): void {
    this.problem =
      error instanceof KappaError ? error : new KappaError("INTERNAL", String(error), {}, { cause: error });
    this.context.log.error({ kappa: this.record.ref, err: error }, "the kappa could not be made as desired");
  }
}

function isOneOf(error: unknown, codes: readonly ErrorCode[]): error is KappaError {
  return error instanceof KappaError && codes.includes(error.code);
}
