import type { RuntimeInfo } from "../host.js";
import { isPhysical, leastRam, obstacles, type PlacementActor } from "./feasible.js";

/** A connection between two actors, by id. `weight` says how much it hurts to cut it, INNER by default. */
export interface PlacementLink {
  from: string;
  to: string;
  weight?: number;
}

/** Weights of connections: those of the control loop count more than those to the kappa's REST ends, so that a loop
 * stays on one device, where it goes on when the host is away, even when the host reads and writes it. */
export const INNER = 4;
export const OUTER = 1;

export interface PlacementRequest {
  actors: readonly PlacementActor[];
  links: readonly PlacementLink[];
  runtimes: readonly RuntimeInfo[];
  /** Runtimes that refused the actors when asked, and why, by id. */
  refusals?: ReadonlyMap<string, string>;
}

/** Where one actor goes, or why it can't. */
export interface ActorPlacement {
  actor: string;
  /** Id of the runtime, undefined when the actor is pending. */
  runtime?: string;
  /** One sentence: why there, or why nowhere. */
  why: string;
  /** Runtimes it can't go to and what each lacks, at most LISTED of them. */
  rejected: { runtime: string; name: string; lacks: string[] }[];
}

export interface Placement {
  /** Runtime id by actor id; only actors that have a place. */
  assignments: Record<string, string>;
  /** One entry an actor, in the order of the request. */
  actors: ActorPlacement[];
  /** Ids of the actors without a place. */
  pending: string[];
}

/** How many rejected runtimes an explanation lists. */
export const LISTED = 20;
/** How many of an actor's feasible runtimes are weighed beside those of its neighbours. */
const WEIGHED = 32;

/** Cost of putting an actor that senses or acts on the base runtime, or on a simulated one, when there is another. */
const NOT_PHYSICAL = 1_000_000;
/** Cost of cutting a connection of weight 1; that of burdening a device with an actor that needs nothing is 1. */
const CUT = 1_000;

/** An actor under way: where it may go, best first, and who it talks to. */
interface Candidate {
  actor: PlacementActor;
  feasible: readonly RuntimeInfo[];
  allowed: ReadonlySet<string>;
  physical: boolean;
  ram: number;
  neighbours: { id: string; weight: number }[];
  rejected: ActorPlacement["rejected"];
  rejectedCount: number;
}

/**
 * Finds a place for every actor: the rules, capabilities and bounds say where each may go; among those, connected actors
 * are kept together, actors that need nothing go to the base runtime, and actors that sense or act go to real devices
 * before simulated ones. The same request always gives the same answer.
 */
export function place(request: PlacementRequest): Placement {
  const solver = new Solver(request);
  solver.assign();
  solver.improve();
  return solver.result();
}

class Solver {
  private readonly candidates = new Map<string, Candidate>();
  private readonly assigned = new Map<string, string>();
  private readonly free = new Map<string, number>();
  private readonly runtimes: ReadonlyMap<string, RuntimeInfo>;

  constructor(private readonly request: PlacementRequest) {
    this.runtimes = new Map(request.runtimes.map((runtime) => [runtime.id, runtime]));
    for (const { id, free } of request.runtimes) if (free !== undefined) this.free.set(id, free);
    for (const actor of request.actors) this.candidates.set(actor.id, this.candidate(actor));
    for (const { from, to, weight = INNER } of request.links) {
      if (from === to) continue;
      this.candidates.get(from)?.neighbours.push({ id: to, weight });
      this.candidates.get(to)?.neighbours.push({ id: from, weight });
    }
  }

