import type { DeviceRuntime } from "../link/device.js";
import type { TokenSink, TokenSource } from "../port/queue.js";
import type { Member } from "./member.js";

/** A device as a member of the mesh: it takes the queues of the other side. */
export class DeviceMember implements Member {
  constructor(readonly host: DeviceRuntime) {}

  deliver(id: string, sink: TokenSink): void {
    this.host.bindIncoming(id, sink);
  }

  supply(id: string, source: TokenSource): void {
    this.host.bindOutgoing(id, source);
  }
}
