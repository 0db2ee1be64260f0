import { pathToFileURL } from "node:url";
import { encodeFrame, FRAME_MAX } from "../../../runtime/link/frame.js";
import { encodeMessage, type Message, toCbor } from "../../../runtime/link/messages.js";
import { CREATE_START, Operation, request, Status, type WireConnection } from "../../../runtime/link/operations.js";

/**
 * The golden frames of test/vectors/frames.txt. After a change of the protocol:
 *
 *     node build/js/test/unit/link/golden.js > test/vectors/frames.txt
 */

const SESSION = 0xa1b2c3;
const DEVICE = Uint8Array.from([0xde, 0xc0, 0, 1, 2, 3, 4, 5]);
const HOST = Uint8Array.from([0x80, 0x57, 1, 2, 3, 4, 5, 6]);
const HASH = Uint8Array.from({ length: 16 }, (_, i) => 0x10 + i);
const TOKEN_20 = Uint8Array.of(0xf9, 0x4d, 0x00);
const TEXT = toCbor("räksmörgås");

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Every message by name, with the session it is sent in. */
export function goldenMessages(): [name: string, session: number, message: Message][] {
  return [...sessionMessages(), ...dataMessages(), ...requests(), ...replies(), ...events()];
}

function sessionMessages(): [string, number, Message][] {
  const hello = { kind: "hello", version: 1, suite: 0, nonce: 0x01020304, host: HOST, boot: 0xcafe0001 } as const;
  const nonces = { hostNonce: 0x01020304, nonce: 0xfffefdfc };
  const welcome = { kind: "welcome", version: 1, suite: 0, ...nonces, device: DEVICE, boot: 7 } as const;
  return [
    ["hello", 0, hello],
    ["hello-small-numbers", 0, { ...hello, nonce: 0, boot: 0 }],
    ["hello-of-a-later-version", 0, { ...hello, version: 2, suite: 3 }],
    ["welcome", 0, welcome],
    ["ready", 0, { kind: "ready", device: DEVICE, boot: 0xffffffff }],
    ["ping", SESSION, { kind: "ping", n: 0 }],
    ["ping-255", SESSION, { kind: "ping", n: 255 }],
    ["pong", SESSION, { kind: "pong", n: 0 }],
    ["ping-session-1", 1, { kind: "ping", n: 1 }],
  ];
}

function dataMessages(): [string, number, Message][] {
  const token = (handle: number, seq: number, bytes: Uint8Array): Message => ({
    kind: "token",
    handle,
    seq,
    token: bytes,
  });
  return [
    ["probe", SESSION, { kind: "probe", handle: 0 }],
    ["probe-extended", SESSION, { kind: "probe", handle: 0x1234 }],
    ["token-true", SESSION, token(0, 0, Uint8Array.of(0xf5))],
    ["token-float", SESSION, token(5, 255, TOKEN_20)],
    ["token-text", SESSION, token(62, 17, TEXT)],
    ["token-handle-63", SESSION, token(63, 1, Uint8Array.of(0x18, 0x2a))],
    ["token-handle-65535", SESSION, token(65535, 2, Uint8Array.of(0x20))],
    ["token-192-bytes", SESSION, token(1, 3, toCbor(new Uint8Array(190).fill(0x55)))],
    ["ack", SESSION, { kind: "ack", handle: 0, next: 1, window: 4 }],
    ["ack-closed", SESSION, { kind: "ack", handle: 62, next: 255, window: 0 }],
    ["ack-handle-63", SESSION, { kind: "ack", handle: 63, next: 0, window: 64 }],
    ["ack-handle-256", SESSION, { kind: "ack", handle: 256, next: 128, window: 1 }],
  ];
}

