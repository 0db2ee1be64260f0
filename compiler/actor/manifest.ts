import { CborError, CborReader, CborWriter, Major } from "./cbor.js";
import { encodeToken, isPortType, isScalar, readToken, TokenError } from "./token.js";
import { type Action, type ActorDoc, type Argument, type Global, type Manifest, type Port, TypeCode } from "./types.js";

/** The ABI version of this compiler (docs/module-abi.md). */
export const ABI_VERSION = 1;

/** Why a manifest cannot be used. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";

  constructor(
    readonly code: "ABI_VERSION" | "MANIFEST",
    message: string,
  ) {
    super(message);
  }
}

/** The content of the custom section `kappa`. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const elements = [
    new CborWriter().int(manifest.abi).finish(),
    new CborWriter().text(manifest.name).finish(),
    encodePorts(manifest.inports),
    encodePorts(manifest.outports),
    encodeActions(manifest.actions),
    encodePorts(manifest.globals),
    encodeArguments(manifest.args),
    encodeNumbers([manifest.memory, manifest.slots, manifest.fuel]),
    encodeRoles(manifest.roles),
  ];
  while (elements.at(-1)?.[0] === 0x80) elements.pop();
  const writer = new CborWriter(256).array(elements.length);
  for (const element of elements) writer.raw(element);
  return writer.finish();
}

/** Reads the content of the custom section `kappa`. Throws ManifestError. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  try {
    return readManifest(new CborReader(bytes));
  } catch (error) {
    if (error instanceof CborError || error instanceof TokenError) throw new ManifestError("MANIFEST", error.message);
    throw error;
  }
}

/** The content of the custom section `kappa.doc`. */
export function encodeDoc(doc: ActorDoc): Uint8Array {
  return encodeToken(
    { ...doc, actions: doc.actions.map(({ name, doc: text }) => ({ name, doc: text })) },
    TypeCode.any,
  );
}

