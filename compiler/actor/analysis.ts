import type { ValueType } from "./capabilities.js";
import { ModuleError } from "./module-error.js";
import { type Operation, operation } from "./opcodes.js";
import { type FunctionType, valueType, type WasmBody, type WasmModule, WasmReader } from "./wasm.js";

/** What the instructions of one function say. */
export interface FunctionFacts {
  /** Levels of block nesting, the function itself not counted. */
  depth: number;
  /** 32-bit words of parameters, locals and operands at most. */
  slots: number;
  hasLoop: boolean;
  /** Whether it calls through the table. */
  indirect: boolean;
  /** Indices of the functions called, with repetition. */
  calls: number[];
}

/** Static bounds over the deepest call chain. */
export interface Bounds {
  /** Stack need in 32-bit words; 0 when not known. */
  slots: number;
  /** Worst-case fuel of any action with its guard; 0 when not known. */
  fuel: number;
}

const EMPTY_BLOCK = 0x40;

/** A block under way: its label's height in the operand stack and what it leaves there. */
interface Frame {
  height: number;
  results: ValueType[];
  /** Instructions behind a branch are never reached: operands may be missing. */
  unreachable: boolean;
}

/** Facts of every function that the module defines. Throws ModuleError FEATURE for instructions outside of the ABI. */
export function analyseFunctions(module: WasmModule): FunctionFacts[] {
  const imported = module.imports.length;
  return module.bodies.map((body, i) => new FunctionScan(module, body, module.functions[imported + i]!).run());
}

/** Bounds of the functions that a runtime calls; `actions` and `others` are function indices. */
export function staticBounds(
  module: WasmModule,
  facts: readonly FunctionFacts[],
  actions: readonly { run: number; guard?: number }[],
  others: readonly number[],
): Bounds {
  const imported = module.imports.length;
  const entries = [...actions.flatMap(({ run, guard }) => (guard === undefined ? [run] : [run, guard])), ...others];
  const slots = entries.map((index) => deepest(index, imported, facts, (fact) => fact.slots, Math.max));
  const add = (a: number, b: number) => a + b;
  const fuelOf = (index: number) =>
    deepest(index, imported, facts, (fact) => (fact.hasLoop ? Number.POSITIVE_INFINITY : 1), add);
  const fuel = actions.map(({ run, guard }) => fuelOf(run) + (guard === undefined ? 0 : fuelOf(guard)));
  return { slots: finite(Math.max(0, ...slots)), fuel: finite(Math.max(0, ...fuel)) };
}

/** Indices of the functions that can run from an entry, or undefined when calls through the table hide some. */
export function reachable(
  module: WasmModule,
  facts: readonly FunctionFacts[],
  entries: readonly number[],
): Set<number> | undefined {
  const found = new Set<number>();
  const left = [...entries];
  for (let index = left.pop(); index !== undefined; index = left.pop()) {
    if (found.has(index)) continue;
    found.add(index);
    const fact = facts[index - module.imports.length];
    if (fact?.indirect) return undefined;
    left.push(...(fact?.calls ?? []));
  }
  return found;
}

function finite(value: number): number {
  return Number.isSafeInteger(value) && value <= 0xffffffff ? value : 0;
}

/** Sums `own` over a function and what it calls, those joined by `join`; infinite for recursion and indirect calls. */
function deepest(
  entry: number,
  imported: number,
  facts: readonly FunctionFacts[],
  own: (fact: FunctionFacts) => number,
  join: (a: number, b: number) => number,
): number {
  const known = new Map<number, number>();
  const visit = (index: number): number => {
    const fact = facts[index - imported];
    if (!fact) return 0; // an import
    const before = known.get(index);
    if (before !== undefined) return before;
    known.set(index, Number.POSITIVE_INFINITY); // found again before it is known: recursion
    const below = fact.indirect ? Number.POSITIVE_INFINITY : fact.calls.map(visit).reduce((a, b) => join(a, b), 0);
    known.set(index, own(fact) + below);
    return own(fact) + below;
  };
  return visit(entry);
}

/** Walks over the instructions of one valid function and keeps the operand stack's types. */
class FunctionScan {
  private readonly reader: WasmReader;
  private readonly locals: ValueType[];
  private readonly operands: (ValueType | undefined)[] = [];
  private readonly frames: Frame[];
  private words = 0;
  private readonly facts: FunctionFacts;

  constructor(
    private readonly module: WasmModule,
    private readonly body: WasmBody,
    private readonly type: FunctionType,
  ) {
    this.reader = new WasmReader(module.bytes, body.start);
    this.locals = [...type.params, ...body.locals.flatMap(({ count, type }) => Array<ValueType>(count).fill(type))];
    this.frames = [{ height: 0, results: type.results, unreachable: false }];
    const slots = this.locals.reduce((sum, local) => sum + wordsOf(local), 0);
    this.facts = { depth: 0, slots, hasLoop: false, indirect: false, calls: [] };
  }

