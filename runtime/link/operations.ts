import type { Collecting, FaultPolicy, Routing } from "../host.js";
import { COLLECTINGS } from "../port/collector.js";
import { ROUTINGS } from "../port/router.js";
import { arrayOf, bytes, MessageError, toCbor, u8, u16, u32, uint } from "./messages.js";

/** The requests and replies of docs/link-protocol.md section 4, and the events of section 5. */

export const Operation = {
  describe: 1,
  inventory: 2,
  module: 3,
  create: 4,
  start: 5,
  remove: 6,
  connect: 7,
  disconnect: 8,
  state: 9,
  restore: 10,
  resume: 11,
  stop: 12,
  evict: 13,
  metrics: 14,
} as const;

export type OperationName = keyof typeof Operation;

export const Status = {
  ok: 0,
  malformed: 1,
  unknown: 2,
  exists: 3,
  hash: 4,
  memory: 5,
  module: 6,
  abi: 7,
  capability: 8,
  argument: 9,
  port: 10,
  limit: 11,
  state: 12,
  trap: 13,
} as const;

export const EventKind = { fault: 1, log: 2 } as const;

/** CREATE's flag that starts the actor at once. */
export const CREATE_START = 1;

/** In CREATE's connections, the actor that is being made. */
export const NEW_ACTOR = 0;

const UNDEFINED = Uint8Array.of(0xf7);

/** What a connection says beside its ends; nothing, when it is a usual one of 4 tokens. */
export interface Manner {
  length?: number;
  routing?: Routing;
  collecting?: Collecting;
}

/** One connection of CREATE, CONNECT and DISCONNECT; actors by handle. */
export type WireConnection =
  | ({ kind: "send"; actor: number; port: number; handle: number } & Omit<Manner, "collecting">)
  | ({ kind: "receive"; actor: number; port: number; handle: number } & Omit<Manner, "routing">)
  | ({ kind: "local"; from: number; outport: number; to: number; inport: number } & Manner)
  | { kind: "void"; actor: number; port: number };

export function encodeConnection(connection: WireConnection): Uint8Array {
  const { length } = connection as Manner;
  switch (connection.kind) {
    case "send": {
      const [routing, turn, selectors] = routingOf(connection);
      return optional([0, connection.actor, connection.port, connection.handle], [length, routing, turn, selectors]);
    }
    case "receive": {
      const [collecting, place, tag] = collectingOf(connection);
      return optional([1, connection.actor, connection.port, connection.handle], [length, collecting, place, tag]);
    }
    case "local": {
      const [routing, turn, selectors] = routingOf(connection);
      const [collecting, place, tag] = collectingOf(connection);
      const manner = [length, routing, turn, collecting, place, tag ?? (selectors ? null : undefined), selectors];
      return optional([2, connection.from, connection.outport, connection.to, connection.inport], manner);
    }
    case "void":
      return toCbor([3, connection.actor, connection.port]);
  }
}

/** An array with elements at its end that are left out while they and all behind them are zero or not given. */
function optional(first: number[], last: (number | string | string[] | null | undefined)[]): Uint8Array {
  const end = last.findLastIndex((element) => element !== undefined && element !== 0) + 1;
  return toCbor([...first, ...last.slice(0, end).map((element) => (element === undefined ? 0 : element))]);
}

const routingOf = ({ routing }: Manner): [number, number, string[] | undefined] =>
  routing ? [1 + ROUTINGS.indexOf(routing.kind), routing.turn, routing.selectors] : [0, 0, undefined];

const collectingOf = ({ collecting }: Manner): [number, number, string | undefined] =>
  collecting ? [1 + COLLECTINGS.indexOf(collecting.kind), collecting.place, collecting.tag] : [0, 0, undefined];

/** The CBOR arrays that requests carry. Arguments are tokens; undefined leaves the default. */
export const request = {
  describe: (): Uint8Array => toCbor([]),
  inventory: (from: number): Uint8Array => toCbor([from]),
  module: (hash: Uint8Array, total: number, offset: number, chunk: Uint8Array): Uint8Array =>
    toCbor([hash, total, offset, chunk]),
  create: (
    actor: number,
    hash: Uint8Array,
    args: (Uint8Array | undefined)[],
    connections: WireConnection[],
    flags: number,
    policy?: FaultPolicy,
  ): Uint8Array =>
    arrayOf([
      toCbor(actor),
      toCbor(hash),
      arrayOf(trimmed(args).map((arg) => arg ?? UNDEFINED)),
      arrayOf(connections.map(encodeConnection)),
      toCbor(flags),
      ...(policy ? [toCbor([policy.retries, policy.backoff, Number(policy.skips)])] : []),
    ]),
  /** START, REMOVE, RESUME and STOP. */
  actors: (actors: number[]): Uint8Array => toCbor(actors),
  /** CONNECT and DISCONNECT. */
  connections: (connections: WireConnection[]): Uint8Array => arrayOf(connections.map(encodeConnection)),
  state: (actor: number, offset: number): Uint8Array => toCbor([actor, offset]),
  restore: (actor: number, total: number, offset: number, page: Uint8Array): Uint8Array =>
    toCbor([actor, total, offset, page]),
  evict: (hash: Uint8Array): Uint8Array => toCbor([hash]),
  metrics: (actor?: number): Uint8Array => toCbor(actor === undefined ? [] : [actor]),
};