/** Reads the content of the custom section `kappa.doc`; undefined when it is not as expected. */
export function decodeDoc(bytes: Uint8Array): ActorDoc | undefined {
  try {
    const reader = new CborReader(bytes);
    const value = readToken(reader, TypeCode.any);
    reader.end();
    return isDoc(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDoc(value: unknown): value is ActorDoc {
  if (typeof value !== "object" || value === null) return false;
  const { doc, actions, ports, args } = value as Record<string, unknown>;
  return (
    typeof doc === "string" &&
    Array.isArray(actions) &&
    actions.every((action) => typeof action?.name === "string" && typeof action?.doc === "string") &&
    [ports, args].every(
      (map) => typeof map === "object" && map !== null && Object.values(map).every((text) => typeof text === "string"),
    )
  );
}

function encodePorts(ports: readonly { name: string | null; type: number }[]): Uint8Array {
  const writer = new CborWriter().array(2 * ports.length);
  for (const { name, type } of ports) (name === null ? writer.null() : writer.text(name)).int(type);
  return writer.finish();
}

function encodeActions(actions: readonly Action[]): Uint8Array {
  const writer = new CborWriter().array(actions.length);
  for (const { inmask, outmask, guard, every, handler } of actions)
    writer.raw(encodeNumbers([inmask, outmask, guard, every, handler ? 1 : 0]));
  return writer.finish();
}

function encodeArguments(args: readonly Argument[]): Uint8Array {
  const writer = new CborWriter().array(args.length);
  for (const { name, type, required, global, default: token } of args) {
    if (global !== undefined) writer.int(required ? -1 - global : global);
    else {
      writer
        .array(token ? 3 : 2)
        .text(name)
        .int(type);
      if (token) writer.raw(token);
    }
  }
  return writer.finish();
}

function encodeRoles(roles: Manifest["roles"]): Uint8Array {
  return encodeNumbers(
    [roles.init, roles.construct, roles.start, roles.collect, roles.stop].map((index) => (index ?? -1) + 1),
  );
}

/** An array of numbers without trailing zeros. */
function encodeNumbers(numbers: readonly number[]): Uint8Array {
  const end = numbers.findLastIndex((number) => number !== 0) + 1;
  const writer = new CborWriter().array(end);
  for (const number of numbers.slice(0, end)) writer.int(number);
  return writer.finish();
}

function readManifest(reader: CborReader): Manifest {
  let left = reader.array();
  const next = <T>(read: (reader: CborReader) => T, absent: T): T => (left-- > 0 ? read(reader) : absent);
  const abi = next((r) => r.uint(), 0);
  if (abi !== ABI_VERSION) throw new ManifestError("ABI_VERSION", `ABI version ${abi} instead of ${ABI_VERSION}`);
  const name = next((r) => r.text(), "");
  const inports = next(readPorts, []);
  const outports = next(readPorts, []);
  const actions = next(readActions, []);
  const globals = next(readGlobals, []);
  const args = next((r) => readArguments(r, globals), []);
  const [memory, slots, fuel] = next((r) => readNumbers(r, 3), [0, 0, 0]) as [number, number, number];
  const roles = next(readRoles, {});
  if (left > 0) throw new ManifestError("MANIFEST", `${left} elements too many`);
  reader.end();
  return { abi, name, inports, outports, actions, globals, args, memory, slots, fuel, roles };
}

function readPairs(reader: CborReader): number {
  const count = reader.array();
  if (count % 2 !== 0) throw new ManifestError("MANIFEST", "a name without a type");
  return count / 2;
}

function readPorts(reader: CborReader): Port[] {
  return Array.from({ length: readPairs(reader) }, () => ({ name: reader.text(), type: readPortType(reader) }));
}

function readGlobals(reader: CborReader): Global[] {
  return Array.from({ length: readPairs(reader) }, () => {
    const name = readName(reader);
    const type = reader.uint();
    const known = isPortType(type) || type === TypeCode.object || isScalar(type - TypeCode.staticArray);
    if (!known) throw new ManifestError("MANIFEST", `type ${type} of a global is unknown`);
    return { name, type };
  });
}

function readName(reader: CborReader): string | null {
  if (reader.peek() !== 0xf6) return reader.text();
  reader.simple();
  return null;
}

function readPortType(reader: CborReader): number {
  const type = reader.uint();
  if (!isPortType(type)) throw new ManifestError("MANIFEST", `type ${type} is no type of a port`);
  return type;
}

function readActions(reader: CborReader): Action[] {
  return Array.from({ length: reader.array() }, () => {
    const [inmask, outmask, guard, every, handler] = readNumbers(reader, 5) as [number, number, number, number, number];
    if (handler > 1 || (handler === 1 && (every !== 0 || inmask === 0))) {
      throw new ManifestError("MANIFEST", "a handler is marked by 1, has an inport and is not timed");
    }
    return { inmask, outmask, guard, every, ...(handler === 1 && { handler: true as const }) };
  });
}

function readArguments(reader: CborReader, globals: readonly Global[]): Argument[] {
  return Array.from({ length: reader.array() }, () => {
    if (reader.major() === Major.array) return readConstructArgument(reader);
    const number = Number(reader.int());
    const index = number < 0 ? -1 - number : number;
    const global = globals[index];
    if (!global || global.name === null || !isScalar(global.type)) {
      throw new ManifestError("MANIFEST", `argument for global ${index}, which is no scalar field`);
    }
    return { name: global.name, type: global.type, required: number < 0, global: index };
  });
}

function readConstructArgument(reader: CborReader): Argument {
  const count = reader.array();
  if (count < 2 || count > 3) throw new ManifestError("MANIFEST", "an argument is no [name, type, default]");
  const name = reader.text();
  const type = readPortType(reader);
  if (count === 2) return { name, type, required: true };
  const start = reader.position;
  readToken(reader, type);
  return { name, type, required: false, default: reader.since(start).slice() };
}

function readRoles(reader: CborReader): Manifest["roles"] {
  const [init, construct, start, collect, stop] = readNumbers(reader, 5);
  return {
    ...(init ? { init: init - 1 } : {}),
    ...(construct ? { construct: construct - 1 } : {}),
    ...(start ? { start: start - 1 } : {}),
    ...(collect ? { collect: collect - 1 } : {}),
    ...(stop ? { stop: stop - 1 } : {}),
  };
}

/** An array of at most `count` unsigned numbers below 2^32, filled up with zeros. */
function readNumbers(reader: CborReader, count: number): number[] {
  const given = reader.array();
  if (given > count) throw new ManifestError("MANIFEST", `${given} numbers where at most ${count} belong`);
  const numbers = Array.from({ length: given }, () => reader.uint());
  if (numbers.at(-1) === 0) throw new ManifestError("MANIFEST", "a trailing zero");
  if (numbers.some((number) => number > 0xffffffff)) throw new ManifestError("MANIFEST", "a number above 2^32");
  return [...numbers, ...Array<number>(count - given).fill(0)];
}
