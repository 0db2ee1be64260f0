import type { Module } from "../../compiler/actor/types.js";
import { KappaError } from "../errors.js";
import { failure } from "./failure.js";
import { u32 } from "./messages.js";
import { Operation, REQUEST_HEAD, request, Status } from "./operations.js";
import type { Requests } from "./requests.js";

/** Time for one chunk in ms: a device may have to erase flash for it. */
const CHUNK_DEADLINE = 10_000;
/** Bytes of a MODULE request besides its chunk, at most: head, array, hash, total, offset, head of the chunk. */
const CHUNK_OVERHEAD = REQUEST_HEAD + 1 + 17 + 3 + 3 + 3;

export const hashBytes = (hash: string): Uint8Array => Uint8Array.from(Buffer.from(hash, "hex"));
export const hashText = (hash: Uint8Array): string => Buffer.from(hash).toString("hex");

/** What a link needs to know of its device here. */
export interface ModuleDevice {
  readonly requests: Requests;
  readonly name: string;
  /** Largest body that it takes, in bytes. */
  readonly frameMax: number;
}

/** The modules that a device has: sent once, evicted when room is needed. */
export class Modules {
  /** Bytes that the device has of each module, the least recently used first. */
  private readonly have = new Map<string, { bytes: number; complete: boolean }>();

  constructor(private readonly device: ModuleDevice) {}

  /** Hashes of the complete ones. */
  get known(): string[] {
    return [...this.have].filter(([, { complete }]) => complete).map(([hash]) => hash);
  }

  /** The device has forgotten all; or INVENTORY is about to be read. */
  clear(): void {
    this.have.clear();
  }

  /** INVENTORY lists a module. */
  noted(hash: string, total: number, have: number): void {
    this.have.set(hash, { bytes: have, complete: have === total });
  }

  /** The device said that it does not have it after all. */
  forget(hash: string): void {
    this.have.delete(hash);
  }

  /** Sends what the device lacks of `module`. Modules that are not in `used` may have to give way. */
  async ensure(module: Module, used: ReadonlySet<string>): Promise<void> {
    const entry = this.have.get(module.hash) ?? { bytes: 0, complete: false };
    this.have.delete(module.hash);
    if (!entry.complete) await this.makingRoom(used, () => this.send(module, entry.bytes));
    this.have.set(module.hash, { bytes: module.bytes.length, complete: true });
  }

  /** Runs `attempt`, and again as long as it fails for lack of memory and an unused module can be evicted. */
  async makingRoom<T>(used: ReadonlySet<string>, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const short = error instanceof KappaError && ["MEMORY_EXHAUSTED", "RUNTIME_LIMIT"].includes(error.code);
        if (!short || !(await this.evictOne(used))) throw error;
      }
    }
  }

  private async send(module: Module, from: number): Promise<void> {
    const { requests, name, frameMax } = this.device;
    const hash = hashBytes(module.hash);
    const total = module.bytes.length;
    const room = frameMax - CHUNK_OVERHEAD;
    let [offset, stuck] = [from, 0];
    while (offset < total) {
      const body = request.module(hash, total, offset, module.bytes.subarray(offset, offset + room));
      const { status, items } = await requests.call(Operation.module, body, { deadline: CHUNK_DEADLINE });
      if (status !== Status.ok) {
        this.have.delete(module.hash);
        throw failure(status, items, { device: name, doing: `take the module of ${module.manifest.name} for` });
      }
      const have = Math.min(u32(items[0]), total);
      stuck = have > offset ? 0 : stuck + 1;
      if (stuck > 2)
        throw new KappaError("LINK_PROTOCOL", `${name} takes no more of a module than ${have} bytes: restart it`);
      offset = have;
    }
  }

  /** Evicts the unused module that was used least recently; whether there was one. */
  private async evictOne(used: ReadonlySet<string>): Promise<boolean> {
    for (const hash of this.have.keys()) {
      if (used.has(hash)) continue;
      const { status } = await this.device.requests.call(Operation.evict, request.evict(hashBytes(hash)));
      this.have.delete(hash);
      if (status === Status.ok || status === Status.unknown) return true;
    }
    return false;
  }
}
