import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { compileActor } from "../../../compiler/actor/index.js";
import { decodeToken, elementSize, encodeToken, type TokenValue } from "../../../compiler/actor/token.js";
import { type Module, TypeCode } from "../../../compiler/actor/types.js";

/** Compiles `actors/std/Counter.ts` and the like. */
export function compileFile(file: string): Promise<Module> {
  return compileActor(readFileSync(file, "utf8"), { file });
}

/** Compiles a text; `import { action, type In, type Out, type Token, memory } from "kappa";` comes before it on the same line. */
export function compileText(text: string): Promise<Module> {
  return compileActor(PRELUDE + text, { file: "test.ts" });
}

export const PRELUDE = 'import { action, type In, type Out, type Token, memory } from "kappa"; ';

type Values = Record<string, TokenValue>;

/**
 * Runs a module as bare as can be: the functions as they are, imports that answer from a table, no fuel, no atomicity. What
 * the compiler made is tested here, apart from the runtime.
 */
export class Machine {
  readonly memory: DataView;
  /** Answers of capabilities by ABI number. */
  readonly answers = new Map<number, () => number | bigint>();
  /** Calls of capabilities. */
  readonly calls: { number: number; args: (number | bigint)[] }[] = [];
  private readonly functions: ((...args: unknown[]) => unknown)[];
  private readonly globals: { value: number | bigint }[];
  private sent: Values = {};
  private taken: TokenValue[] = [];

  constructor(
    readonly module: Module,
    args: TokenValue[] = [],
  ) {
    const binary = withExports(module.bytes);
    const compiled = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>);
    const { exports } = new WebAssembly.Instance(compiled, { k: this.imports() });
    const names = Object.keys(exports);
    const all = Object.values(exports);
    this.functions = all.filter((item) => typeof item === "function") as typeof this.functions;
    this.globals = all.filter((_, i) => names[i]?.startsWith("global")) as typeof this.globals;
    this.memory = new DataView((exports.memory as { buffer: ArrayBuffer } | undefined)?.buffer ?? new ArrayBuffer(0));
    this.create(args);
  }

  /** Fires an action by number with values for its inports; what it sent. Throws what it traps with. */
  fire(action: number, inputs: Values = {}): Values {
    const { inports, actions } = this.module.manifest;
    this.sent = {};
    this.taken = inports.map(({ name }) => inputs[name] ?? null);
    const slots = inports.flatMap(({ name, type }, p) =>
      (actions[action]!.inmask >>> p) & 1 && isSlot(type) ? [parameter(inputs[name] ?? 0)] : [],
    );
    this.functions[action]!(...slots);
    return this.sent;
  }

  start(): void {
    this.functions[this.module.manifest.roles.start!]!();
  }

  collect(): void {
    const { collect } = this.module.manifest.roles;
    if (collect !== undefined) this.functions[collect]!();
  }

  /** Value of a field as its global holds it. */
  field(name: string): number | bigint {
    return this.globals[this.module.manifest.globals.findIndex((g) => g.name === name)]!.value;
  }

  /** Whether an action's guard holds. */
  isEnabled(action: number): boolean {
    const { guard } = this.module.manifest.actions[action]!;
    if (guard === 0) return true;
    return guard % 2 === 1 ? this.globals[(guard - 1) / 2]!.value !== 0 : this.functions[guard / 2 - 1]!() !== 0;
  }

  /** Bytes of the heap that hold blocks. */
  get used(): number {
    return this.memory.getUint32(0, true);
  }

  private create(values: TokenValue[]): void {
    const { args, inports, roles } = this.module.manifest;
    if (roles.init !== undefined) this.functions[roles.init]!();
    const given = args.map((arg, i) => values[i] ?? (arg.default ? decodeToken(arg.default, arg.type) : undefined));
    args.forEach(({ global }, i) => {
      if (global !== undefined && given[i] !== undefined) this.globals[global]!.value = parameter(given[i]);
    });
    this.taken = [...inports.map(() => null), ...given.map((value) => value ?? null)];
    const slots = args.flatMap((arg, i) =>
      arg.global === undefined && isSlot(arg.type) ? [parameter(given[i]!)] : [],
    );
    if (roles.construct !== undefined) this.functions[roles.construct]!(...slots);
  }

  private typeOf(port: number): number {
    const { inports, args } = this.module.manifest;
    return (inports[port] ?? args[port - inports.length]!).type;
  }

  private imports(): Record<string, (...args: never[]) => unknown> {
    const put = (port: number, value: TokenValue) => {
      const { name } = this.module.manifest.outports[port]!;
      if (name in this.sent) throw new Error(`second send on ${name}`);
      this.sent[name] = value;
    };
    const imports: Record<string, (...args: never[]) => unknown> = {
      1: (port: number, value: number) => put(port, narrow(value, this.module.manifest.outports[port]!.type)),
      2: (port: number, value: bigint) =>
        put(port, this.module.manifest.outports[port]!.type === TypeCode.u64 ? BigInt.asUintN(64, value) : value),
      3: put,
      4: put,
      5: (port: number, ptr: number, units: number) => put(port, this.text(ptr, units)),
      6: (port: number, ptr: number, length: number) => put(port, this.bytes(ptr, length)),
      7: (port: number, ptr: number, count: number) =>
        put(port, this.array(ptr, count, this.module.manifest.outports[port]!.type)),
      8: (outport: number, inport: number) => put(outport, this.taken[inport]!),
      9: (port: number) => this.encoded(port).count,
      10: (port: number, ptr: number) => {
        this.encoded(port).bytes.forEach((byte, i) => {
          this.memory.setUint8(ptr + i, byte);
        });
      },
    };
    for (const number of [32, 33, 40, 41, 42, 48, 49, 50]) {
      imports[number] = (...args: (number | bigint)[]) => {
        this.calls.push({ number, args });
        return this.answers.get(number)?.() ?? (number === 48 ? 0n : 0);
      };
    }
    return imports;
  }

  /** Text at an address, in UTF-16 code units. */
  text(ptr: number, units: number): string {
    return String.fromCharCode(...Array.from({ length: units }, (_, i) => this.memory.getUint16(ptr + 2 * i, true)));
  }

  private bytes(ptr: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer.slice(ptr, ptr + length));
  }

  private array(ptr: number, count: number, type: number): TokenValue[] {
    const element = type - TypeCode.array;
    return Array.from({ length: count }, (_, i) => load(this.memory, ptr + i * elementSize(element), element));
  }

  /** What `read` writes of the token on a port, and what `size` says of it. */
  private encoded(port: number): { bytes: Uint8Array; count: number } {
    const value = this.taken[port]!;
    const type = this.typeOf(port);
    if (type === TypeCode.text) {
      const text = value as string;
      const bytes = new Uint8Array(2 * text.length);
      for (let i = 0; i < text.length; i++) new DataView(bytes.buffer).setUint16(2 * i, text.charCodeAt(i), true);
      return { bytes, count: text.length };
    }
    if (type === TypeCode.bytes) return { bytes: value as Uint8Array, count: (value as Uint8Array).length };
    if (type === TypeCode.any) {
      const bytes = encodeToken(value, TypeCode.any);
      return { bytes, count: bytes.length };
    }
    const items = value as TokenValue[];
    const element = type - TypeCode.array;
    const view = new DataView(new ArrayBuffer(items.length * elementSize(element)));
    items.forEach((item, i) => {
      store(view, i * elementSize(element), element, parameter(item));
    });
    return { bytes: new Uint8Array(view.buffer), count: items.length };
  }
}

