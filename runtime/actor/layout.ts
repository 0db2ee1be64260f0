import { BinaryError, BinaryReader, Section } from "./binary.js";

export interface FunctionType {
  params: number[];
  results: number[];
}

/** What the twin needs to know of a module: its index spaces and where its sections are. */
export interface Layout {
  types: FunctionType[];
  /** Imported functions: their ABI number and type index. */
  imports: { number: number; type: number }[];
  /** Type index of every function, imported ones first. */
  functions: number[];
  /** Every global in index order. */
  globals: { type: number; mutable: boolean }[];
  /** Function indices in the order of the export section. */
  exports: number[];
  hasMemory: boolean;
  /** Contents of the sections, custom ones left out. */
  sections: Map<number, Uint8Array>;
}

/** Reads the layout of a module that WebAssembly has found valid. Throws BinaryError for what the ABI does not allow. */
export function readLayout(bytes: Uint8Array): Layout {
  const sections = readSections(bytes);
  const part = (id: number) => new BinaryReader(sections.get(id) ?? new Uint8Array([0]));
  if (sections.has(Section.start)) throw new BinaryError("a start section is not allowed");
  const imports = list(part(Section.import), readImport);
  const defined = list(part(Section.function), (r) => r.u32());
  return {
    types: list(part(Section.type), readFunctionType),
    imports,
    functions: [...imports.map((i) => i.type), ...defined],
    globals: list(part(Section.global), readGlobal),
    exports: list(part(Section.export), readExport),
    hasMemory: sections.has(Section.memory),
    sections,
  };
}

function readSections(bytes: Uint8Array): Map<number, Uint8Array> {
  const reader = new BinaryReader(bytes, 8);
  const sections = new Map<number, Uint8Array>();
  while (!reader.done) {
    const id = reader.byte();
    const content = reader.take(reader.u32());
    if (id !== Section.custom) sections.set(id, content);
  }
  return sections;
}

function list<T>(reader: BinaryReader, read: (reader: BinaryReader) => T): T[] {
  return Array.from({ length: reader.u32() }, () => read(reader));
}

function readFunctionType(reader: BinaryReader): FunctionType {
  reader.byte();
  return { params: [...reader.take(reader.u32())], results: [...reader.take(reader.u32())] };
}

function readImport(reader: BinaryReader): { number: number; type: number } {
  const from = reader.name();
  const field = reader.name();
  const kind = reader.byte();
  if (from !== "k" || kind !== 0 || !/^[1-9]\d*$/.test(field)) {
    throw new BinaryError(`import ${from}.${field} is not in the ABI`);
  }
  return { number: Number(field), type: reader.u32() };
}

function readGlobal(reader: BinaryReader): { type: number; mutable: boolean } {
  const type = reader.byte();
  const mutable = reader.byte() === 1;
  skipConstant(reader);
  return { type, mutable };
}

/** Skips a constant initialiser up to its `end`. */
function skipConstant(reader: BinaryReader): void {
  const opcode = reader.byte();
  if (opcode === 0x41 || opcode === 0x42) reader.skipLeb();
  else if (opcode === 0x43) reader.take(4);
  else if (opcode === 0x44) reader.take(8);
  else throw new BinaryError(`initialiser ${opcode.toString(16)} is not allowed`);
  if (reader.byte() !== 0x0b) throw new BinaryError("an initialiser is one constant");
}

function readExport(reader: BinaryReader): number {
  const name = reader.name();
  if (reader.byte() !== 0) throw new BinaryError(`export ${name} is no function`);
  return reader.u32();
}
