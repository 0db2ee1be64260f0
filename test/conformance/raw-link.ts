import type { Module } from "../../compiler/actor/types.js";
import { DeviceRuntime } from "../../runtime/link/device.js";
import { hashBytes } from "../../runtime/link/modules.js";
import { Operation, request } from "../../runtime/link/operations.js";
import type { Reply, Requests } from "../../runtime/link/requests.js";
import type { Rig } from "./rig.js";

/** Bytes of a module in one request. */
const CHUNK = 200;

/** Requests to a device as they stand, past all that a host checks before it asks. */
export class RawLink {
  readonly device: DeviceRuntime;
  private readonly requests: Requests;

  constructor(rig: Rig) {
    if (!(rig.host instanceof DeviceRuntime)) throw new Error("a rig without a link");
    this.device = rig.host;
    this.requests = (rig.host as unknown as { requests: Requests }).requests;
  }

  /** Sends bytes as the module of that hash; the reply to the last chunk, or to the first that was refused. */
  async module({ hash, bytes }: Pick<Module, "hash" | "bytes">, total = bytes.length): Promise<Reply> {
    for (let offset = 0; ; offset += CHUNK) {
      const chunk = bytes.subarray(offset, offset + CHUNK);
      const reply = await this.requests.call(Operation.module, request.module(hashBytes(hash), total, offset, chunk));
      if (reply.status !== 0 || offset + CHUNK >= bytes.length) return reply;
    }
  }

  create(actor: number, { hash }: Module): Promise<Reply> {
    return this.requests.call(Operation.create, request.create(actor, hashBytes(hash), [], [], 0));
  }

  remove(actors: number[]): Promise<Reply> {
    return this.requests.call(Operation.remove, request.actors(actors));
  }

  evict({ hash }: Pick<Module, "hash">): Promise<Reply> {
    return this.requests.call(Operation.evict, request.evict(hashBytes(hash)));
  }

  /** What the device itself holds: its actors' handles, its modules' hashes, and its free bytes. */
  async holdings(): Promise<{ actors: number[]; modules: string[]; free: number }> {
    const { actors, modules } = await this.device.inventory();
    const { free } = await this.device.metrics();
    return { actors: actors.map(({ handle }) => handle), modules, free };
  }
}
