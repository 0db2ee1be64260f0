import { createHash } from "node:crypto";
import { isScalar } from "../../compiler/actor/token.js";
import type { Manifest, Module } from "../../compiler/actor/types.js";
import { TypeCode } from "../../compiler/actor/types.js";
import { KappaError } from "../errors.js";
import { BinaryError, BinaryReader, BinaryWriter, Op, Section, skipImmediates, ValType } from "./binary.js";
import { FIRST_CAPABILITY, IMPORTS } from "./capabilities.js";
import { type FunctionType, type Layout, readLayout } from "./layout.js";

/** Fuel units of every firing, and of init, construct, start and collect. */
export const FUEL_BUDGET = 100_000;

/** A module as this runtime executes it, shared by all its instances. */
export interface Twin {
  module: WebAssembly.Module;
  /** ABI numbers of the imports. */
  imports: number[];
  /** Value type (0x7f i32 … 0x7c f64) of every mutable global, in index order. */
  globals: number[];
  /** Bytes that the globals take in a state. */
  globalBytes: number;
}

/**
 * Exports of a twin. `a<i>` fires action i and returns the fuel used; `g<i>`, where action i has a guard, is called before
 * and returns whether it may fire; `init`, `construct`, `start` and `collect` likewise where the module has the role, and
 * `collect` is part of all others. Each saves the mutable globals first, and `undo` puts them back. `get` and `set` move the bits of
 * mutable global i; `get` of their number is the fuel left.
 */
export type TwinFunction = (...args: (number | bigint)[]) => number;
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
export function makeTwin(module: Module): Twin {
  const fail = (detail: string, cause?: unknown): never => {
    throw new KappaError("MODULE_INVALID", `module ${module.manifest.name}: ${detail}`, {}, { cause });
  };
  const bytes = Uint8Array.from(module.bytes);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  if (hash !== module.hash) fail(`its bytes have the hash ${hash} instead of ${module.hash}`);
  // Before anything is added: a name that the module must not know could else become valid.
  if (!WebAssembly.validate(bytes)) fail("it is not valid WebAssembly");
  try {
    const layout = readLayout(bytes);
    checkImports(layout);
    checkManifest(module.manifest, layout);
    const globals = layout.globals.filter((g) => g.mutable).map((g) => g.type);
    return {
      module: new WebAssembly.Module(new TwinBuilder(layout, module.manifest).build()),
      imports: layout.imports.map((i) => i.number),
      globals,
      globalBytes: globals.reduce((sum, type) => sum + (isWide(type) ? 8 : 4), 0),
    };
  } catch (error) {
    if (error instanceof BinaryError || error instanceof WebAssembly.CompileError) return fail(error.message, error);
    throw error;
  }
}

/** Whether a value type takes 8 bytes. */
export function isWide(type: number): boolean {
  return type === ValType.i64 || type === ValType.f64;
}

/** The value type of a scalar type code. */
export function valTypeOf(type: number): number {
  if (type === TypeCode.f32) return ValType.f32;
  if (type === TypeCode.f64) return ValType.f64;
  return type === TypeCode.i64 || type === TypeCode.u64 ? ValType.i64 : ValType.i32;
}

/** Throws BinaryError unless each import has the ABI's signature. Whether capabilities are there is not asked here. */
function checkImports(layout: Layout): void {
  for (const { number, type } of layout.imports) {
    const expected = IMPORTS.get(number);
    if (!expected && number >= FIRST_CAPABILITY) continue;
    const actual = layout.types[type]!;
    if (`${expected?.params}:${expected?.results}` !== `${actual.params}:${actual.results}`) {
      throw new BinaryError(`import ${number} is not as the ABI has it`);
    }
  }
}