  run(): FunctionFacts {
    const fixed = this.facts.slots;
    while (this.reader.position < this.body.end) {
      const first = this.reader.byte();
      const opcode = first === 0xfc ? 0xfc00 + this.reader.number() : first;
      const op = operation(opcode);
      if (!op) throw new ModuleError("FEATURE", `instruction 0x${opcode.toString(16)} is not in the ABI`);
      this.step(op);
      this.facts.slots = Math.max(this.facts.slots, fixed + this.words);
    }
    return this.facts;
  }

  private step(op: Operation): void {
    this.pop(op.pops.length);
    if (op.immediate === "none") this.plain(op);
    else if (op.immediate === "block") this.block(op.name === "loop");
    else if (op.immediate === "label" || op.immediate === "table") this.branch(op);
    else if (op.immediate === "call") this.indirectCall();
    else if (op.immediate === "index") this.indexed(op);
    else {
      this.skipImmediate(op);
      this.push(op.pushes);
    }
  }

  private branch(op: Operation): void {
    if (op.immediate === "table") this.reader.vector(() => this.reader.number());
    this.reader.number();
    if (op.name !== "br_if") this.leave();
  }

  private plain(op: Operation): void {
    if (op.name === "unreachable" || op.name === "return") this.leave();
    else if (op.name === "drop") this.pop(1);
    else if (op.name === "select") this.select();
    else if (op.name === "else") this.reopen();
    else if (op.name === "end") this.close();
    else this.push(op.pushes);
  }

  private select(): void {
    const [a] = this.pop(1);
    const [b] = this.pop(1);
    this.push([a ?? b]);
  }

  private indexed(op: Operation): void {
    const index = this.reader.number();
    if (op.name === "call") {
      const { params, results } = this.module.functions[index]!;
      this.facts.calls.push(index);
      this.pop(params.length);
      this.push(results);
    } else if (op.name === "local.get") this.push([this.locals[index]!]);
    else if (op.name === "local.tee") this.push(this.pop(1).length ? [this.locals[index]!] : []);
    else if (op.name === "global.get") this.push([this.module.globals[index]!.type]);
    else if (op.name === "local.set" || op.name === "global.set") this.pop(1);
    else this.push(op.pushes);
  }

  private indirectCall(): void {
    const { params, results } = this.module.types[this.reader.number()]!;
    this.reader.number();
    this.facts.indirect = true;
    this.pop(params.length);
    this.push(results);
  }

  private block(loop: boolean): void {
    const code = this.reader.signed();
    if (code >= 0) throw new ModuleError("FEATURE", "a block with parameters or several results");
    const results = (code & 0x7f) === EMPTY_BLOCK ? [] : [valueType(code & 0x7f)];
    this.frames.push({ height: this.operands.length, results, unreachable: false });
    this.facts.depth = Math.max(this.facts.depth, this.frames.length - 1);
    this.facts.hasLoop ||= loop;
  }

  private reopen(): void {
    const frame = this.frames.at(-1)!;
    this.truncate(frame.height);
    frame.unreachable = false;
  }

  private close(): void {
    const frame = this.frames.pop()!;
    this.truncate(frame.height);
    this.push(frame.results);
  }

  private leave(): void {
    const frame = this.frames.at(-1)!;
    this.truncate(frame.height);
    frame.unreachable = true;
  }

  private skipImmediate(op: Operation): void {
    if (op.immediate === "i32" || op.immediate === "i64") this.reader.signed();
    else if (op.immediate === "f32") this.reader.position += 4;
    else if (op.immediate === "f64") this.reader.position += 8;
    else {
      this.reader.number();
      this.reader.number();
    }
  }

  private push(types: readonly (ValueType | undefined)[]): void {
    for (const type of types) {
      this.operands.push(type);
      this.words += wordsOf(type);
    }
  }

  /** Pops up to `count` operands: behind a branch there may be fewer. */
  private pop(count: number): (ValueType | undefined)[] {
    const frame = this.frames.at(-1);
    const available = frame?.unreachable ? this.operands.length - frame.height : count;
    const popped = this.operands.splice(this.operands.length - Math.min(count, available));
    for (const type of popped) this.words -= wordsOf(type);
    return popped.length || !frame?.unreachable ? popped : [undefined];
  }

  private truncate(height: number): void {
    for (const type of this.operands.splice(height)) this.words -= wordsOf(type);
  }
}

function wordsOf(type: ValueType | undefined): number {
  return type === undefined ? 0 : type === "i64" || type === "f64" ? 2 : 1;
}
