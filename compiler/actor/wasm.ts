import type { ValueType } from "./capabilities.js";
import { ModuleError } from "./module-error.js";

/** Parameters and results of a function. */
export interface FunctionType {
  params: ValueType[];
  results: ValueType[];
}

export interface WasmExport {
  name: string;
  kind: number;
  index: number;
}

export interface WasmGlobal {
  type: ValueType;
  mutable: boolean;
}

/** A function's locals, parameters not included, and the range of its instructions. */
export interface WasmBody {
  locals: { count: number; type: ValueType }[];
  start: number;
  end: number;
}

/** A section as it stands in the binary; `name` for a custom one. */
export interface WasmSection {
  id: number;
  name?: string;
  /** Range of the whole section, and start of its payload (behind the name). */
  start: number;
  payload: number;
  end: number;
}

/** What the host needs to know of a binary. Function indices count imports first. */
export interface WasmModule {
  bytes: Uint8Array;
  sections: WasmSection[];
  types: FunctionType[];
  imports: { module: string; name: string; type: FunctionType }[];
  /** Types of all functions, imported ones first. */
  functions: FunctionType[];
  globals: WasmGlobal[];
  memories: { min: number; max: number | undefined }[];
  tables: number;
  exports: WasmExport[];
  hasStart: boolean;
  /** First byte of memory behind all data segments. */
  dataEnd: number;
  bodies: WasmBody[];
}

/** Section numbers of WebAssembly. */
export const SectionId = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

const VALUE_TYPES: Partial<Record<number, ValueType>> = { 127: "i32", 126: "i64", 125: "f32", 124: "f64" };

/** Reads numbers and names of a binary that `WebAssembly.validate` accepted. */
export class WasmReader {
  constructor(
    readonly bytes: Uint8Array,
    public position = 0,
  ) {}

  byte(): number {
    return this.bytes[this.position++]!;
  }

  /** An unsigned LEB128 of up to 32 bits. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** A signed LEB128; values beyond 32 bits lose precision only. */
  signed(): number {
    let value = 0;
    for (let shift = 0; ; ) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      shift += 7;
      if (byte < 0x80) return byte & 0x40 ? value - 2 ** shift : value;
    }
  }

  name(): string {
    const size = this.number();
    this.position += size;
    return new TextDecoder().decode(this.bytes.subarray(this.position - size, this.position));
  }

  valueType(): ValueType {
    return valueType(this.byte());
  }

  vector<T>(item: () => T): T[] {
    return Array.from({ length: this.number() }, item);
  }
}

/** The value type of a type code. Throws ModuleError FEATURE for one that the ABI leaves out. */
export function valueType(code: number): ValueType {
  const type = VALUE_TYPES[code];
  if (!type) throw new ModuleError("FEATURE", `value type 0x${code.toString(16)} is not in the ABI`);
  return type;
}

/** Reads a binary. Throws ModuleError NOT_WASM, or FEATURE for sections that the ABI leaves out. */
export function readWasm(bytes: Uint8Array): WasmModule {
  if (!WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)) {
    throw new ModuleError("NOT_WASM", `${bytes.length} bytes that are no valid WebAssembly`);
  }
  const module: WasmModule = {
    bytes,
    sections: readSections(bytes),
    types: [],
    imports: [],
    functions: [],
    globals: [],
    memories: [],
    tables: 0,
    exports: [],
    hasStart: false,
    dataEnd: 0,
    bodies: [],
  };
  for (const section of module.sections) readSection(module, section);
  return module;
}

function readSections(bytes: Uint8Array): WasmSection[] {
  const reader = new WasmReader(bytes, 8);
  const sections: WasmSection[] = [];
  while (reader.position < bytes.length) {
    const start = reader.position;
    const id = reader.byte();
    const size = reader.number();
    const end = reader.position + size;
    const name = id === SectionId.custom ? { name: reader.name() } : {};
    sections.push({ id, ...name, start, payload: reader.position, end });
    reader.position = end;
  }
  return sections;
}

