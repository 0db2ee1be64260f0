import type { Clock } from "./clock.js";
import { encodeFrame, FrameDecoder, sessionOf } from "./frame.js";
import { Line } from "./line.js";
import { concat, decodeMessage, encodeMessage, type Message, MessageError, PROTOCOL_VERSION } from "./messages.js";
import type { Connector } from "./transport.js";

/** Pauses between repetitions of HELLO in ms; the last one stays. */
const HELLO_PAUSES = [250, 500, 1000, 2000];
/** Silence in ms after which to PING, and after which the device is gone. */
const PING_AFTER = 1000;
const GONE_AFTER = 3000;
/** HELLOs without answer after which a transport that can be is opened anew. */
const HELLOS_BEFORE_RENEWAL = 8;
/** Bytes put together for one write. */
const WRITE_TARGET = 1024;
/** Bodies that the host takes. */
const HOST_FRAME_MAX = 4096;
const NO_ENCRYPTION = 0;

export type Welcome = Extract<Message, { kind: "welcome" }>;

/** Who the host is: 8 bytes that stay, and 32 bits drawn at its start. */
export interface HostIdentity {
  id: Uint8Array;
  boot: number;
}

/** The layer above a session. */
export interface SessionUser {
  /** A session has begun. */
  begun(welcome: Welcome): void;
  /** The session that had begun is over. */
  ended(reason: string): void;
  /** The device cannot be spoken with: another version of the protocol. It is tried again when it restarts. */
  refused(reason: string): void;
  /** A frame of the session. May throw MessageError. */
  received(message: Message): void;
  /** Time has passed: called before anything is sent, with or without a session. */
  tick(now: number): void;
  /** The next message to send in the session; undefined when there is none now. */
  next(now: number): Message | undefined;
  /** When `tick` and `next` want to be called if nothing happens before, in ms. */
  deadline(): number;
}

/** Counters of a link since it was made. */
export interface LinkStatistics {
  bytesIn: number;
  bytesOut: number;
  framesIn: number;
  framesOut: number;
  /** Frames dropped for their CRC, their COBS or their length. */
  framesBad: number;
  /** Frames with a valid CRC that make no sense. */
  malformed: number;
  sessions: number;
}

/**
 * The host's side of a session (docs/link-protocol.md section 2) over a line that opens again and again: HELLO until a WELCOME
 * comes, then everything that the layer above wants to send, PING when it is silent, and from the beginning when it stays so.
 */
export class Session {
  framesOut = 0;
  malformed = 0;
  sessions = 0;
  private readonly line: Line;
  private readonly decoder = new FrameDecoder((body) => this.take(body), HOST_FRAME_MAX);
  private state: "closed" | "greeting" | "open" | "refused" = "closed";
  private welcome: Welcome | undefined;
  private nonce = 0;
  private hellos = 0;
  private helloAt = Number.POSITIVE_INFINITY;
  private heard = 0;
  private pinged = 0;
  private pings = 0;
  private urgent: Message[] = [];
  private armed = Number.POSITIVE_INFINITY;
  private disarm: (() => void) | undefined;
  private waking = false;
  private stopped = true;

  constructor(
    connector: Connector,
    private readonly identity: HostIdentity,
    private readonly clock: Clock,
    private readonly draw: () => number,
    private readonly user: SessionUser,
  ) {
    this.renewable = connector.renewable;
    this.line = new Line(connector, clock, {
      opened: () => this.greet(),
      data: (bytes) => this.decoder.push(bytes),
      drained: () => this.wake(),
      closed: (reason) => this.end(reason, "closed"),
    });
  }

  private readonly renewable: boolean;

  get isOpen(): boolean {
    return this.state === "open";
  }

  get statistics(): LinkStatistics {
    const { bytesIn, bytesOut } = this.line;
    const { frames: framesIn, bad: framesBad } = this.decoder;
    const { framesOut, malformed, sessions } = this;
    return { bytesIn, bytesOut, framesIn, framesOut, framesBad, malformed, sessions };
  }

  start(): void {
    this.stopped = false;
    this.line.start();
  }

  /** Ends the session and closes the line. */
  stop(): void {
    this.stopped = true;
    this.line.stop();
    this.end("closed by the host", "closed");
    this.disarm?.();
    this.disarm = undefined;
  }

  /** Begins a new session on the open line. */
  restart(reason: string): void {
    if (this.state !== "closed") this.greet(reason);
  }

  /** Sends `message` before what the layer above has. */
  post(message: Message): void {
    this.urgent.push(message);
    this.wake();
  }

  /** There may be something to send: looks soon. */
  wake(): void {
    if (this.waking || this.stopped) return;
    this.waking = true;
    this.clock.soon(() => {
      this.waking = false;
      this.work();
    });
  }

