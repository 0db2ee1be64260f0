import type { ValueType } from "../../compiler/actor/capabilities.js";
import { ModuleError, readModule } from "../../compiler/actor/module.js";
import { isScalar } from "../../compiler/actor/token.js";
import { type Manifest, type Module, TypeCode } from "../../compiler/actor/types.js";
import {
  type FunctionType,
  readWasm,
  SectionId,
  type WasmBody,
  type WasmModule,
  WasmReader,
} from "../../compiler/actor/wasm.js";
import { KappaError } from "../errors.js";
import { EMPTY_BLOCK, Op, skipInstruction, VALUE_TYPE, WasmWriter } from "./binary.js";

/** Fuel units of every firing, and of init, construct, start and collect. */
export const FUEL_BUDGET = 100_000;

/** A module as this runtime executes it, shared by all its instances. */
export interface Twin {
  module: WebAssembly.Module;
  manifest: Manifest;
  /** ABI numbers of the imports. */
  imports: number[];
  /** Types of the ports, and the import that sends on each outport. */
  inTypes: number[];
  outTypes: number[];
  senders: number[];
  /** Types of the mutable globals, in index order. */
  globals: ValueType[];
  /** Bytes that the globals take in a state. */
  globalBytes: number;
}

export type TwinFunction = (...args: (number | bigint)[]) => number;

/**
 * Exports of a twin. `a<i>` fires action i and returns the fuel used; `g<i>`, where action i has a guard, is called before
 * it and returns whether it may fire. `init`, `construct`, `start` and `stop` are there where the module has the role; `collect` is
 * part of all but the guards. Functions that may change the state save the mutable globals first, and `undo` puts them
 * back. `get` and `set` move the bits of mutable global i; `get` of their number is the fuel left.
 */
export interface TwinExports {
  get(index: number): bigint;
  set(index: number, bits: bigint): void;
  undo(): void;
  memory?: WebAssembly.Memory;
  [name: string]: unknown;
}

/**
 * Makes the Node twin of a module (docs/module-abi.md sections 5 and 7): the same code, with fuel counted at function
 * entries and loop headers, and with a few functions added through which a firing costs one call from JavaScript.
 * Throws KappaError MODULE_INVALID.
 */
export function makeTwin({ bytes, hash, manifest: { name } }: Module): Twin {
  // Checked before anything is added: an index that the module must not use could else become valid.
  const { manifest, hash: actual } = check(name, bytes);
  if (actual !== hash) {
    throw new KappaError("MODULE_INVALID", `module ${name} has the hash ${actual} instead of ${hash}`);
  }
  const wasm = readWasm(bytes);
  const globals = wasm.globals.filter((global) => global.mutable).map((global) => global.type);
  return {
    module: new WebAssembly.Module(new TwinBuilder(wasm, manifest).build()),
    manifest,
    imports: wasm.imports.map((imported) => Number(imported.name)),
    inTypes: manifest.inports.map((port) => port.type),
    outTypes: manifest.outports.map((port) => port.type),
    senders: manifest.outports.map((port) => senderOf(port.type)),
    globals,
    globalBytes: globals.reduce((sum, type) => sum + (isWide(type) ? 8 : 4), 0),
  };
}

/** Whether a value takes 8 bytes. */
export function isWide(type: ValueType): boolean {
  return type === "i64" || type === "f64";
}

/** The import that sends on an outport of this type. */
function senderOf(type: number): number {
  if (type === TypeCode.i64 || type === TypeCode.u64) return 2;
  if (type === TypeCode.f32) return 3;
  if (type === TypeCode.f64) return 4;
  if (isScalar(type)) return 1;
  if (type === TypeCode.text) return 5;
  return type >= TypeCode.array ? 7 : 6;
}

function check(name: string, bytes: Uint8Array): Module {
  try {
    return readModule(bytes);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new KappaError("MODULE_INVALID", `module ${name}: ${error.detail}`, {}, { cause: error });
  }
}

/** One function that the twin adds. */
interface Added {
  name: string;
  type: FunctionType;
  code: WasmWriter;
}

/** A mutable global, and the global that it is saved in. */
interface Saved {
  index: number;
  type: ValueType;
  saved: number;
}

/** Writes a twin: indices of the module's own types, functions and globals stay as they are. */
class TwinBuilder {
  private readonly types: FunctionType[];
  private readonly added: Added[] = [];
  private readonly mutable: Saved[];
  /** Index of the fuel counter. */
  private readonly fuel: number;

