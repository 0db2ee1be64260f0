import type { Module } from "../compiler/actor/types.js";
import type { ActorCase } from "./case.js";
import type { Deed } from "./world.js";

/** What goes in at one step. */
export interface Input {
  /** Milliseconds that pass before. */
  after: number;
  /** Tokens by number of the inport. */
  tokens: Uint8Array[][];
}

/** What was seen when nothing more could happen. */
export interface Seen {
  /** Tokens by number of the outport, of this step alone. */
  tokens: Uint8Array[][];
  deeds: Deed[];
  /** The trap, and the name of the action that it ended. */
  fault?: { trap: string; action?: string };
  /** Of all steps so far. */
  firings: number;
  fuel: bigint;
}

/** One actor under test. */
export interface Play {
  /** `model` is what the same step did in Node.js, where this is another runtime. */
  step(input: Input, model?: Seen): Promise<Seen>;
  close(): Promise<void>;
}

/** A runtime that plays cases. */
export interface Stage {
  readonly name: string;
  /** Why it cannot play a case, if so. */
  unfit(module: Module, of: ActorCase): string | undefined;
  /** The actor of a case, started. Rejects when it cannot be made. */
  open(module: Module, args: (Uint8Array | undefined)[], of: ActorCase): Promise<Play>;
  close(): Promise<void>;
}

/** The name of the actor in the runtime. */
export const ACTOR = "actor";
/** Tokens that the connections of a case hold. */
export const QUEUE_LENGTH = 64;
