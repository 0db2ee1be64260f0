import { type Module, TypeCode } from "../../compiler/actor/types.js";
import type { RuleExpression } from "../../compiler/script/graph.js";
import type { RuntimeInfo } from "../host.js";
import { whyNot } from "./rules.js";

/** An actor that wants a place. */
export interface PlacementActor {
  id: string;
  /** What it runs; undefined for one that is part of the base runtime (kappa.Source, kappa.Sink) and `fixed`. */
  module?: Module;
  /** Its arguments as tokens; they travel to a device in one frame each. */
  args?: readonly (Uint8Array | undefined)[];
  /** Where the script lets it go; undefined: anywhere. */
  rule?: RuleExpression;
  /** Id of the runtime it is on already, or must be on. */
  fixed?: string;
}

/** Tokens that a queue holds when nothing else is said (docs/module-abi.md). */
const QUEUE_LENGTH = 4;

const SCALAR_BYTES: Readonly<Record<number, number>> = {
  [TypeCode.bool]: 1,
  [TypeCode.i8]: 2,
  [TypeCode.u8]: 2,
  [TypeCode.i16]: 3,
  [TypeCode.u16]: 3,
  [TypeCode.i32]: 5,
  [TypeCode.u32]: 5,
  [TypeCode.f32]: 5,
  [TypeCode.i64]: 9,
  [TypeCode.u64]: 9,
  [TypeCode.f64]: 9,
};

/**
 * A lower bound of the RAM that an actor takes on a constrained runtime, in bytes: its linear memory, its globals and the
 * queues of its scalar inports. The engine adds to that, so the device has the last word.
 */
export function leastRam(module: Module): number {
  const { memory, globals, inports } = module.manifest;
  const wide: number[] = [TypeCode.i64, TypeCode.u64, TypeCode.f64];
  const state = globals.reduce((sum, global) => sum + (wide.includes(global.type) ? 8 : 4), 0);
  const queues = inports.reduce((sum, port) => sum + QUEUE_LENGTH * (SCALAR_BYTES[port.type] ?? 1), 0);
  return memory + state + queues;
}

/** What keeps an actor from a runtime, one sentence each; empty when it may go there. Free memory counts for it alone. */
export function obstacles(actor: PlacementActor, runtime: RuntimeInfo): string[] {
  const found: string[] = [];
  if (!runtime.connected) found.push("it is not connected");
  const missing = actor.module?.requires.filter((name) => !runtime.capabilities.includes(name)) ?? [];
  if (missing.length > 0)
    found.push(`it lacks the ${missing.length === 1 ? "capability" : "capabilities"} ${missing.join(", ")}`);
  const rule = actor.rule && whyNot(actor.rule, runtime);
  if (rule !== undefined) found.push(rule);
  if (actor.module !== undefined && runtime.free !== undefined) {
    const need = leastRam(actor.module);
    if (need > runtime.free) found.push(`it has ${runtime.free} bytes of memory free and at least ${need} are needed`);
  }
  const largest = Math.max(0, ...(actor.args ?? []).map((arg) => arg?.length ?? 0));
  if (largest > runtime.tokenMax) {
    found.push(`an argument takes ${largest} bytes and its tokens have at most ${runtime.tokenMax}`);
  }
  return found;
}

/** Whether an actor needs something of the physical world: a sensor, an output, a pin. */
export function isPhysical(module: Module | undefined): boolean {
  return module?.requires.some((name) => name.startsWith("sense.") || name.startsWith("io.")) ?? false;
}