function requests(): [string, number, Message][] {
  const chunk = Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const connections = [
    { kind: "receive", actor: 0, port: 0, handle: 3 },
    { kind: "send", actor: 0, port: 1, handle: 300, length: 8 },
    { kind: "local", from: 0, outport: 2, to: 7, inport: 1 },
    { kind: "local", from: 7, outport: 0, to: 0, inport: 2, length: 2 },
    { kind: "void", actor: 0, port: 3 },
  ] as const;
  const collecting = { kind: "collect-unordered", place: 1 } as const;
  const several = [
    { kind: "send", actor: 1, port: 0, handle: 5, length: 8, routing: { kind: "random", turn: 2 } },
    { kind: "receive", actor: 1, port: 0, handle: 6, collecting },
    { kind: "local", from: 1, outport: 0, to: 2, inport: 1, routing: { kind: "balanced", turn: 0 }, collecting },
  ] as const;
  const keyed: WireConnection[] = [
    {
      kind: "send",
      actor: 1,
      port: 0,
      handle: 5,
      routing: { kind: "dispatch-mapped", turn: 0, selectors: ["a", "ö"] },
    },
    { kind: "receive", actor: 1, port: 0, handle: 6, collecting: { kind: "collect-tagged", place: 0, tag: "t" } },
  ];
  const bodies: [string, number, Uint8Array][] = [
    ["describe", Operation.describe, request.describe()],
    ["inventory", Operation.inventory, request.inventory(0)],
    ["inventory-page", Operation.inventory, request.inventory(12)],
    ["module", Operation.module, request.module(HASH, 200, 0, chunk)],
    ["module-query", Operation.module, request.module(HASH, 32768, 0, new Uint8Array())],
    ["create", Operation.create, request.create(1, HASH, [], [], 0)],
    [
      "create-full",
      Operation.create,
      request.create(8, HASH, [TOKEN_20, undefined, TEXT, undefined], [...connections], CREATE_START),
    ],
    ["start", Operation.start, request.actors([1, 8])],
    ["remove", Operation.remove, request.actors([65535])],
    ["connect", Operation.connect, request.connections([{ kind: "send", actor: 1, port: 0, handle: 1 }])],
    ["disconnect", Operation.disconnect, request.connections([{ kind: "receive", actor: 1, port: 0, handle: 1 }])],
    ["state", Operation.state, request.state(8, 0)],
    ["restore", Operation.restore, request.restore(8, 4, 0, Uint8Array.of(1, 0, 0, 0))],
    ["resume", Operation.resume, request.actors([8])],
    ["stop", Operation.stop, request.actors([8])],
    ["evict", Operation.evict, request.evict(HASH)],
    ["metrics", Operation.metrics, request.metrics()],
    ["metrics-actor", Operation.metrics, request.metrics(8)],
    ["connect-several", Operation.connect, request.connections([...several])],
    ["create-policy", Operation.create, request.create(2, HASH, [], [], 0, { retries: 3, backoff: 500, skips: true })],
    ["connect-keyed", Operation.connect, request.connections(keyed)],
  ];
  return bodies.map(([name, operation, body], i) => [
    `request-${name}`,
    SESSION,
    { kind: "request", id: (i * 85) & 0xff, operation, body },
  ]);
}

function replies(): [string, number, Message][] {
  const limits = [24576, 20000, 192, FRAME_MAX, 16];
  const attributes = { owner: "me", floor: 2, indoor: true, name: "s1" };
  const bodies: [string, number, unknown[]][] = [
    ["describe", Status.ok, ["kappa-1", "native_sim", [32, 40, 48, 49, 50], attributes, limits, "0.1.0", true]],
    ["inventory", Status.ok, [0, [0, 1, HASH, 1, 0], [1, 3, 0, 1, 0, 250], [1, 300, 1, 1, 0, 4], [2, HASH, 200, 200]]],
    ["inventory-more", Status.ok, [1, [0, 1, HASH, 2, 4]]],
    ["module", Status.ok, [200]],
    ["create", Status.ok, [1250]],
    ["start", Status.ok, []],
    ["state", Status.ok, [4, 70000, Uint8Array.of(1, 0, 0, 0)]],
    ["metrics", Status.ok, [20000, 86400000, 1000, 2, 500, 499, 1]],
    ["metrics-actor", Status.ok, [2, 1, 100, 18446744073709551615n, 1250]],
    ["malformed", Status.malformed, []],
    ["unknown", Status.unknown, []],
    ["memory", Status.memory, [812]],
    ["capability", Status.capability, [33]],
    ["trap", Status.trap, [4]],
  ];
  return bodies.map(([name, status, items], i) => [
    `reply-${name}`,
    SESSION,
    { kind: "reply", id: (i * 85) & 0xff, status, items },
  ]);
}

