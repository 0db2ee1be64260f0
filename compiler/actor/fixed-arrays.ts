import binaryen from "binaryen";
import { constantOf, dropSureChecks } from "./index-checks.js";
import { constant, mutableGlobals } from "./preinitialise.js";
import { type Expression, parseExpression, printExpression } from "./s-expression.js";

/** An object's size in bytes lies so many bytes before it. */
const SIZE_BEFORE = 4;

/** Address of the word that says how many bytes an array has → how many. */
export type ArraySizes = ReadonlyMap<number, number>;

/**
 * Lets code reach arrays of fixed length by a constant address. A field that holds a `StaticArray` from the start and is never
 * assigned stays among the mutable globals, where state is, but under another name: its own becomes a constant, which the
 * optimiser then writes wherever the field was read.
 *
 * @param module with the first values in its globals and its last exports
 * @param fields names by which it exports fields of type `StaticArray`
 * @param memory its first content
 */
export function fixArrays(module: binaryen.Module, fields: readonly string[], memory: DataView): ArraySizes {
  const sizes = new Map<number, number>();
  if (fields.length === 0) return sizes;
  module.runPasses(["remove-unused-module-elements"]); // what has set the first values
  const text = module.emitText();
  const names = new Map(fields.map((field) => [globalOf(module, field), field]));
  for (const { name, type, init } of mutableGlobals(module)) {
    const { value } = binaryen.getExpressionInfo(init) as binaryen.ConstInfo;
    const field = names.get(name);
    const fixed = field !== undefined && !text.includes(`(global.set $${name}\n`);
    module.removeGlobal(name);
    module.addGlobal(name, type, !fixed, constant(module, type, value as number | bigint));
    if (!fixed) continue;
    const address = Number(value);
    sizes.set(address - SIZE_BEFORE, memory.getUint32(address - SIZE_BEFORE, true));
    const state = `${name}.state`;
    module.removeExport(field);
    module.addGlobal(state, type, true, module.i32.const(address));
    module.addGlobalExport(state, field);
  }
  return sizes;
}

/**
 * The module with the sizes and addresses of its arrays of fixed length in its instructions, and without checks of indices that
 * cannot fail. Maybe another one than the given one, which is gone then.
 */
export function foldArrays(module: binaryen.Module, sizes: ArraySizes): binaryen.Module {
  if (sizes.size === 0) return module;
  const tree = parseExpression(module.emitText());
  for (const part of tree) {
    if (!Array.isArray(part) || part[0] !== "func") continue;
    foldIn(part, sizes);
    dropSureChecks(part);
  }
  const result = binaryen.parseText(printExpression(tree));
  result.setFeatures(module.getFeatures());
  module.dispose();
  result.runPasses(["precompute", "optimize-instructions", "simplify-locals", "vacuum"]);
  return result;
}

/** Writes constants where sizes are read, and addresses of arrays into the instructions that access an element. */
function foldIn(expression: Expression[], sizes: ArraySizes): void {
  for (const part of expression) if (Array.isArray(part)) foldIn(part, sizes);
  const [head, first, second] = expression;
  if (head === "i32.load") {
    const offset = typeof first === "string" ? Number(/^offset=(\d+)$/.exec(first)?.[1]) : 0;
    const size = sizes.get(Number(constantOf(expression.at(-1)!)) + offset);
    if (size !== undefined) become(expression, ["i32.const", String(size)]);
  } else if (head === "i32.shr_u") {
    const [value, bits] = [constantOf(first!), constantOf(second!)];
    if (value !== undefined && bits !== undefined) become(expression, ["i32.const", String(value >>> bits)]);
  } else if (/^[if](32|64)\.(load|store)/.test(String(head)) && typeof first !== "string") {
    const address = Array.isArray(first) && first[0] === "i32.add" ? constantOf(first[2]!) : undefined;
    // An index was checked, or is beyond the memory in either form: the sum does not wrap around to what is below the array.
    if (address !== undefined && sizes.has(address - SIZE_BEFORE)) {
      expression.splice(1, 1, `offset=${address}`, (first as Expression[])[1]!);
    }
  }
}

function become(expression: Expression[], other: Expression[]): void {
  expression.splice(0, expression.length, ...other);
}

function globalOf(module: binaryen.Module, field: string): string {
  return binaryen.getExportInfo(module.getExport(field)).value;
}