function readSection(module: WasmModule, section: WasmSection): void {
  const reader = new WasmReader(module.bytes, section.payload);
  const readers: Partial<Record<number, () => void>> = {
    [SectionId.custom]: () => {},
    [SectionId.dataCount]: () => {}, // not in the ABI, but in modules that are not optimised yet
    [SectionId.type]: () => reader.vector(() => module.types.push(readType(reader))),
    [SectionId.import]: () => reader.vector(() => readImport(module, reader)),
    [SectionId.function]: () => reader.vector(() => module.functions.push(module.types[reader.number()]!)),
    [SectionId.table]: () => reader.vector(() => readTable(module, reader)),
    [SectionId.memory]: () => reader.vector(() => module.memories.push(readLimits(reader))),
    [SectionId.global]: () => reader.vector(() => module.globals.push(readGlobal(reader))),
    [SectionId.export]: () => reader.vector(() => module.exports.push(readExport(reader))),
    [SectionId.start]: () => {
      module.hasStart = true;
    },
    [SectionId.element]: () => reader.vector(() => readElement(reader)),
    [SectionId.code]: () => reader.vector(() => module.bodies.push(readBody(reader))),
    [SectionId.data]: () => reader.vector(() => readData(module, reader)),
  };
  const read = readers[section.id];
  if (!read) throw new ModuleError("FEATURE", `section ${section.id} is not in the ABI`);
  read();
}

function readType(reader: WasmReader): FunctionType {
  const form = reader.byte();
  if (form !== 0x60) throw new ModuleError("FEATURE", `type form 0x${form.toString(16)} is not in the ABI`);
  const type = { params: reader.vector(() => reader.valueType()), results: reader.vector(() => reader.valueType()) };
  if (type.results.length > 1) throw new ModuleError("FEATURE", "a function with several results");
  return type;
}

function readImport(module: WasmModule, reader: WasmReader): void {
  const source = reader.name();
  const name = reader.name();
  const kind = reader.byte();
  if (kind !== 0) throw new ModuleError("IMPORT", `${source}.${name} is no function`);
  const type = module.types[reader.number()]!;
  module.imports.push({ module: source, name, type });
  module.functions.push(type);
}

function readTable(module: WasmModule, reader: WasmReader): void {
  const type = reader.byte();
  if (type !== 0x70) throw new ModuleError("FEATURE", `table of type 0x${type.toString(16)}`);
  readLimits(reader);
  module.tables++;
}

function readLimits(reader: WasmReader): { min: number; max: number | undefined } {
  const flags = reader.byte();
  if (flags > 1) throw new ModuleError("FEATURE", "a shared or 64-bit memory");
  const min = reader.number();
  return { min, max: flags === 1 ? reader.number() : undefined };
}

function readGlobal(reader: WasmReader): WasmGlobal {
  const type = reader.valueType();
  const mutable = reader.byte() === 1;
  constantExpression(reader);
  return { type, mutable };
}

function readExport(reader: WasmReader): WasmExport {
  return { name: reader.name(), kind: reader.byte(), index: reader.number() };
}

function readElement(reader: WasmReader): void {
  const flags = reader.number();
  if (flags !== 0) throw new ModuleError("FEATURE", "a passive or declared element segment");
  constantExpression(reader);
  reader.vector(() => reader.number());
}

function readData(module: WasmModule, reader: WasmReader): void {
  const flags = reader.number();
  if (flags !== 0) throw new ModuleError("FEATURE", "a passive data segment");
  const offset = constantExpression(reader);
  const size = reader.number();
  reader.position += size;
  module.dataEnd = Math.max(module.dataEnd, offset + size);
}

/** Value of an i32.const expression; other constants are skipped and count as 0. */
function constantExpression(reader: WasmReader): number {
  const opcode = reader.byte();
  let value = 0;
  if (opcode === 0x41) value = reader.signed() >>> 0;
  else if (opcode === 0x42) reader.signed();
  else if (opcode === 0x43) reader.position += 4;
  else if (opcode === 0x44) reader.position += 8;
  else throw new ModuleError("FEATURE", `initial value by instruction 0x${opcode.toString(16)}`);
  if (reader.byte() !== 0x0b) throw new ModuleError("FEATURE", "an initial value that is no plain constant");
  return value;
}

function readBody(reader: WasmReader): WasmBody {
  const size = reader.number();
  const end = reader.position + size;
  const locals = reader.vector(() => ({ count: reader.number(), type: reader.valueType() }));
  const body = { locals, start: reader.position, end };
  reader.position = end;
  return body;
}

/** A custom section ready to be appended to a binary. */
export function customSection(name: string, payload: Uint8Array): Uint8Array {
  const encodedName = new TextEncoder().encode(name);
  const content = [...leb(encodedName.length), ...encodedName, ...payload];
  return Uint8Array.from([SectionId.custom, ...leb(content.length), ...content]);
}

/** The binary with only the sections that `keep` accepts. */
export function filterSections(module: WasmModule, keep: (section: WasmSection) => boolean): Uint8Array {
  const parts = module.sections.filter(keep).map(({ start, end }) => module.bytes.subarray(start, end));
  return concatenate([module.bytes.subarray(0, 8), ...parts]);
}

/** All parts in one array. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}
