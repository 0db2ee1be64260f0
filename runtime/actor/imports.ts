import { abiImport, FIRST_CAPABILITY } from "../../compiler/actor/capabilities.js";
import {
  checkToken,
  decodeToken,
  elementSize,
  encodeToken,
  isScalar,
  ReservedToken,
  TokenError,
} from "../../compiler/actor/token.js";
import { TypeCode } from "../../compiler/actor/types.js";
import type { Inlet } from "../port/queue.js";
import {
  BARE_EXCEPTION,
  END,
  Encoded,
  encodedSize,
  encodeValue,
  kindOf,
  packedFromBytes,
  type Value,
} from "../port/value.js";
import type { Capability } from "./capabilities.js";
import type { Instance } from "./instance.js";
import { Trap } from "./trap.js";

/** The import object of an instance, with what its module imports. */
export function makeImports(
  instance: Instance,
  numbers: number[],
  capabilities: Record<string, Capability>,
): Record<string, Record<string, unknown>> {
  const functions: Record<string, unknown> = {};
  for (const number of numbers) {
    functions[number] =
      number < FIRST_CAPABILITY
        ? CORE[number]!(instance)
        : capability(instance, capabilities[abiImport(number)!.name]!);
  }
  return { k: functions };
}

/** Added to an inport's number. */
const REASON = 64;

/** The imports that are always there, by number; each bound to an instance. */
const CORE: Record<number, (instance: Instance) => (...args: never[]) => unknown> = {
  1: (instance) => (port: number, value: number) => {
    const type = claim(instance, port, 1);
    instance.staged[port] = type === TypeCode.i32 ? value : narrowed(value, type);
  },
  2: (instance) => (port: number, value: bigint) => {
    const type = claim(instance, port, 2);
    instance.staged[port] = type === TypeCode.u64 ? BigInt.asUintN(64, value) : value;
  },
  3: (instance) => (port: number, value: number) => {
    claim(instance, port, 3);
    instance.staged[port] = value;
  },
  4: (instance) => (port: number, value: number) => {
    claim(instance, port, 4);
    instance.staged[port] = value;
  },
  5: (instance) => (port: number, ptr: number, units: number) => {
    stage(instance, port, claim(instance, port, 5), wellFormed(instance.text(ptr, units)));
  },
  6: (instance) => (port: number, ptr: number, length: number) => {
    const type = claim(instance, port, 6);
    const bytes = instance.range(ptr, length).slice();
    stage(instance, port, type, type === TypeCode.any ? opaque(bytes) : bytes);
  },
  7: (instance) => (port: number, ptr: number, count: number) => {
    const type = claim(instance, port, 7);
    const width = elementSize(type - TypeCode.array);
    stage(instance, port, type, packedFromBytes(instance.range(ptr, (count >>> 0) * width), type));
  },
  8: (instance) => (outport: number, inport: number) => pass(instance, outport, inport),
  9: (instance) => (inport: number) => sizeOf(subject(instance, inport)),
  10: (instance) => (inport: number, ptr: number) => write(instance, subject(instance, inport), ptr),
  11: (instance) => (port: number) => signal(instance, port, END),
  12: (instance) => (port: number, ptr: number, units: number) => {
    const reason = wellFormed(instance.text(ptr, units));
    const scalar = isScalar(instance.outTypes[port] ?? TypeCode.any);
    signal(instance, port, scalar ? BARE_EXCEPTION : new Encoded(encodeToken(new ReservedToken(reason), TypeCode.any)));
  },
  13: (instance) => (inport: number) => kindOf(head(instance, inport).first()),
};

/** Takes the right to send on a port in this firing; returns its type. Traps `port`. */
function claim(instance: Instance, port: number, sender: number): number {
  const bit = port >= 0 && port < 32 ? 1 << port : 0;
  if ((instance.open & bit) === 0 || instance.senders[port] !== sender) throw new Trap("port");
  instance.open &= ~bit;
  return instance.outTypes[port]!;
}