/** Throws BinaryError unless functions and globals are as the manifest says. */
function checkManifest(manifest: Manifest, layout: Layout): void {
  const globals = layout.globals.filter((g) => g.mutable);
  if (globals.length !== manifest.globals.length) {
    throw new BinaryError(`it has ${globals.length} mutable globals, its manifest ${manifest.globals.length}`);
  }
  const check = (what: string, index: number, params: number[], results: number[]) => {
    const type = layout.types[layout.functions[layout.exports[index] ?? -1] ?? -1];
    if (!type) throw new BinaryError(`${what} is no exported function`);
    if (`${type.params}:${type.results}` !== `${params}:${results}`) {
      throw new BinaryError(`${what} has parameters or results that its manifest does not tell`);
    }
  };
  manifest.actions.forEach((action, i) => {
    const inputs = manifest.inports.filter((port, p) => (action.inmask >>> p) & 1 && isScalar(port.type));
    check(
      `action ${i}`,
      i,
      inputs.map((port) => valTypeOf(port.type)),
      [],
    );
    const guard = action.guard;
    if (guard > 0 && guard % 2 === 0) check(`the guard of action ${i}`, (guard - 2) / 2, [], [ValType.i32]);
    if (guard % 2 === 1 && globals[(guard - 1) / 2]?.type !== ValType.i32) {
      throw new BinaryError(`the guard of action ${i} is no bool`);
    }
    if (action.every > 0 && !globals[action.every - 1]) throw new BinaryError(`action ${i} has no period`);
  });
  const { init, construct, start, collect } = manifest.roles;
  const constructed = manifest.args.filter((arg) => arg.global === undefined && isScalar(arg.type));
  if (init !== undefined) check("init", init, [], []);
  if (construct !== undefined)
    check(
      "construct",
      construct,
      constructed.map((arg) => valTypeOf(arg.type)),
      [],
    );
  if (start !== undefined) check("start", start, [], []);
  if (collect !== undefined) check("collect", collect, [], []);
  if (construct === undefined && manifest.args.some((arg) => arg.global === undefined)) {
    throw new BinaryError("it has arguments for construct but no such function");
  }
  for (const arg of manifest.args) {
    if (arg.global === undefined) continue;
    if (!isScalar(arg.type) || globals[arg.global]?.type !== valTypeOf(arg.type)) {
      throw new BinaryError(`argument ${arg.name} is not the global that its manifest tells`);
    }
  }
  if (manifest.memory > 65536 || (manifest.memory > 0 && !layout.hasMemory)) {
    throw new BinaryError(`it has no memory of ${manifest.memory} bytes`);
  }
}

/** One function that the twin adds. */
interface Added {
  name: string;
  type: FunctionType;
  body: BinaryWriter;
}

/** Writes a twin: indices of the module's own types, functions and globals stay as they are. */
class TwinBuilder {
  private readonly types: FunctionType[];
  private readonly added: Added[] = [];
  /** Indices and types of the mutable globals, and where each is saved. */
  private readonly mutable: { index: number; type: number; saved: number }[];
  /** Index of the fuel counter. */
  private readonly fuel: number;

  constructor(
    private readonly layout: Layout,
    private readonly manifest: Manifest,
  ) {
    this.types = [...layout.types];
    this.fuel = layout.globals.length;
    this.mutable = layout.globals
      .map((global, index) => ({ index, type: global.type, mutable: global.mutable }))
      .filter((global) => global.mutable)
      .map(({ index, type }, i) => ({ index, type, saved: this.fuel + 1 + i }));
  }

