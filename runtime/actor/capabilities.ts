import { randomBytes } from "node:crypto";
import type { SimulatedRoom } from "./simulated-room.js";

/** What a capability may know of the actor that calls it. */
export interface Caller {
  /** The actor's id. */
  readonly id: string;
  /** Milliseconds since the runtime started; in a timed action, when it was due. */
  time(): number;
  /** Text in the actor's memory. Raises trap `memory`. */
  text(ptr: number, units: number): string;
}

/** Does what the capability says, or throws: then the caller traps with `capability`. i64 are bigints. */
export type Capability = (caller: Caller, ...args: number[]) => number | bigint | undefined;

/** What actors write to the log. */
export type ActorLog = (actor: string, text: string) => void;

/** The capabilities that every base runtime has. `random` gives 32 bits. */
export function systemCapabilities(log: ActorLog, random: () => number = random32): Record<string, Capability> {
  return {
    "sys.time": (caller) => BigInt(Math.floor(caller.time())),
    "sys.random": () => random() | 0,
    log: (caller, ptr, units) => {
      log(caller.id, caller.text(ptr!, units!));
      return undefined;
    },
  };
}

/** Sensors and outputs of a simulated room. */
export function simulatedCapabilities(room: SimulatedRoom): Record<string, Capability> {
  return {
    "sense.temp": () => room.temperature(),
    "io.light": (_caller, on) => {
      room.light = on !== 0;
      return undefined;
    },
    "io.digitalout": (_caller, pin, on) => {
      room.switch(pin!, on !== 0);
      return undefined;
    },
  };
}

/** 32 random bits. */
export function random32(): number {
  return randomBytes(4).readInt32LE();
}
