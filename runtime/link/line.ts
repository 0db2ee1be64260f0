import type { Clock } from "./clock.js";
import type { Connector, Transport } from "./transport.js";

/** Waiting time before the next attempt to open, in ms: doubled at each failure, and half of it at random. */
const RETRY_FIRST = 250;
const RETRY_LIMIT = 10_000;

export interface LineHandlers {
  opened(): void;
  data(bytes: Uint8Array): void;
  drained(): void;
  closed(reason: string): void;
}

/** Keeps a transport open: opens it again, with growing pauses, whenever it closes. */
export class Line {
  bytesIn = 0;
  bytesOut = 0;
  /** How often it was opened. */
  opens = 0;
  private transport: Transport | undefined;
  private pause = RETRY_FIRST;
  private cancelRetry: (() => void) | undefined;
  private full = false;
  /** Counts attempts, so that what an abandoned one says is not heard. */
  private attempt = 0;
  private stopped = true;

  constructor(
    private readonly connector: Connector,
    private readonly clock: Clock,
    private readonly handlers: LineHandlers,
    private readonly random: () => number = Math.random,
  ) {}

  get isOpen(): boolean {
    return this.transport !== undefined;
  }

  /** Whether it takes more bytes now. */
  get writable(): boolean {
    return this.transport !== undefined && !this.full;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.open();
  }

  /** Closes for good, until `start`. */
  stop(): void {
    this.stopped = true;
    this.abandon();
  }

  /** The other side has spoken sense: the next pause is a short one again. */
  proven(): void {
    this.pause = RETRY_FIRST;
  }

  /** Closes and opens again after a pause. */
  renew(reason: string): void {
    if (!this.transport) return;
    this.abandon();
    this.handlers.closed(reason);
    this.retry();
  }

  write(bytes: Uint8Array): void {
    if (!this.transport) return;
    this.bytesOut += bytes.length;
    this.full = !this.transport.write(bytes);
  }

  private abandon(): void {
    this.attempt++;
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    this.transport?.close();
    this.transport = undefined;
    this.full = false;
  }

  private open(): void {
    const attempt = ++this.attempt;
    const mine = (): boolean => attempt === this.attempt;
    const closed = (reason: string): void => {
      if (!mine()) return;
      this.abandon();
      this.handlers.closed(reason);
      this.retry();
    };
    const handlers = {
      data: (bytes: Uint8Array) => {
        if (!mine()) return;
        this.bytesIn += bytes.length;
        this.handlers.data(bytes);
      },
      drained: () => {
        if (!mine()) return;
        this.full = false;
        this.handlers.drained();
      },
      closed,
    };
    this.connector.open(handlers).then(
      (transport) => {
        if (!mine()) return transport.close();
        this.transport = transport;
        this.opens++;
        this.handlers.opened();
      },
      (error: Error) => closed(error.message),
    );
  }

  private retry(): void {
    if (this.stopped) return;
    const wait = this.pause * (0.5 + 0.5 * this.random());
    this.pause = Math.min(2 * this.pause, RETRY_LIMIT);
    this.cancelRetry = this.clock.after(wait, () => this.open());
  }
}
