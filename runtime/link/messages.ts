import { decode, encode, rfc8949EncodeOptions } from "cborg";
import { KappaError } from "../errors.js";

/**
 * The bodies of frames (docs/link-protocol.md sections 1, 4 and 5), typed. Tokens are opaque bytes here. Decoding throws
 * MessageError for everything that is not as the protocol has it.
 */

export const PROTOCOL_VERSION = 1;

/** First byte of a body; TOKEN and ACK add the connection's handle. */
export const Kind = {
  hello: 0x01,
  welcome: 0x02,
  ready: 0x03,
  ping: 0x04,
  pong: 0x05,
  probe: 0x06,
  request: 0x08,
  reply: 0x09,
  event: 0x0a,
  eventAck: 0x0b,
  token: 0x80,
  ack: 0xc0,
} as const;

/** Handles from here on follow the first byte as u16. */
const HANDLE_EXTENDED = 63;

/** A body that is not as the protocol has it. */
export class MessageError extends KappaError {
  constructor(detail: string) {
    super("LINK_PROTOCOL", `The device sent what it should not: ${detail}`);
  }
}

/** Every frame that there is. Identities are 8 bytes, nonces and boots 32 bits, sequence numbers and ids 8 bits. */
export type Message =
  | { kind: "hello"; version: number; suite: number; nonce: number; host: Uint8Array; boot: number }
  | {
      kind: "welcome";
      version: number;
      suite: number;
      hostNonce: number;
      nonce: number;
      device: Uint8Array;
      boot: number;
    }
  | { kind: "ready"; device: Uint8Array; boot: number }
  | { kind: "ping" | "pong"; n: number }
  | { kind: "probe"; handle: number }
  /** `body` is the CBOR array as it stands, since it may hold tokens. */
  | { kind: "request"; id: number; operation: number; body: Uint8Array }
  | { kind: "reply"; id: number; status: number; items: unknown[] }
  | { kind: "event"; n: number; event: number; items: unknown[] }
  | { kind: "eventAck"; n: number }
  | { kind: "token"; handle: number; seq: number; token: Uint8Array }
  | { kind: "ack"; handle: number; next: number; window: number };

/** CBOR in the deterministic encoding of docs/tokens.md. */
export function toCbor(value: unknown): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/** A CBOR array from items that are encoded already. */
export function arrayOf(items: Uint8Array[]): Uint8Array {
  return concat([arrayHead(items.length), ...items]);
}

function arrayHead(length: number): Uint8Array {
  return length < 24 ? Uint8Array.of(0x80 | length) : Uint8Array.of(0x98, length);
}

/** The strictly decoded CBOR array `bytes`. */
export function fromCbor(bytes: Uint8Array): unknown[] {
  let value: unknown;
  try {
    value = decode(bytes, { strict: true, allowIndefinite: false, rejectDuplicateMapKeys: true });
  } catch (error) {
    throw new MessageError(`not deterministic CBOR: ${(error as Error).message}`);
  }
  if (!Array.isArray(value)) throw new MessageError("not a CBOR array");
  return value;
}

/** Joins byte strings. */
export function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The body of a frame. */
export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  switch (message.kind) {
    case "hello":
      return record(Kind.hello, [message.version, message.suite, message.nonce, message.host, message.boot]);
    case "welcome":
      return record(Kind.welcome, [
        message.version,
        message.suite,
        message.hostNonce,
        message.nonce,
        message.device,
        message.boot,
      ]);
    case "ready":
      return record(Kind.ready, [message.device, message.boot]);
    case "ping":
      return Uint8Array.of(Kind.ping, message.n);
    case "pong":
      return Uint8Array.of(Kind.pong, message.n);
    case "probe":
      return Uint8Array.of(Kind.probe, message.handle & 0xff, message.handle >> 8);
    case "request":
      return concat([Uint8Array.of(Kind.request, message.id, message.operation), message.body]);
    case "reply":
      return concat([Uint8Array.of(Kind.reply, message.id, message.status), toCbor(message.items)]);
    case "event":
      return concat([Uint8Array.of(Kind.event, message.n, message.event), toCbor(message.items)]);
    case "eventAck":
      return Uint8Array.of(Kind.eventAck, message.n);
    case "token":
      return concat([withHandle(Kind.token, message.handle), Uint8Array.of(message.seq), message.token]);
    case "ack":
      return concat([withHandle(Kind.ack, message.handle), Uint8Array.of(message.next, message.window)]);
  }
}

