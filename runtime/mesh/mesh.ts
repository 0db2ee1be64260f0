import { EventEmitter, once } from "node:events";
import { KappaError } from "../errors.js";
import type { RuntimeInfo } from "../host.js";
import type { Member } from "./member.js";

/** A fault of an actor on some runtime; `fault` is the name of the trap. */
export interface FaultEvent {
  runtime: string;
  actor: string;
  fault: string;
}

/** A line that an actor wrote to the log of its runtime. */
export interface LogEvent {
  runtime: string;
  actor: string;
  text: string;
}

interface MeshEvents {
  /** A runtime came, went, or is not what it was: id of the runtime. */
  change: [runtime: string];
  fault: [event: FaultEvent];
  log: [event: LogEvent];
}

/** The runtimes that this base runtime knows: itself and the devices attached to it. */
export class Mesh extends EventEmitter<MeshEvents> {
  private readonly members = new Map<string, Member>();

  constructor(readonly base: Member) {
    super();
    // Every kappa listens.
    this.setMaxListeners(0);
    this.members.set(base.host.info.id, base);
  }

  /** Adds a runtime under its id, or says that one is back. One that was known under another id is forgotten there. */
  add(member: Member): void {
    const { id } = member.host.info;
    for (const [other, known] of this.members) if (known === member && other !== id) this.members.delete(other);
    this.members.set(id, member);
    this.emit("change", id);
  }

  find(id: string): Member | undefined {
    return this.members.get(id);
  }

  /** The runtime of an id or, if only one has it, a name. Throws RUNTIME_UNKNOWN. */
  get(key: string): Member {
    const member = this.lookUp(key);
    if (member !== undefined) return member;
    throw new KappaError("RUNTIME_UNKNOWN", `No runtime, or more than one, is called ${key}; GET /runtimes lists all`);
  }

  /** Resolves when the runtime of an id or a name is connected, or at the signal. */
  async here(key: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.lookUp(key)?.host.info.connected) {
      // Rejects at the signal only.
      await once(this, "change", { signal }).catch(() => {});
    }
  }

  /** The runtime, if it can be reached now; else throws LINK_DOWN. */
  reach(id: string): Member {
    const member = this.members.get(id);
    if (member?.host.info.connected) return member;
    const name = member?.host.info.name ?? id;
    throw new KappaError("LINK_DOWN", `The runtime ${name} is not connected; its part is done when it is back`, {
      runtime: id,
    });
  }

  /** What is known of every runtime, the base runtime first. */
  infos(): RuntimeInfo[] {
    return [...this.members.values()].map((member) => member.host.info);
  }

  /** The name of a runtime for people; its id when it is not known. */
  nameOf(id: string): string {
    return this.members.get(id)?.host.info.name ?? id;
  }

  private lookUp(key: string): Member | undefined {
    const named = [...this.members.values()].filter((member) => member.host.info.name === key);
    return this.members.get(key) ?? (named.length === 1 ? named[0] : undefined);
  }
}