  private candidate(actor: PlacementActor): Candidate {
    const physical = isPhysical(actor.module);
    const ram = actor.module === undefined ? 0 : leastRam(actor.module);
    const feasible: RuntimeInfo[] = [];
    const rejected: ActorPlacement["rejected"] = [];
    let rejectedCount = 0;
    for (const runtime of this.request.runtimes) {
      if (actor.fixed !== undefined) {
        if (runtime.id === actor.fixed) feasible.push(runtime);
        continue;
      }
      const refusal = this.request.refusals?.get(runtime.id);
      const lacks = [...obstacles(actor, runtime), ...(refusal === undefined ? [] : [refusal])];
      if (lacks.length === 0) feasible.push(runtime);
      else if (++rejectedCount <= LISTED) rejected.push({ runtime: runtime.id, name: runtime.name, lacks });
    }
    feasible.sort((a, b) => burden(physical, a) - burden(physical, b) || order(a.name, b.name) || order(a.id, b.id));
    const allowed = new Set(feasible.map((runtime) => runtime.id));
    return { actor, feasible, allowed, physical, ram, neighbours: [], rejected, rejectedCount };
  }

  /** Puts actors one after the other: the fixed, then always the one that is pulled most, then that with least choice. */
  assign(): void {
    const open = new Set(this.candidates.values());
    while (open.size > 0) {
      let next: Candidate | undefined;
      let nextRank: [number, number, number] = [0, 0, 0];
      for (const candidate of open) {
        const pulled = candidate.neighbours.reduce((sum, n) => sum + (this.assigned.has(n.id) ? n.weight : 0), 0);
        const rank: [number, number, number] = [
          candidate.actor.fixed === undefined ? 1 : 0,
          candidate.feasible.length === 1 ? 0 : 1,
          -pulled,
        ];
        if (next === undefined || lower(rank, nextRank)) [next, nextRank] = [candidate, rank];
      }
      open.delete(next!);
      const best = this.cheapest(next!);
      if (best !== undefined) this.move(next!, best);
    }
  }

  /** Moves single actors and connected pairs while that makes it cheaper; every step is a gain, so it ends. */
  improve(): void {
    let gained = true;
    while (gained) {
      gained = false;
      for (const candidate of this.candidates.values()) {
        if (candidate.actor.fixed !== undefined || !this.assigned.has(candidate.actor.id)) continue;
        gained = this.improveOne(candidate) || this.improvePairs(candidate) || gained;
      }
    }
  }

  private improveOne(candidate: Candidate): boolean {
    const from = this.assigned.get(candidate.actor.id)!;
    const to = this.cheapest(candidate);
    if (to === undefined || this.cost(candidate, to) >= this.cost(candidate, from)) return false;
    this.move(candidate, to);
    return true;
  }

  private improvePairs(candidate: Candidate): boolean {
    for (const { id } of candidate.neighbours) {
      const other = this.candidates.get(id);
      if (other === undefined || other.actor.fixed !== undefined) continue;
      const before = [candidate, other].map((c) => [c, this.assigned.get(c.actor.id)] as const);
      if (before[0]![1] === before[1]![1] || before[1]![1] === undefined) continue;
      const cost = this.pairCost(candidate, other);
      for (const { id: to } of candidate.feasible.filter((r) => other.allowed.has(r.id)).slice(0, WEIGHED)) {
        for (const [c] of before) this.move(c, to);
        if (this.fits(to) && this.pairCost(candidate, other) < cost) return true;
        for (const [c, back] of before) this.move(c, back!);
      }
    }
    return false;
  }

  private cheapest(candidate: Candidate): string | undefined {
    const options = new Set<string>();
    for (const { id } of candidate.neighbours) {
      const runtime = this.assigned.get(id);
      if (runtime !== undefined && candidate.allowed.has(runtime)) options.add(runtime);
    }
    for (const { id } of candidate.feasible) {
      if (options.size >= candidate.neighbours.length + WEIGHED) break;
      if (this.hasRoom(candidate, id)) options.add(id);
    }
    let best: string | undefined;
    let least = Number.POSITIVE_INFINITY;
    // In order of preference, so that of equally cheap ones the preferred wins.
    for (const { id } of candidate.feasible) {
      if (!options.delete(id)) continue;
      const cost = this.cost(candidate, id);
      if (cost < least && this.hasRoom(candidate, id)) [best, least] = [id, cost];
      if (options.size === 0) break;
    }
    return best;
  }