  constructor(
    private readonly wasm: WasmModule,
    private readonly manifest: Manifest,
  ) {
    this.types = [...wasm.types];
    this.fuel = wasm.globals.length;
    this.mutable = wasm.globals
      .map(({ mutable, type }, index) => ({ mutable, type, index }))
      .filter((global) => global.mutable)
      .map(({ index, type }, i) => ({ index, type, saved: this.fuel + 1 + i }));
  }

  build(): Uint8Array {
    this.addFunctions();
    const typeIndices = this.added.map((f) => new WasmWriter().number(this.typeIndex(f.type)));
    const out = new WasmWriter().byte(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
    const emit = (id: number, content: WasmWriter) => out.byte(id).sized(content);
    const keep = (id: number) => {
      const section = this.wasm.sections.find((s) => s.id === id);
      if (section) emit(id, new WasmWriter().raw(this.wasm.bytes.subarray(section.payload, section.end)));
    };
    emit(SectionId.type, this.typeSection());
    keep(SectionId.import);
    emit(SectionId.function, this.extended(SectionId.function, typeIndices));
    keep(SectionId.table);
    keep(SectionId.memory);
    emit(SectionId.global, this.extended(SectionId.global, this.addedGlobals()));
    emit(SectionId.export, this.exportSection());
    keep(SectionId.element);
    emit(SectionId.code, this.codeSection());
    keep(SectionId.data);
    return out.finish();
  }

  private addFunctions(): void {
    const { actions, roles } = this.manifest;
    actions.forEach((action, i) => {
      if (action.guard) this.addGuard(`g${i}`, action.guard);
      this.addCall(`a${i}`, i, action.guard);
    });
    for (const role of ["init", "construct", "start", "stop"] as const) {
      if (roles[role] !== undefined) this.addCall(role, roles[role], 0);
    }
    this.add(
      "undo",
      [],
      [],
      this.copyGlobals((global) => [global.saved, global.index]),
    );
    this.addGet();
    this.addSet();
  }

  private add(name: string, params: ValueType[], results: ValueType[], code: WasmWriter): void {
    this.added.push({ name, type: { params, results }, code: code.byte(Op.end) });
  }

  private setFuel(code: WasmWriter): WasmWriter {
    return code.byte(Op.i32Const).signed(FUEL_BUDGET).byte(Op.globalSet).number(this.fuel);
  }

  private callExport(code: WasmWriter, index: number): WasmWriter {
    return code.byte(Op.call).number(this.wasm.exports[index]!.index);
  }

  private copyGlobals(pair: (global: Saved) => [from: number, to: number]): WasmWriter {
    const code = new WasmWriter();
    for (const global of this.mutable) {
      const [from, to] = pair(global);
      code.byte(Op.globalGet).number(from).byte(Op.globalSet).number(to);
    }
    return code;
  }

  private save(): WasmWriter {
    return this.copyGlobals((global) => [global.index, global.saved]);
  }

  /** A full budget, then a bool global or a function, which shares it with the action. */
  private addGuard(name: string, guard: number): void {
    const code = this.setFuel(new WasmWriter());
    if (guard % 2 === 1) code.byte(Op.globalGet).number(this.mutable[(guard - 1) / 2]!.index);
    else this.callExport(code.append(this.save()), guard / 2 - 1);
    this.add(name, [], ["i32"], code);
  }

  /** A budget and the globals saved, unless the guard did so; the function; the collector. Returns the fuel used. */
  private addCall(name: string, index: number, guard: number): void {
    const { params } = this.wasm.functions[this.wasm.exports[index]!.index]!;
    const { collect } = this.manifest.roles;
    const code = new WasmWriter();
    if (guard === 0) this.setFuel(code);
    if (guard === 0 || guard % 2 === 1) code.append(this.save());
    params.forEach((_, i) => {
      code.byte(Op.localGet).number(i);
    });
    this.callExport(code, index);
    code.byte(Op.i32Const).signed(FUEL_BUDGET).byte(Op.globalGet).number(this.fuel).byte(Op.i32Sub);
    if (collect !== undefined) this.callExport(this.setFuel(code), collect);
    this.add(name, params, ["i32"], code);
  }

  /** (index i32) → i64: the bits of that mutable global, or the fuel. */
  private addGet(): void {
    const code = new WasmWriter();
    const cases = [...this.mutable, { index: this.fuel, type: "i32" as ValueType }];
    cases.forEach(({ index, type }, i) => {
      this.ifArgumentIs(code, i).byte(Op.globalGet).number(index);
      if (type === "f32") code.byte(Op.i32ReinterpretF32);
      if (type === "f64") code.byte(Op.i64ReinterpretF64);
      if (!isWide(type)) code.byte(Op.i64ExtendI32U);
      code.byte(Op.return, Op.end);
    });
    this.add("get", ["i32"], ["i64"], code.byte(Op.i64Const, 0));
  }

  /** (index i32, bits i64): writes that mutable global. */
  private addSet(): void {
    const code = new WasmWriter();
    this.mutable.forEach(({ index, type }, i) => {
      this.ifArgumentIs(code, i).byte(Op.localGet).number(1);
      if (!isWide(type)) code.byte(Op.i32WrapI64);
      if (type === "f32") code.byte(Op.f32ReinterpretI32);
      if (type === "f64") code.byte(Op.f64ReinterpretI64);
      code.byte(Op.globalSet).number(index).byte(Op.end);
    });
    this.add("set", ["i32", "i64"], [], code);
  }

  private ifArgumentIs(code: WasmWriter, value: number): WasmWriter {
    return code.byte(Op.localGet, 0, Op.i32Const).signed(value).byte(Op.i32Eq, Op.if, EMPTY_BLOCK);
  }

  private typeIndex(type: FunctionType): number {
    const key = `${type.params}:${type.results}`;
    const known = this.types.findIndex((t) => `${t.params}:${t.results}` === key);
    return known >= 0 ? known : this.types.push(type) - 1;
  }

  private typeSection(): WasmWriter {
    const section = new WasmWriter().number(this.types.length);
    for (const { params, results } of this.types) {
      section.byte(0x60);
      section.number(params.length).raw(params.map((type) => VALUE_TYPE[type]));
      section.number(results.length).raw(results.map((type) => VALUE_TYPE[type]));
    }
    return section;
  }

  /** A vector section with further items behind its own. */
  private extended(id: number, items: WasmWriter[]): WasmWriter {
    const own = this.wasm.sections.find((section) => section.id === id);
    const reader = new WasmReader(this.wasm.bytes, own?.payload);
    const count = own ? reader.number() : 0;
    const section = new WasmWriter().number(count + items.length);
    if (own) section.raw(this.wasm.bytes.subarray(reader.position, own.end));
    for (const item of items) section.append(item);
    return section;
  }

  /** The fuel counter and a place for each mutable global to be saved in, all zero. */
  private addedGlobals(): WasmWriter[] {
    return ["i32" as const, ...this.mutable.map((global) => global.type)].map((type) => {
      const global = new WasmWriter().byte(VALUE_TYPE[type], 1);
      if (type === "i32") global.byte(Op.i32Const, 0);
      else if (type === "i64") global.byte(Op.i64Const, 0);
      else if (type === "f32") global.byte(Op.f32Const, 0, 0, 0, 0);
      else global.byte(Op.f64Const, 0, 0, 0, 0, 0, 0, 0, 0);
      return global.byte(Op.end);
    });
  }

  /** The added functions and the memory in place of the module's own exports. */
  private exportSection(): WasmWriter {
    const hasMemory = this.wasm.memories.length > 0;
    const section = new WasmWriter().number(this.added.length + (hasMemory ? 1 : 0));
    this.added.forEach(({ name }, i) => {
      section
        .name(name)
        .byte(0)
        .number(this.wasm.functions.length + i);
    });
    if (hasMemory) section.name("memory").byte(2).number(0);
    return section;
  }

  private codeSection(): WasmWriter {
    const section = new WasmWriter().number(this.wasm.bodies.length + this.added.length);
    for (const body of this.wasm.bodies) section.sized(this.counted(body));
    for (const { code } of this.added) section.sized(new WasmWriter().number(0).append(code));
    return section;
  }

  /** A function body with fuel checks at its entry and at its loop headers. */
  private counted(body: WasmBody): WasmWriter {
    const out = new WasmWriter().number(body.locals.length);
    for (const { count, type } of body.locals) out.number(count).byte(VALUE_TYPE[type]);
    this.checkFuel(out);
    const reader = new WasmReader(this.wasm.bytes, body.start);
    let copied = body.start;
    while (reader.position < body.end) {
      if (skipInstruction(reader) !== Op.loop) continue;
      this.checkFuel(out.raw(this.wasm.bytes.subarray(copied, reader.position)));
      copied = reader.position;
    }
    return out.raw(this.wasm.bytes.subarray(copied, body.end));
  }

  /** Takes one unit; below zero the counter is left at -1 and the firing ends. */
  private checkFuel(code: WasmWriter): void {
    code.byte(Op.globalGet).number(this.fuel).byte(Op.i32Const, 1, Op.i32Sub).byte(Op.globalSet).number(this.fuel);
    code.byte(Op.globalGet).number(this.fuel).byte(Op.i32Const, 0, Op.i32LtS);
    code.byte(Op.if, EMPTY_BLOCK, Op.unreachable, Op.end);
  }
}
