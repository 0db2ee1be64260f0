import type { Module } from "../compiler/actor/types.js";
import type { Json } from "../compiler/script/graph.js";
import type { Collected, CollectingKind } from "./port/collector.js";
import type { Route, RoutingKind } from "./port/router.js";

/** What is known of a runtime: the base for placement and for GET /runtime. */
export interface RuntimeInfo {
  id: string;
  name: string;
  kind: "base" | "constrained";
  /** Board by its Zephyr name; undefined for a base runtime. */
  board?: string;
  capabilities: string[];
  attributes: Record<string, Json>;
  /** Whether sensors and outputs are simulated. */
  simulated: boolean;
  /** False while a device is not reachable; its actors go on meanwhile. */
  connected: boolean;
  /** Bytes that actors may still take; undefined when it is not limited. */
  free?: number;
  /** Largest token of text, bytes, array or any, in bytes. */
  tokenMax: number;
}

/** Life of an actor: created `held`, `running` after start, `faulted` by a trap until resumed. */
export type ActorStatus = "held" | "running" | "faulted";

export interface ActorReport {
  status: ActorStatus;
  /** Name of the trap (docs/module-abi.md section 6) when faulted. */
  fault?: string;
  firings: number;
  fuel: bigint;
  /** Bytes of memory it takes, where the runtime knows. */
  ram?: number;
}

/** What becomes of an actor whose firings trap; docs/module-abi.md section 6.1. */
export interface FaultPolicy {
  /** How often a firing is tried again, 0 … 255. */
  retries: number;
  /** Milliseconds before the first retry, 0 … 65535; doubled for each further one up to a minute. */
  backoff: number;
  /** Then drops the tokens of the firing and goes on; else the actor is faulted. */
  skips: boolean;
}

/** An actor to be made. `args` are CBOR tokens in the manifest's order; undefined leaves the default. */
export interface ActorSpec {
  id: string;
  module: Module;
  args: (Uint8Array | undefined)[];
  /** Without one it is faulted by its first trap. */
  policy?: FaultPolicy;
}

/** That a connection is one of several at its outport, each token to go to one of them. */
export interface Routing extends Route {
  kind: RoutingKind;
}

/** That a connection is one of several at its inport. */
export interface Collecting extends Collected {
  kind: CollectingKind;
}

/**
 * A connection end on this runtime, or a whole connection when both ends are here. Queue lengths are 1 … 64 tokens. The
 * connections of an outport are all routed in one way (none given: each gets every token), those of an inport collected in
 * one; without it an inport has one connection.
 */
export type ConnectionSpec =
  | { kind: "local"; from: PortRef; to: PortRef; length?: number; routing?: Routing; collecting?: Collecting }
  | { kind: "void"; from: PortRef }
  /** `limit`: the other runtime's tokenMax, so that a larger token traps its sender here. */
  | { kind: "send"; id: string; from: PortRef; length?: number; limit?: number; routing?: Routing }
  | { kind: "receive"; id: string; to: PortRef; length?: number; collecting?: Collecting };

/** A port by actor id and port number. */
export interface PortRef {
  actor: string;
  port: number;
}

/**
 * What runs actors: this process, or a device behind a link. All methods are idempotent per id where they can be,
 * reject with a KappaError, and leave nothing half-done.
 */
export interface ActorHost {
  readonly info: RuntimeInfo;
  /**
   * Makes actors with their connections, held. Either all of them exist afterwards or none. `start` says that `start` will be
   * called next in any case: a runtime for which it is cheaper may then start them in the same step.
   */
  deploy(actors: ActorSpec[], connections: ConnectionSpec[], options?: { start?: boolean }): Promise<void>;
  start(ids: string[]): Promise<void>;
  stop(ids: string[]): Promise<void>;
  /** Takes a fault back, so that the actor tries again. */
  resume(ids: string[]): Promise<void>;
  /** Removes actors and their connections; unknown ids are fine. */
  remove(ids: string[]): Promise<void>;
  report(id: string): Promise<ActorReport>;
  /** The state as docs/module-abi.md section 7 has it. */
  state(id: string): Promise<Uint8Array>;
  /** Puts a state into a held actor. */
  restore(id: string, state: Uint8Array): Promise<void>;
}
