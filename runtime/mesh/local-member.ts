import type { LocalRuntime } from "../actor/local-runtime.js";
import type { TokenSink, TokenSource } from "../port/queue.js";
import { type Member, pump } from "./member.js";

/** The runtime in this process, as a member of the mesh: its queues are here. */
export class LocalMember implements Member {
  constructor(readonly host: LocalRuntime) {}

  outgoing(id: string): TokenSource {
    return this.host.outgoing(id);
  }

  incoming(id: string): TokenSink {
    return this.host.incoming(id);
  }

  deliver(id: string, sink: TokenSink): void {
    pump(this.host.outgoing(id), sink);
  }

  supply(id: string, source: TokenSource): void {
    pump(source, this.host.incoming(id));
  }

  async actors(): Promise<string[]> {
    return this.host.ids().sort();
  }
}