function events(): [string, number, Message][] {
  return [
    ["event-fault", SESSION, { kind: "event", n: 0, event: 1, items: [8, 5, 1] }],
    ["event-log", SESSION, { kind: "event", n: 1, event: 2, items: [8, "on fire"] }],
    ["event-ack", SESSION, { kind: "eventAck", n: 0 }],
  ];
}

/** Bodies that try the corners of COBS; the first byte is no known kind. */
export function goldenBodies(): [name: string, body: Uint8Array][] {
  const run = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i === 0 ? 0x7f : 1 + (i % 255)));
  const zeros = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i === 0 ? 0x7f : 0));
  const broken = run(256);
  broken[254] = 0;
  return [
    ["cobs-one-byte", run(1)],
    ["cobs-zeros", zeros(8)],
    ["cobs-all-zero", new Uint8Array(4)],
    ["cobs-254-with-crc", run(251)],
    ["cobs-255-with-crc", run(252)],
    ["cobs-run-253", run(253)],
    ["cobs-run-254", run(254)],
    ["cobs-run-255", run(255)],
    ["cobs-run-256", run(256)],
    ["cobs-zero-after-254", broken],
    ["cobs-zeros-256", zeros(256)],
    ["cobs-zero-last", Uint8Array.of(0x7f, 1, 2, 0)],
  ];
}

/** Wires that a receiver drops. */
function badFrames(): [name: string, session: number, wire: Uint8Array][] {
  const body = encodeMessage({ kind: "ack", handle: 0, next: 1, window: 4 });
  const good = encodeFrame(body, SESSION);
  const flipped = good.slice();
  flipped[2]! ^= 0x40;
  const overrun = good.slice();
  overrun[0] = 0x20;
  const long = new Uint8Array(FRAME_MAX + 1).fill(0x7f);
  return [
    ["bit-flipped", SESSION, flipped],
    ["of-another-session", SESSION ^ 1, good],
    ["of-no-session", 0, good],
    ["cobs-runs-over", SESSION, overrun],
    ["cut-short", SESSION, Uint8Array.of(...good.subarray(0, 4), 0)],
    ["crc-only", SESSION, Uint8Array.of(4, 1, 2, 3, 0)],
    ["body-empty", SESSION, encodeFrame(new Uint8Array(), SESSION)],
    ["one-byte", SESSION, Uint8Array.of(1, 0)],
    ["longer-than-256", SESSION, encodeFrame(long, SESSION)],
    ["endless", SESSION, Uint8Array.from({ length: 400 }, (_, i) => (i === 399 ? 0 : 0xff))],
  ];
}

/** The text of test/vectors/frames.txt. */
export function goldenText(): string {
  const six = (session: number): string => session.toString(16).padStart(6, "0");
  const frame = (name: string, session: number, body: Uint8Array): string =>
    `frame ${name} ${six(session)} ${hex(body)} ${hex(encodeFrame(body, session))}`;
  return [
    "# Golden frames of the link protocol (docs/link-protocol.md), read by the tests of both implementations.",
    "# Made by test/unit/link/golden.ts. All numbers are hexadecimal.",
    "#",
    "# frame <name> <session> <body> <wire>   body and wire are two forms of the same frame",
    "# bad <name> <session> <wire>            a receiver that takes bodies of at most 256 bytes drops the wire",
    "",
    ...goldenMessages().map(([name, session, message]) => frame(name, session, encodeMessage(message))),
    "",
    "# No messages: bodies at the corners of COBS.",
    ...goldenBodies().map(([name, body]) => frame(name, SESSION, body)),
    "",
    ...badFrames().map(([name, session, wire]) => `bad ${name} ${six(session)} ${hex(wire)}`),
    "",
  ].join("\n");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) process.stdout.write(goldenText());
