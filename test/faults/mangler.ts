import type { Clock } from "../../runtime/link/clock.js";
import type { Connector, Transport, TransportHandlers } from "../../runtime/link/transport.js";

/** `up` is from the device to the host. */
export type Direction = "up" | "down";

/**
 * What happens to one frame. `cut` closes the transport before it, `halve` in its middle; `swap` lets the next frame of its direction
 * go first; `stall` holds it and all that follow for a while.
 */
export type Mischief = "pass" | "lose" | "double" | "corrupt" | "cut" | "halve" | "swap" | "stall";

export const MISCHIEFS: Mischief[] = ["lose", "double", "corrupt", "cut", "halve", "swap", "stall"];

const STALL_MS = 700;
/** A swapped frame goes out after this time when no other follows. */
const SWAP_MS = 20;

/** Decides on each frame; `index` counts the frames of both directions since the mangler was made. */
export type Policy = (index: number, direction: Direction, wire: Uint8Array) => Mischief;

/** A bad line: a connector that does mischief to the frames that go through another. */
export class Mangler implements Connector {
  /** Frames seen so far, of both directions. */
  frames = 0;
  readonly address: string;
  readonly renewable: boolean;
  private current: { cut: (reason: string) => void } | undefined;

  constructor(
    private readonly inner: Connector,
    private readonly clock: Clock,
    public policy: Policy,
  ) {
    this.address = inner.address;
    this.renewable = inner.renewable;
  }

  /** Closes the transport that is open. */
  cut(): void {
    this.current?.cut("cut by the test");
  }

  async open(handlers: TransportHandlers): Promise<Transport> {
    let up: Lane | undefined;
    const early: Uint8Array[] = [];
    const transport = await this.inner.open({
      data: (bytes) => (up ? up.push(bytes) : early.push(bytes)),
      drained: () => handlers.drained(),
      closed: (reason) => {
        up?.close();
        down.close();
        handlers.closed(reason);
      },
    });
    const cut = (reason: string): void => {
      up?.close();
      down.close();
      transport.close();
      handlers.closed(reason);
    };
    this.current = { cut };
    const down = new Lane(
      this.clock,
      (wire) => this.decide("down", wire),
      (bytes) => transport.write(bytes),
      cut,
    );
    up = new Lane(
      this.clock,
      (wire) => this.decide("up", wire),
      (bytes) => handlers.data(bytes),
      cut,
    );
    for (const bytes of early) this.clock.soon(() => up?.push(bytes));
    return {
      write(bytes) {
        down.push(bytes);
        return true;
      },
      close() {
        up?.close();
        down.close();
        transport.close();
      },
    };
  }

  private decide(direction: Direction, wire: Uint8Array): Mischief {
    return this.policy(this.frames++, direction, wire);
  }
}

/** One direction: cuts the stream into frames, which end with a zero, and treats each as it is told. */
class Lane {
  private rest = new Uint8Array();
  private held: Uint8Array | undefined;
  private stalled: Uint8Array[] | undefined;
  private closed = false;

  constructor(
    private readonly clock: Clock,
    private readonly decide: (wire: Uint8Array) => Mischief,
    private readonly forward: (bytes: Uint8Array) => void,
    private readonly cut: (reason: string) => void,
  ) {}

  close(): void {
    this.closed = true;
  }

  push(bytes: Uint8Array): void {
    const all = Uint8Array.of(...this.rest, ...bytes);
    let from = 0;
    for (let zero = all.indexOf(0); zero >= 0 && !this.closed; zero = all.indexOf(0, from)) {
      this.frame(all.slice(from, zero + 1));
      from = zero + 1;
    }
    this.rest = all.slice(from);
  }

  private frame(wire: Uint8Array): void {
    if (this.stalled) {
      this.stalled.push(wire);
      return;
    }
    const mischief = wire.length === 1 ? "pass" : this.decide(wire);
    if (mischief === "pass" || mischief === "double") this.send(wire);
    if (mischief === "double") this.send(wire);
    if (mischief === "corrupt") this.send(corrupted(wire));
    if (mischief === "halve") this.send(wire.slice(0, wire.length >> 1));
    if (mischief === "halve" || mischief === "cut") this.cut(`${mischief} by the test`);
    if (mischief === "swap") {
      this.held = wire;
      this.clock.after(SWAP_MS, () => this.releaseHeld());
    }
    if (mischief === "stall") {
      this.stalled = [wire];
      this.clock.after(STALL_MS, () => this.release());
    }
  }

  private send(wire: Uint8Array): void {
    if (this.closed) return;
    this.forward(wire);
    this.releaseHeld();
  }

  private releaseHeld(): void {
    const { held } = this;
    this.held = undefined;
    if (held && !this.closed) this.forward(held);
  }

  private release(): void {
    const frames = this.stalled ?? [];
    this.stalled = undefined;
    for (const wire of frames) this.send(wire);
  }
}

/** `wire` with one byte changed, to none that is zero. */
function corrupted(wire: Uint8Array): Uint8Array {
  const bad = wire.slice();
  const at = wire.length >> 1;
  bad[at]! ^= bad[at] === 0x55 ? 0x2a : 0x55;
  return bad;
}