  private cost(candidate: Candidate, runtime: string): number {
    let cost = burden(candidate.physical, this.runtimes.get(runtime)!);
    for (const { id, weight } of candidate.neighbours) {
      const other = this.assigned.get(id);
      if (other !== undefined && other !== runtime) cost += CUT * weight;
    }
    return cost;
  }

  /** Cost of two neighbours; the connections between them count twice, on either side of the comparison. */
  private pairCost(a: Candidate, b: Candidate): number {
    return [a, b].reduce((sum, c) => sum + this.cost(c, this.assigned.get(c.actor.id)!), 0);
  }

  private hasRoom(candidate: Candidate, runtime: string): boolean {
    if (candidate.actor.fixed !== undefined || this.assigned.get(candidate.actor.id) === runtime) return true;
    const free = this.free.get(runtime);
    return free === undefined || free >= candidate.ram;
  }

  private fits(runtime: string): boolean {
    return (this.free.get(runtime) ?? 0) >= 0;
  }

  private move(candidate: Candidate, to: string): void {
    const { id, fixed } = candidate.actor;
    const from = this.assigned.get(id);
    this.assigned.set(id, to);
    // What is on a runtime already is not counted again: its free memory is without it.
    if (fixed !== undefined) return;
    if (from !== undefined && this.free.has(from)) this.free.set(from, this.free.get(from)! + candidate.ram);
    if (this.free.has(to)) this.free.set(to, this.free.get(to)! - candidate.ram);
  }

  result(): Placement {
    const actors = [...this.candidates.values()].map((candidate) => this.explain(candidate));
    const placed = actors.filter((actor) => actor.runtime !== undefined);
    return {
      assignments: Object.fromEntries(placed.map(({ actor, runtime }) => [actor, runtime!])),
      actors,
      pending: actors.filter((actor) => actor.runtime === undefined).map((actor) => actor.actor),
    };
  }

  private explain(candidate: Candidate): ActorPlacement {
    const { id } = candidate.actor;
    const { rejected } = candidate;
    const runtime = this.assigned.get(id);
    if (runtime === undefined) return { actor: id, why: this.whyNowhere(candidate), rejected };
    return { actor: id, runtime, why: this.whyThere(candidate, this.runtimes.get(runtime)!), rejected };
  }

  private whyThere(candidate: Candidate, runtime: RuntimeInfo): string {
    const { actor, feasible, neighbours } = candidate;
    if (actor.module === undefined) return "part of the base runtime";
    if (actor.fixed !== undefined) return "it is there already";
    if (feasible.length === 1) return `only ${runtime.name} has all it needs`;
    const together = [...new Set(neighbours.map((n) => n.id))].filter((n) => this.assigned.get(n) === runtime.id);
    const choice = `${feasible.length} runtimes have all it needs`;
    if (together.length > 0) return `${choice}; there it is together with ${together.join(", ")}`;
    return `${choice}; ${runtime.kind === "base" ? "the base runtime is preferred" : `${runtime.name} is the first of them`}`;
  }

  private whyNowhere(candidate: Candidate): string {
    const { actor, feasible, rejected, rejectedCount, ram } = candidate;
    if (actor.fixed !== undefined) return `it belongs on ${actor.fixed}, which is not there`;
    if (this.request.runtimes.length === 0) return "there are no runtimes";
    const full = feasible
      .slice(0, LISTED)
      .map(({ id, name }) => `${name}: ${this.free.get(id)} bytes are left for it and at least ${ram} are needed`);
    const parts = [...rejected.map(({ name, lacks }) => `${name}: ${lacks.join("; ")}`), ...full];
    const more = rejectedCount - rejected.length;
    return `no runtime can take it. ${parts.join(". ")}${more > 0 ? `. And ${more} more` : ""}`;
  }
}

/** What it costs to put an actor on a runtime, connections aside. */
function burden(physical: boolean, runtime: RuntimeInfo): number {
  if (physical) return (runtime.simulated ? 2 * NOT_PHYSICAL : 0) + (runtime.kind === "base" ? NOT_PHYSICAL : 0);
  return runtime.kind === "base" ? 0 : 1;
}

function lower(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && a[at]! < b[at]!;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