function record(kind: number, items: unknown[]): Uint8Array<ArrayBuffer> {
  return concat([Uint8Array.of(kind), toCbor(items)]);
}

function withHandle(kind: number, handle: number): Uint8Array {
  return handle < HANDLE_EXTENDED
    ? Uint8Array.of(kind | handle)
    : Uint8Array.of(kind | HANDLE_EXTENDED, handle & 0xff, handle >> 8);
}

/** The message in a body; undefined for a kind that this version does not know. */
export function decodeMessage(body: Uint8Array): Message | undefined {
  const first = body[0]!;
  if (first >= Kind.token) return decodeData(body, first);
  switch (first) {
    case Kind.hello: {
      const [version, suite, nonce, host, boot] = fromCbor(body.subarray(1));
      return {
        kind: "hello",
        version: u8(version),
        suite: u8(suite),
        nonce: u32(nonce),
        host: id8(host),
        boot: u32(boot),
      };
    }
    case Kind.welcome: {
      const [version, suite, hostNonce, nonce, device, boot] = fromCbor(body.subarray(1));
      const versions = { version: u8(version), suite: u8(suite) };
      const nonces = { hostNonce: u32(hostNonce), nonce: u32(nonce) };
      return { kind: "welcome", ...versions, ...nonces, device: id8(device), boot: u32(boot) };
    }
    case Kind.ready: {
      const [device, boot] = fromCbor(body.subarray(1));
      return { kind: "ready", device: id8(device), boot: u32(boot) };
    }
    default:
      return decodeNumbered(body, first);
  }
}

function decodeNumbered(body: Uint8Array, first: number): Message | undefined {
  const [, a = 0, b = 0] = body;
  const rest = body.subarray(3);
  switch (first) {
    case Kind.ping:
    case Kind.pong:
      return sized(body, 2, { kind: first === Kind.ping ? "ping" : "pong", n: a });
    case Kind.probe:
      return sized(body, 3, { kind: "probe", handle: a | (b << 8) });
    case Kind.request:
      return { kind: "request", id: a, operation: b, body: rest };
    case Kind.reply:
      return { kind: "reply", id: a, status: b, items: fromCbor(rest) };
    case Kind.event:
      return { kind: "event", n: a, event: b, items: fromCbor(rest) };
    case Kind.eventAck:
      return sized(body, 2, { kind: "eventAck", n: a });
    default:
      return undefined;
  }
}

function decodeData(body: Uint8Array, first: number): Message {
  let handle = first & 0x3f;
  let at = 1;
  if (handle === HANDLE_EXTENDED) {
    if (body.length < 3) throw new MessageError("a handle is cut off");
    handle = body[1]! | (body[2]! << 8);
    at = 3;
  }
  if (first >= Kind.ack) return sized(body, at + 2, { kind: "ack", handle, next: body[at]!, window: body[at + 1]! });
  if (body.length < at + 2) throw new MessageError("a TOKEN without a token");
  return { kind: "token", handle, seq: body[at]!, token: body.subarray(at + 1) };
}

function sized<M extends Message>(body: Uint8Array, length: number, message: M): M {
  if (body.length !== length) throw new MessageError(`a ${message.kind} of ${body.length} bytes instead of ${length}`);
  return message;
}

/** `value` if it is an unsigned integer of at most `max`. */
export function uint(value: unknown, max: number): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > max)
    throw new MessageError(`not an integer from 0 to ${max}: ${String(value)}`);
  return value as number;
}

export const u8 = (value: unknown): number => uint(value, 0xff);
export const u16 = (value: unknown): number => uint(value, 0xffff);
export const u32 = (value: unknown): number => uint(value, 0xffffffff);

/** `value` if it is a byte string, of `length` bytes where that is given. */
export function bytes(value: unknown, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length))
    throw new MessageError(`not a byte string${length === undefined ? "" : ` of ${length}`}`);
  return value;
}

function id8(value: unknown): Uint8Array {
  return bytes(value, 8);
}