/** Without the undefined at the end, which the device takes as not given. */
function trimmed<T>(list: (T | undefined)[]): (T | undefined)[] {
  let length = list.length;
  while (length > 0 && list[length - 1] === undefined) length--;
  return list.slice(0, length);
}

/** What DESCRIBE says of a device; sizes in bytes. */
export interface Description {
  name: string;
  board: string;
  capabilities: number[];
  attributes: Record<string, unknown>;
  heap: number;
  free: number;
  tokenMax: number;
  frameMax: number;
  actorsMax: number;
  firmware: string;
  simulated: boolean;
}

export function parseDescription(items: unknown[]): Description {
  const [name, board, capabilities, attributes, limits, firmware, simulated] = items;
  const [heap, free, tokenMax, frameMax, actorsMax] = list(limits);
  return {
    name: text(name),
    board: text(board),
    capabilities: list(capabilities).map(u16),
    attributes: map(attributes),
    heap: u32(heap),
    free: u32(free),
    tokenMax: u16(tokenMax),
    frameMax: u16(frameMax),
    actorsMax: u16(actorsMax),
    firmware: text(firmware),
    simulated: simulated === true || simulated === 1,
  };
}

/** An item of INVENTORY. `seq` is the next expected of a receiving and the oldest unacknowledged of a sending end. */
export type InventoryItem =
  | { kind: "actor"; actor: number; hash: Uint8Array; status: number; fault: number }
  | { kind: "connection"; handle: number; role: "receiving" | "sending"; actor: number; port: number; seq: number }
  | { kind: "module"; hash: Uint8Array; total: number; have: number };

/** A page of INVENTORY; `next` = 0 says that it was the last. */
export function parseInventory(items: unknown[]): { next: number; items: InventoryItem[] } {
  return { next: u16(items[0]), items: items.slice(1).map((item) => parseItem(list(item))) };
}

function parseItem([kind, a, b, c, d, e]: unknown[]): InventoryItem {
  switch (kind) {
    case 0:
      return { kind: "actor", actor: u16(a), hash: bytes(b, 16), status: u8(c), fault: u8(d) };
    case 1: {
      const role = uint(b, 1) === 0 ? "receiving" : "sending";
      return { kind: "connection", handle: u16(a), role, actor: u16(c), port: u8(d), seq: u8(e) };
    }
    case 2:
      return { kind: "module", hash: bytes(a, 16), total: u32(b), have: u32(c) };
    default:
      throw new MessageError(`an inventory item of kind ${String(kind)}`);
  }
}

/** METRICS of an actor. */
export interface ActorMetrics {
  status: number;
  fault: number;
  firings: number;
  fuel: bigint;
  ram: number;
}

export function parseActorMetrics([status, fault, firings, fuel, ram]: unknown[]): ActorMetrics {
  return { status: u8(status), fault: u8(fault), firings: count(firings), fuel: BigInt(count(fuel)), ram: u32(ram) };
}

/** METRICS of a device; `free` in bytes, `uptime` in milliseconds. */
export interface DeviceMetrics {
  free: number;
  uptime: number;
  framesIn: number;
  framesBad: number;
  tokensIn: number;
  tokensOut: number;
  resent: number;
}

export function parseDeviceMetrics(items: unknown[]): DeviceMetrics {
  const [free, uptime, framesIn, framesBad, tokensIn, tokensOut, resent] = items.map(count) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { free, uptime, framesIn, framesBad, tokensIn, tokensOut, resent };
}

/** A counter of up to 64 bits. */
function count(value: unknown): number {
  if (typeof value === "bigint" && value >= 0n) return Number(value);
  return uint(value, Number.MAX_SAFE_INTEGER);
}

export function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new MessageError("not an array");
  return value;
}

export function text(value: unknown): string {
  if (typeof value !== "string") throw new MessageError("not a text");
  return value;
}

function map(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array)
    throw new MessageError("not a map");
  return value as Record<string, unknown>;
}

/** The bytes that a request or a reply adds to its CBOR array. */
export const REQUEST_HEAD = 3;
