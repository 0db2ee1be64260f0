/**
 * Frames on a byte stream (docs/link-protocol.md section 1): COBS (Cheshire and Baker, 1999) around a body and its
 * CRC-24/OPENPGP, ended by a zero byte. The CRC starts at a value that belongs to the session, so that a frame of an earlier
 * session does not pass.
 */

/** Largest body that a device takes unless it says otherwise, in bytes. */
export const FRAME_MAX = 256;

const POLYNOMIAL = 0x864cfb;
const START = 0xb704ce;
const CRC_BYTES = 3;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 16;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x800000 ? ((crc << 1) ^ POLYNOMIAL) & 0xffffff : crc << 1;
  return crc;
});

/** CRC-24/OPENPGP (RFC 9580 section 6.1) of `bytes`, its start value exclusive-ored with the 24-bit `session`. */
export function crc24(bytes: Uint8Array, session: number): number {
  let crc = (START ^ session) & 0xffffff;
  for (const byte of bytes) crc = ((crc << 8) & 0xffffff) ^ TABLE[(crc >>> 16) ^ byte]!;
  return crc;
}

/** The 24-bit session value of two nonces; never 0. */
export function sessionOf(hostNonce: number, deviceNonce: number): number {
  return (hostNonce ^ deviceNonce) & 0xffffff || 1;
}

/** Whether frames of this kind (first byte of the body) belong to no session: HELLO, WELCOME, READY. */
export function isSessionless(kind: number): boolean {
  return kind >= 0x01 && kind <= 0x03;
}

/** The most bytes that a body of `length` bytes takes on the wire. */
export function wireLength(length: number): number {
  const content = length + CRC_BYTES;
  return content + Math.ceil(content / 254) + 1;
}

/** The frame of `body` (at least one byte) under `session`, with the zero that ends it. */
export function encodeFrame(body: Uint8Array, session: number): Uint8Array<ArrayBuffer> {
  const crc = crc24(body, isSessionless(body[0]!) ? 0 : session);
  const content = new Uint8Array(body.length + CRC_BYTES);
  content.set(body);
  content.set([crc >>> 16, (crc >>> 8) & 0xff, crc & 0xff], body.length);
  return cobsEncode(content);
}

/**
 * COBS with the delimiter. A full group (code FF) says that no zero follows it; when the content ends with one, no empty group
 * is added.
 */
function cobsEncode(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const wire = new Uint8Array(content.length + Math.ceil(content.length / 254) + 2);
  let code = 0;
  let at = 1;
  for (let i = 0; i < content.length; i++) {
    const byte = content[i]!;
    if (byte !== 0) wire[at++] = byte;
    const full = at - code === 255;
    if (byte === 0 || (full && i + 1 < content.length)) {
      wire[code] = at - code;
      code = at++;
    }
  }
  wire[code] = at - code;
  wire[at++] = 0;
  return wire.subarray(0, at);
}

/** The content of one COBS packet without its delimiter; undefined when it is malformed. */
function cobsDecode(wire: Uint8Array): Uint8Array | undefined {
  const content = new Uint8Array(wire.length);
  let at = 0;
  for (let i = 0; i < wire.length; ) {
    const code = wire[i]!;
    const end = i + code;
    if (code === 0 || end > wire.length) return undefined;
    content.set(wire.subarray(i + 1, end), at);
    at += code - 1;
    i = end;
    if (code !== 255 && i < wire.length) content[at++] = 0;
  }
  return content.subarray(0, at);
}

/**
 * Cuts a byte stream into frames. Damaged, foreign and over-long frames are counted and dropped, and decoding goes on after the next
 * zero byte.
 */
export class FrameDecoder {
  /** Session of the frames to come; set it as soon as a WELCOME was taken. */
  session = 0;
  /** Valid frames so far. */
  frames = 0;
  /** Dropped frames so far. */
  bad = 0;
  private readonly limit: number;
  private readonly held: Uint8Array;
  private length = 0;

  /** `onFrame` gets each valid body, a view that is its own to keep; bodies longer than `frameMax` bytes are dropped. */
  constructor(
    private readonly onFrame: (body: Uint8Array) => void,
    private readonly frameMax = FRAME_MAX,
  ) {
    this.limit = wireLength(frameMax);
    this.held = new Uint8Array(this.limit);
  }

  /** Takes the next bytes of the stream, however they are cut. */
  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; ) {
      const zero = chunk.indexOf(0, from);
      this.append(chunk.subarray(from, zero < 0 ? chunk.length : zero));
      if (zero < 0) return;
      this.finish();
      from = zero + 1;
    }
  }

  /** Forgets a frame that has begun: the stream was cut. */
  reset(): void {
    this.length = 0;
  }

  /** Keeps a part of a frame; one that is too long stays marked by a length beyond the limit. */
  private append(part: Uint8Array): void {
    if (this.length + part.length <= this.limit) this.held.set(part, this.length);
    this.length = Math.min(this.length + part.length, this.limit + 1);
  }

  private finish(): void {
    const length = this.length;
    this.length = 0;
    if (length === 0) return;
    const body = length > this.limit ? undefined : this.check(this.held.subarray(0, length));
    if (!body) {
      this.bad++;
      return;
    }
    this.frames++;
    this.onFrame(body);
  }

  private check(wire: Uint8Array): Uint8Array | undefined {
    const content = cobsDecode(wire);
    if (!content || content.length <= CRC_BYTES || content.length > this.frameMax + CRC_BYTES) return undefined;
    const body = content.subarray(0, -CRC_BYTES);
    const [high, middle, low] = content.subarray(-CRC_BYTES) as unknown as [number, number, number];
    const crc = crc24(body, isSessionless(body[0]!) ? 0 : this.session);
    return crc === ((high << 16) | (middle << 8) | low) ? body : undefined;
  }
}