  build(): Uint8Array<ArrayBuffer> {
    this.addFunctions();
    const typeIndices = this.added.map((f) => this.typeIndex(f.type));
    const { sections } = this.layout;
    const out = new BinaryWriter().byte(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
    const emit = (id: number, content: BinaryWriter) => out.byte(id).sized(content);
    const keep = (id: number) => sections.has(id) && emit(id, new BinaryWriter().raw(sections.get(id)!));
    emit(Section.type, this.typeSection());
    keep(Section.import);
    emit(
      Section.function,
      this.extended(
        Section.function,
        typeIndices.map((t) => new BinaryWriter().u32(t)),
      ),
    );
    keep(Section.table);
    keep(Section.memory);
    emit(Section.global, this.extended(Section.global, this.addedGlobals()));
    emit(Section.export, this.exportSection());
    keep(Section.element);
    keep(Section.dataCount);
    emit(Section.code, this.codeSection());
    keep(Section.data);
    return out.finish();
  }

  private addFunctions(): void {
    const { actions, roles } = this.manifest;
    actions.forEach((action, i) => {
      if (action.guard) this.addGuard(`g${i}`, action.guard);
      this.addCall(`a${i}`, i, action.guard);
    });
    for (const role of ["init", "construct", "start"] as const) {
      if (roles[role] !== undefined) this.addCall(role, roles[role], 0);
    }
    if (roles.collect !== undefined) this.addCollect(roles.collect);
    this.add(
      "undo",
      [],
      [],
      this.copyGlobals((g) => [g.saved, g.index]),
    );
    this.addGet();
    this.addSet();
  }

  private add(name: string, params: number[], results: number[], code: BinaryWriter): void {
    this.added.push({ name, type: { params, results }, body: code.byte(Op.end) });
  }

  private setFuel(code: BinaryWriter): BinaryWriter {
    return code.byte(Op.i32Const).s32(FUEL_BUDGET).byte(Op.globalSet).u32(this.fuel);
  }

  /** Fuel used of a full budget, on the stack. */
  private usedFuel(code: BinaryWriter): BinaryWriter {
    return code.byte(Op.i32Const).s32(FUEL_BUDGET).byte(Op.globalGet).u32(this.fuel).byte(Op.i32Sub);
  }

  private callExport(code: BinaryWriter, index: number): BinaryWriter {
    return code.byte(Op.call).u32(this.layout.exports[index]!);
  }

  private copyGlobals(pair: (global: { index: number; saved: number }) => [from: number, to: number]): BinaryWriter {
    const code = new BinaryWriter();
    for (const global of this.mutable) {
      const [from, to] = pair(global);
      code.byte(Op.globalGet).u32(from).byte(Op.globalSet).u32(to);
    }
    return code;
  }

  private save(): BinaryWriter {
    return this.copyGlobals((g) => [g.index, g.saved]);
  }

  /** A full budget, then a bool global or a function, which shares it with the action. */
  private addGuard(name: string, guard: number): void {
    const code = this.setFuel(new BinaryWriter());
    if (guard % 2 === 1) code.byte(Op.globalGet).u32(this.mutable[(guard - 1) / 2]!.index);
    else this.callExport(code.raw(this.save().finish()), (guard - 2) / 2);
    this.add(name, [], [ValType.i32], code);
  }

  /** A budget (unless the guard has begun one), the globals saved, the function, the collector; returns the fuel used. */
  private addCall(name: string, index: number, guard: number): void {
    const { params } = this.layout.types[this.layout.functions[this.layout.exports[index]!]!]!;
    const { collect } = this.manifest.roles;
    const code = new BinaryWriter();
    if (guard === 0) this.setFuel(code);
    if (guard === 0 || guard % 2 === 1) code.raw(this.save().finish());
    params.forEach((_, i) => code.byte(Op.localGet).u32(i));
    this.usedFuel(this.callExport(code, index));
    if (collect !== undefined) this.callExport(this.setFuel(code), collect);
    this.add(name, params, [ValType.i32], code);
  }

  private addCollect(index: number): void {
    const code = this.setFuel(this.save());
    this.usedFuel(this.callExport(code, index));
    this.add("collect", [], [ValType.i32], code);
  }

  /** (index i32) → i64: the bits of that mutable global, or the fuel. */
  private addGet(): void {
    const code = new BinaryWriter();
    const cases = [...this.mutable, { index: this.fuel, type: ValType.i32 as number }];
    cases.forEach((global, i) => {
      code.byte(Op.localGet).u32(0).byte(Op.i32Const).s32(i).byte(Op.i32Eq, Op.if, 0x40);
      code.byte(Op.globalGet).u32(global.index);
      if (global.type === ValType.f32) code.byte(Op.i32ReinterpretF32);
      if (global.type === ValType.f64) code.byte(Op.i64ReinterpretF64);
      if (!isWide(global.type)) code.byte(Op.i64ExtendI32U);
      code.byte(Op.return, Op.end);
    });
    this.add("get", [ValType.i32], [ValType.i64], code.byte(Op.i64Const, 0));
  }

  /** (index i32, bits i64): writes that mutable global. */
  private addSet(): void {
    const code = new BinaryWriter();
    this.mutable.forEach((global, i) => {
      code.byte(Op.localGet).u32(0).byte(Op.i32Const).s32(i).byte(Op.i32Eq, Op.if, 0x40);
      code.byte(Op.localGet).u32(1);
      if (!isWide(global.type)) code.byte(Op.i32WrapI64);
      if (global.type === ValType.f32) code.byte(Op.f32ReinterpretI32);
      if (global.type === ValType.f64) code.byte(Op.f64ReinterpretI64);
      code.byte(Op.globalSet).u32(global.index).byte(Op.end);
    });
    this.add("set", [ValType.i32, ValType.i64], [], code);
  }

  private typeIndex(type: FunctionType): number {
    const key = `${type.params}:${type.results}`;
    const known = this.types.findIndex((t) => `${t.params}:${t.results}` === key);
    return known >= 0 ? known : this.types.push(type) - 1;
  }

  private typeSection(): BinaryWriter {
    const section = new BinaryWriter().u32(this.types.length);
    for (const { params, results } of this.types) {
      section.byte(0x60).u32(params.length).raw(params).u32(results.length).raw(results);
    }
    return section;
  }

  /** A vector section with further items behind its own. */
  private extended(id: number, items: BinaryWriter[]): BinaryWriter {
    const reader = new BinaryReader(this.layout.sections.get(id) ?? new Uint8Array([0]));
    const section = new BinaryWriter().u32(reader.u32() + items.length);
    section.raw(reader.take(reader.end - reader.position));
    for (const item of items) section.raw(item.finish());
    return section;
  }

  /** The fuel counter and a place for each mutable global to be saved in, all zero. */
  private addedGlobals(): BinaryWriter[] {
    return [ValType.i32, ...this.mutable.map((g) => g.type)].map((type) => {
      const global = new BinaryWriter().byte(type, 1);
      if (type === ValType.i32) global.byte(Op.i32Const, 0);
      else if (type === ValType.i64) global.byte(Op.i64Const, 0);
      else if (type === ValType.f32) global.byte(Op.f32Const, 0, 0, 0, 0);
      else global.byte(Op.f64Const, 0, 0, 0, 0, 0, 0, 0, 0);
      return global.byte(Op.end);
    });
  }

  private exportSection(): BinaryWriter {
    const first = this.layout.functions.length;
    const section = new BinaryWriter().u32(this.added.length + (this.layout.hasMemory ? 1 : 0));
    this.added.forEach(({ name }, i) =>
      section
        .name(name)
        .byte(0)
        .u32(first + i),
    );
    if (this.layout.hasMemory) section.name("memory").byte(2).u32(0);
    return section;
  }

  private codeSection(): BinaryWriter {
    const bodies = new BinaryReader(this.layout.sections.get(Section.code) ?? new Uint8Array([0]));
    const count = bodies.u32();
    const section = new BinaryWriter().u32(count + this.added.length);
    for (let i = 0; i < count; i++) section.sized(this.counted(bodies.part(bodies.u32())));
    for (const { body } of this.added) section.sized(new BinaryWriter().u32(0).raw(body.finish()));
    return section;
  }

  /** A function body with fuel checks at its entry and at its loop headers. */
  private counted(body: BinaryReader): BinaryWriter {
    const check = this.fuelCheck();
    const out = new BinaryWriter();
    let copied = body.position;
    const copy = () => {
      out.raw(body.bytes.subarray(copied, body.position)).raw(check);
      copied = body.position;
    };
    for (let groups = body.u32(); groups > 0; groups--) {
      body.u32();
      body.byte();
    }
    copy();
    while (!body.done) {
      const opcode = body.byte();
      skipImmediates(body, opcode);
      if (opcode === Op.loop) copy();
    }
    return out.raw(body.bytes.subarray(copied, body.position));
  }

  /** Takes one unit; below zero the counter is left at -1 and the firing ends. */
  private fuelCheck(): Uint8Array {
    return new BinaryWriter()
      .byte(Op.globalGet)
      .u32(this.fuel)
      .byte(Op.i32Const, 1, Op.i32Sub, Op.globalSet)
      .u32(this.fuel)
      .byte(Op.globalGet)
      .u32(this.fuel)
      .byte(Op.i32Const, 0, Op.i32LtS, Op.if, 0x40, Op.unreachable, Op.end)
      .finish();
  }
}