  private greet(reason = "a new session"): void {
    this.end(reason, "greeting");
    this.decoder.reset();
    this.decoder.session = 0;
    this.nonce = this.draw();
    this.hellos = 0;
    this.helloAt = this.clock.now();
    this.wake();
  }

  private end(reason: string, state: "closed" | "greeting" | "refused"): void {
    const wasOpen = this.state === "open";
    this.state = state;
    this.urgent = [];
    this.helloAt = Number.POSITIVE_INFINITY;
    if (state === "closed") this.decoder.reset();
    if (!wasOpen) return;
    this.welcome = undefined;
    this.user.ended(reason);
    this.wake();
  }

  private take(body: Uint8Array): void {
    this.heard = this.clock.now();
    try {
      const message = decodeMessage(body);
      if (message) this.dispatch(message);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      this.malformed++;
    }
  }

  private dispatch(message: Message): void {
    if (message.kind === "welcome") this.takeWelcome(message);
    else if (message.kind === "ready") this.greet("the device has started");
    else if (this.state === "open" && message.kind !== "pong") this.user.received(message);
    this.wake();
  }

  private takeWelcome(welcome: Welcome): void {
    if (welcome.hostNonce !== this.nonce || this.state === "closed" || this.state === "refused") return;
    if (welcome.version !== PROTOCOL_VERSION || welcome.suite !== NO_ENCRYPTION) {
      this.end("refused", "refused");
      const what = welcome.version !== PROTOCOL_VERSION ? "version" : "encryption suite";
      const [theirs, ours] = what === "version" ? [welcome.version, PROTOCOL_VERSION] : [welcome.suite, NO_ENCRYPTION];
      this.user.refused(
        `the device speaks ${what} ${theirs} of the link protocol, this runtime ${ours}: update the older`,
      );
      return;
    }
    if (this.state === "open") {
      if (this.welcome?.nonce === welcome.nonce && this.welcome.boot === welcome.boot) return;
      this.end("the device has started a new session", "greeting");
    }
    this.state = "open";
    this.welcome = welcome;
    this.sessions++;
    this.helloAt = Number.POSITIVE_INFINITY;
    this.pinged = this.heard;
    this.decoder.session = sessionOf(this.nonce, welcome.nonce);
    this.line.proven();
    this.user.begun(welcome);
  }

  /** Sends what there is to send and sets the timer for what comes next. */
  private work(): void {
    if (this.stopped) return;
    const now = this.clock.now();
    this.user.tick(now);
    this.watch(now);
    while (this.line.writable) {
      const batch = this.collect(now);
      if (!batch) break;
      this.line.write(batch);
    }
    this.arm(now);
  }

  /** HELLO, PING and the end of silent sessions. */
  private watch(now: number): void {
    if (this.state === "open" && now >= this.heard + GONE_AFTER) this.greet("the device is silent");
    if (this.state === "open" && now >= this.pingAt) {
      this.pinged = now;
      this.urgent.push({ kind: "ping", n: this.pings++ & 0xff });
    }
    if (this.state !== "greeting" || now < this.helloAt) return;
    if (this.renewable && this.hellos >= HELLOS_BEFORE_RENEWAL) {
      this.line.renew("no answer to HELLO");
      return;
    }
    const { id: host, boot } = this.identity;
    const hello = { version: PROTOCOL_VERSION, suite: NO_ENCRYPTION, nonce: this.nonce, host, boot };
    this.urgent = [{ kind: "hello", ...hello }];
    this.helloAt = now + HELLO_PAUSES[Math.min(this.hellos++, HELLO_PAUSES.length - 1)]!;
  }

  private get pingAt(): number {
    return Math.max(this.heard, this.pinged) + PING_AFTER;
  }

  private collect(now: number): Uint8Array | undefined {
    const frames: Uint8Array[] = [];
    let size = 0;
    while (size < WRITE_TARGET) {
      const message = this.urgent.shift() ?? (this.state === "open" ? this.user.next(now) : undefined);
      if (!message) break;
      if (message.kind === "hello") frames.push(Uint8Array.of(0));
      const session = this.welcome ? sessionOf(this.nonce, this.welcome.nonce) : 0;
      const frame = encodeFrame(encodeMessage(message), session);
      frames.push(frame);
      size += frame.length;
      this.framesOut++;
    }
    return size > 0 ? concat(frames) : undefined;
  }

  private arm(now: number): void {
    const own = this.state === "open" ? Math.min(this.pingAt, this.heard + GONE_AFTER) : this.helloAt;
    const next = Math.min(own, this.user.deadline());
    if (next >= this.armed || next === Number.POSITIVE_INFINITY) return;
    this.disarm?.();
    this.armed = next;
    this.disarm = this.clock.after(Math.max(1, next - now), () => {
      this.armed = Number.POSITIVE_INFINITY;
      this.disarm = undefined;
      this.work();
    });
  }
}