/** A 32-bit integer modulo a smaller type, or unsigned. */
function narrowed(value: number, type: number): number {
  switch (type) {
    case TypeCode.bool:
      return value === 0 ? 0 : 1;
    case TypeCode.u32:
      return value >>> 0;
    case TypeCode.u8:
      return value & 0xff;
    case TypeCode.i8:
      return (value << 24) >> 24;
    case TypeCode.u16:
      return value & 0xffff;
    default:
      return (value << 16) >> 16;
  }
}

/** Stages a token whose size varies. Traps `size`; `token` when it is to be routed by what it is, and goes nowhere. */
function stage(instance: Instance, port: number, type: number, value: Value): void {
  const limit = instance.limits[port]!;
  if (instance.routers[port]?.accepts(value) === false) throw new Trap("token");
  if (encodedSize(value, type, limit) > limit) throw new Trap("size");
  instance.staged[port] = value;
}

/** An encoded token that an actor made or kept. Traps `token` when it is none. */
function opaque(bytes: Uint8Array): Encoded {
  try {
    checkToken(bytes);
  } catch (error) {
    if (error instanceof TokenError) throw new Trap("token", { cause: error });
    throw error;
  }
  return new Encoded(bytes);
}

/** Stages what is no value. Traps `port`, `size`. */
function signal(instance: Instance, port: number, token: Encoded): void {
  claim(instance, port, instance.senders[port] ?? 0);
  stage(instance, port, TypeCode.any, token);
}

/** Where an inport that this firing consumes takes its token from. Traps `port`. */
function head(instance: Instance, inport: number): Inlet {
  const inlet = inport >= 0 && inport < 32 && (instance.inmask >>> inport) & 1 ? instance.inlets[inport] : undefined;
  if (!inlet) throw new Trap("port");
  return inlet;
}

/** Forwards the token on an inport as it came. */
function pass(instance: Instance, outport: number, inport: number): void {
  const queue = head(instance, inport);
  const type = instance.outTypes[outport];
  if (type === undefined) throw new Trap("port");
  if (type !== TypeCode.any && type !== instance.inTypes[inport]) throw new Trap("port");
  claim(instance, outport, instance.senders[outport]!);
  const value = carried(queue.first(), instance.inTypes[inport]!);
  const same = queue.type === type || value instanceof Encoded;
  stage(instance, outport, queue.type, same ? value : new Encoded(encodeValue(value, queue.type)));
}

/** A token as a port of a type carries it: a scalar one drops the reason of an exception. */
function carried(value: Value, type: number): Value {
  return isScalar(type) && kindOf(value) === 2 ? BARE_EXCEPTION : value;
}

/** What `size` and `read` take: what `taken` gives, or with 64 added to an inport's number the reason of the exception there. */
function subject(instance: Instance, inport: number): Value {
  if (inport < REASON || inport >= 2 * REASON) return taken(instance, inport);
  const token = carried(head(instance, inport - REASON).first(), instance.inTypes[inport - REASON]!);
  if (kindOf(token) !== 2) return "";
  return (decodeToken((token as Encoded).bytes, TypeCode.any) as ReservedToken).exception ?? "";
}

/** The text, bytes, array or opaque token on an inport or argument. Traps `port`. */
function taken(instance: Instance, inport: number): Value {
  const value = instance.inputs[inport];
  if (value === undefined) throw new Trap("port");
  return value;
}

function sizeOf(value: Value): number {
  return value instanceof Encoded ? value.bytes.length : (value as string | Uint8Array).length;
}

/** Writes what `sizeOf` counts to memory. Traps `memory`. */
function write(instance: Instance, value: Value, ptr: number): void {
  if (typeof value === "string") {
    instance.range(ptr, 2 * value.length);
    instance.buffer.write(value, ptr >>> 0, "utf16le");
    return;
  }
  const packed = value instanceof Encoded ? value.bytes : (value as Uint8Array);
  instance.range(ptr, packed.byteLength).set(new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength));
}

/** Text with U+FFFD for every lone surrogate. */
function wellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed();
}

function capability(instance: Instance, implementation: Capability): (...args: number[]) => unknown {
  return (...args) => {
    try {
      return implementation(instance, ...args);
    } catch (error) {
      throw error instanceof Trap ? error : new Trap("capability", { cause: error });
    }
  };
}
