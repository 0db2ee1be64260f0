import type { Manifest } from "../../compiler/actor/types.js";
import { KappaError } from "../errors.js";
import type { Inlet } from "../port/queue.js";
import type { Router } from "../port/router.js";
import type { Value } from "../port/value.js";
import type { Caller, Capability } from "./capabilities.js";
import { makeImports } from "./imports.js";
import { Trap, trapOf } from "./trap.js";
import { isWide, type Twin, type TwinExports, type TwinFunction } from "./twin.js";

/** Where memory is kept during a firing; there is one firing at a time. */
const savedMemory = new Uint8Array(65536);
const NO_MEMORY = new Uint8Array(0);
const NO_BUFFER = Buffer.alloc(0);

/** What an instance has while it is in WebAssembly. */
export interface Live {
  actions: TwinFunction[];
  /** By action; undefined without a guard. */
  guards: (TwinFunction | undefined)[];
  exports: TwinExports;
  /** Linear memory up to its bound; empty without. */
  memory: Uint8Array;
}

/**
 * One instance of a module: its state, in WebAssembly or, while it sleeps, as bytes; and what the imports of the firing under
 * way work on.
 */
export class Instance implements Caller {
  /** Undefined while the instance sleeps as bytes. */
  live: Live | undefined;
  /** Set at each use; a sweep that wants room clears it first and puts to sleep later. */
  recent = true;

  /** Outports that may still be sent on in this firing. */
  open = 0;
  /** Inports that this firing consumes. */
  inmask = 0;
  /** Tokens sent in this firing, by outport. */
  readonly staged: Value[];
  /** Text, bytes, arrays and opaque tokens that this firing may read, by inport; for construct behind them by argument. */
  inputs: (Value | undefined)[] = [];
  /** Where each inport takes its tokens from. */
  readonly inlets: (Inlet | undefined)[];
  readonly inTypes: number[];
  readonly outTypes: number[];
  /** The import that sends on each outport. */
  readonly senders: number[];
  /** Largest encoded token of each outport, in bytes. */
  readonly limits: number[];
  /** What each outport routes by, where a token goes to one of its connections. */
  routers: (Router | undefined)[] = [];
  /** The due time in a timed action. */
  due: number | undefined;
  /** View of the linear memory up to its bound. */
  buffer: Buffer = NO_BUFFER;

  private asleep: Uint8Array | undefined;
  readonly manifest: Manifest;

  constructor(
    readonly id: string,
    private readonly twin: Twin,
    private readonly capabilities: Record<string, Capability>,
    private readonly now: () => number,
  ) {
    const { inports, outports } = twin.manifest;
    this.manifest = twin.manifest;
    this.inlets = inports.map(() => undefined);
    this.inTypes = twin.inTypes;
    this.outTypes = twin.outTypes;
    this.senders = twin.senders;
    this.limits = outports.map(() => Number.POSITIVE_INFINITY);
    this.staged = outports.map(() => 0);
  }

  /** The instance in WebAssembly, woken if it sleeps. Throws KappaError MEMORY_EXHAUSTED, MODULE_INVALID. */
  wake(): Live {
    if (this.live) return this.live;
    const exports = this.instantiate();
    const memory = exports.memory;
    this.buffer = memory ? Buffer.from(memory.buffer, 0, this.manifest.memory) : NO_BUFFER;
    this.live = {
      actions: this.manifest.actions.map((_, i) => exports[`a${i}`] as TwinFunction),
      guards: this.manifest.actions.map((_, i) => exports[`g${i}`] as TwinFunction | undefined),
      exports,
      memory: memory ? new Uint8Array(memory.buffer, 0, this.manifest.memory) : NO_MEMORY,
    };
    if (this.asleep) this.write(this.live, this.asleep);
    this.asleep = undefined;
    this.recent = true;
    return this.live;
  }

  /** Keeps the state as bytes and lets go of WebAssembly. */
  sleep(): void {
    if (!this.live) return;
    this.asleep = this.state();
    this.live = undefined;
    this.buffer = NO_BUFFER;
  }

  /** Bytes of linear memory and globals. */
  get bytes(): number {
    return this.manifest.memory + this.twin.globalBytes;
  }

