import type { DeviceRuntime } from "../link/device.js";
import type { TokenSink, TokenSource } from "../port/queue.js";
import type { Member } from "./member.js";

/** A device as a member of the mesh: it takes the queues of the other side. */
export class DeviceMember implements Member {
  private last: Promise<void> = Promise.resolve();

  /** `keep` writes what is known of the device to disk. */
  constructor(
    readonly host: DeviceRuntime,
    private readonly keep: () => Promise<void>,
  ) {}

  deliver(id: string, sink: TokenSink): void {
    this.host.bindIncoming(id, sink);
  }

  supply(id: string, source: TokenSource): void {
    this.host.bindOutgoing(id, source);
  }

  /** What is known of the device has changed. */
  changed(): void {
    this.last = this.keep();
    // Told to the next who waits for it.
    this.last.catch(() => {});
  }

  settled(): Promise<void> {
    return this.last;
  }

  async actors(): Promise<string[]> {
    const { actors } = await this.host.inventory();
    return actors.map(({ id, handle }) => id ?? `?${handle}`).sort();
  }
}