/** The module with its memory and mutable globals exported, which changes no code. */
function withExports(bytes: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(bytes);
  if (module.hasMemory()) module.addMemoryExport("0", "memory");
  for (let i = 0; i < module.getNumGlobals(); i++) {
    const { name, mutable } = binaryen.getGlobalInfo(module.getGlobalByIndex(i));
    if (mutable) module.addGlobalExport(name, `global${i}`);
  }
  const binary = module.emitBinary();
  module.dispose();
  return binary;
}

function isSlot(type: number): boolean {
  return type >= TypeCode.bool && type <= TypeCode.u16;
}

function parameter(value: TokenValue): number | bigint {
  return typeof value === "bigint" ? value : Number(value);
}

function narrow(value: number, type: number): TokenValue {
  if (type === TypeCode.bool) return value !== 0;
  if (type === TypeCode.u32) return value >>> 0;
  if (type === TypeCode.i8) return (value << 24) >> 24;
  if (type === TypeCode.u8) return value & 0xff;
  if (type === TypeCode.i16) return (value << 16) >> 16;
  if (type === TypeCode.u16) return value & 0xffff;
  return value;
}

type Access = [load: (v: DataView, at: number) => TokenValue, store: (v: DataView, at: number, x: never) => void];

const ACCESS: Record<number, Access> = {
  [TypeCode.bool]: [(v, at) => v.getUint8(at) !== 0, (v, at, x) => v.setUint8(at, x)],
  [TypeCode.i8]: [(v, at) => v.getInt8(at), (v, at, x) => v.setInt8(at, x)],
  [TypeCode.u8]: [(v, at) => v.getUint8(at), (v, at, x) => v.setUint8(at, x)],
  [TypeCode.i16]: [(v, at) => v.getInt16(at, true), (v, at, x) => v.setInt16(at, x, true)],
  [TypeCode.u16]: [(v, at) => v.getUint16(at, true), (v, at, x) => v.setUint16(at, x, true)],
  [TypeCode.i32]: [(v, at) => v.getInt32(at, true), (v, at, x) => v.setInt32(at, x, true)],
  [TypeCode.u32]: [(v, at) => v.getUint32(at, true), (v, at, x) => v.setUint32(at, x, true)],
  [TypeCode.i64]: [(v, at) => v.getBigInt64(at, true), (v, at, x) => v.setBigInt64(at, x, true)],
  [TypeCode.u64]: [(v, at) => v.getBigUint64(at, true), (v, at, x) => v.setBigUint64(at, x, true)],
  [TypeCode.f32]: [(v, at) => v.getFloat32(at, true), (v, at, x) => v.setFloat32(at, x, true)],
  [TypeCode.f64]: [(v, at) => v.getFloat64(at, true), (v, at, x) => v.setFloat64(at, x, true)],
};

function load(view: DataView, at: number, type: number): TokenValue {
  return ACCESS[type]![0](view, at);
}

function store(view: DataView, at: number, type: number, value: number | bigint): void {
  ACCESS[type]![1](view, at, value as never);
}
