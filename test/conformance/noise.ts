import type { Connector, Transport, TransportHandlers } from "../../runtime/link/transport.js";

/** Numbers below 1 that look random and are the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A line with noise behind some of the frames, in both directions: random bytes, and halves of the frame before. */
export class NoisyLine implements Connector {
  readonly address: string;
  readonly renewable: boolean;
  /** How often there was noise. */
  noises = 0;
  /** How much of the frames, 0 … 1. */
  share = 0.1;
  private readonly draw: () => number;

  constructor(
    private readonly inner: Connector,
    seed: number,
  ) {
    this.address = inner.address;
    this.renewable = inner.renewable;
    this.draw = random(seed);
  }

  async open(handlers: TransportHandlers): Promise<Transport> {
    const [up, down] = [this.lane(), this.lane()];
    const transport = await this.inner.open({ ...handlers, data: (bytes) => handlers.data(up(bytes)) });
    transport.write(this.bytes(2000));
    return { write: (bytes) => transport.write(down(bytes)), close: () => transport.close() };
  }

  private lane(): (bytes: Uint8Array) => Uint8Array {
    let frame: number[] = [];
    return (bytes) => {
      const out: number[] = [];
      for (const byte of bytes) {
        out.push(byte);
        frame.push(byte);
        if (byte !== 0) continue;
        if (this.draw() < this.share) out.push(...this.noise(frame));
        frame = [];
      }
      return Uint8Array.from(out);
    };
  }

  /** One in four has no end, and so spoils the frame behind it. */
  private noise(frame: number[]): number[] {
    this.noises++;
    const length = 1 + Math.floor(this.draw() * (this.draw() < 0.1 ? 1000 : 40));
    const bytes = this.draw() < 0.5 ? frame.slice(0, frame.length >> 1) : [...this.bytes(length)];
    return this.draw() < 0.25 ? bytes : [...bytes, 0];
  }

  private bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(this.draw() * 256));
  }
}