  /** The state as docs/module-abi.md section 7 has it: globals, then memory without trailing zeros. */
  state(): Uint8Array {
    if (!this.live) return this.asleep!;
    const { exports, memory } = this.live;
    let used = memory.length;
    while (used > 0 && memory[used - 1] === 0) used--;
    const state = new Uint8Array(this.twin.globalBytes + used);
    const view = new DataView(state.buffer);
    let at = 0;
    this.twin.globals.forEach((type, i) => {
      if (isWide(type)) view.setBigInt64(at, exports.get(i), true);
      else view.setUint32(at, Number(exports.get(i)), true);
      at += isWide(type) ? 8 : 4;
    });
    state.set(memory.subarray(0, used), at);
    return state;
  }

  /** Puts a state in. Throws KappaError ARGUMENT_INVALID when it cannot be one of this module. */
  restore(state: Uint8Array): void {
    const { globalBytes } = this.twin;
    if (state.length < globalBytes || state.length > globalBytes + this.manifest.memory) {
      throw new KappaError(
        "ARGUMENT_INVALID",
        `actor ${this.id}: a state of ${state.length} bytes is none of ${this.manifest.name}, which has ` +
          `${globalBytes} bytes of globals and up to ${this.manifest.memory} of memory`,
      );
    }
    if (this.live) this.write(this.live, state);
    else this.asleep = state.slice();
  }

  /** The bits of mutable global `index`. */
  global(index: number): bigint {
    return this.wake().exports.get(index);
  }

  setGlobal(index: number, bits: bigint): void {
    this.wake().exports.set(index, bits);
  }

  /** Saves the linear memory; the twin's functions save the globals. */
  save(live: Live): void {
    if (live.memory.length > 0) savedMemory.set(live.memory);
  }

  /** Puts back the state before the function called last, and returns the fuel that it left. */
  undo(live: Live): number {
    const fuel = Number(BigInt.asIntN(32, live.exports.get(this.twin.globals.length)));
    live.exports.undo();
    if (live.memory.length > 0) live.memory.set(savedMemory.subarray(0, live.memory.length));
    return fuel;
  }

  /** Calls init, construct, start or stop, if the module has it. Returns the trap by which it ended, which has changed nothing. */
  call(role: "init" | "construct" | "start" | "stop", args: (number | bigint)[] = []): Trap | undefined {
    if (this.manifest.roles[role] === undefined) return undefined;
    const live = this.wake();
    this.open = 0;
    this.inmask = 0;
    this.due = undefined;
    this.save(live);
    try {
      (live.exports[role] as TwinFunction)(...args);
      return undefined;
    } catch (error) {
      return trapOf(error, this.undo(live));
    } finally {
      this.inputs = [];
    }
  }

  time(): number {
    return this.due ?? this.now();
  }

  text(ptr: number, units: number): string {
    this.range(ptr, 2 * (units >>> 0));
    return this.buffer.toString("utf16le", ptr >>> 0, (ptr >>> 0) + 2 * (units >>> 0));
  }

  /** `length` bytes of memory at `ptr`. Traps `memory`. */
  range(ptr: number, length: number): Uint8Array {
    const start = ptr >>> 0;
    const end = start + (length < 0 ? length >>> 0 : length);
    const memory = this.live!.memory;
    if (end > memory.length) throw new Trap("memory");
    return memory.subarray(start, end);
  }

  private instantiate(): TwinExports {
    const imports = makeImports(this, this.twin.imports, this.capabilities);
    try {
      return new WebAssembly.Instance(this.twin.module, imports).exports as TwinExports;
    } catch (error) {
      if (error instanceof RangeError) {
        throw new KappaError("MEMORY_EXHAUSTED", `actor ${this.id}: ${error.message}`, {}, { cause: error });
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new KappaError("MODULE_INVALID", `actor ${this.id}: ${reason}`, {}, { cause: error });
    }
  }

  private write(live: Live, state: Uint8Array): void {
    const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    let at = 0;
    this.twin.globals.forEach((type, i) => {
      live.exports.set(i, isWide(type) ? view.getBigInt64(at, true) : BigInt(view.getUint32(at, true)));
      at += isWide(type) ? 8 : 4;
    });
    live.memory.fill(0);
    live.memory.set(state.subarray(at));
  }
}
