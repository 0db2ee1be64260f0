import { type Expression, listsIn } from "./s-expression.js";

/**
 * Removes the checks of an index that cannot fail, in a function: those in a loop that counts a local up from a constant and goes
 * on while it is below one that is no more than the array's length.
 */
export function dropSureChecks(func: Expression[]): void {
  for (const list of listsIn(func)) {
    const counted = countedLoop(func, list);
    if (!counted) continue;
    for (const part of counted.before) {
      for (const inner of listsIn(part)) if (isSure(inner, counted)) inner.splice(0, inner.length, "nop");
    }
  }
}

/** `local` is at least 0 and below `limit` in the parts of the loop's body `before` it is counted up. */
interface Counted {
  local: string;
  limit: number;
  before: Expression[];
}

/** `(loop (if (i32.lt_s (local.get i) (i32.const limit)) (then … (local.set i (i32.add (local.get i) (i32.const step))) …)))` */
function countedLoop(func: Expression[], loop: Expression[]): Counted | undefined {
  const branch = loop.at(-1);
  if (loop[0] !== "loop" || !Array.isArray(branch) || branch[0] !== "if" || branch.length !== 3) return undefined;
  const [, condition, then] = branch as [string, Expression, Expression[]];
  if (!Array.isArray(condition) || condition[0] !== "i32.lt_s") return undefined;
  const local = localRead(condition[1]!);
  const limit = constantOf(condition[2]!);
  if (local === undefined || limit === undefined || limit < 0 || isParameter(func, local)) return undefined;
  const inside = setsOf(loop, local);
  const outside = setsOf(func, local).filter((set) => !inside.includes(set));
  const step = then.indexOf(inside[0]!);
  if (inside.length !== 1 || step < 0 || !countsUp(inside[0]!, local) || !outside.every(startsAtConstant))
    return undefined;
  return { local, limit, before: then.slice(1, step) };
}

/** `(if (i32.ge_u (local.get i) (i32.const length)) (then (unreachable)))` of an array that is long enough. */
function isSure([head, condition, then, ...rest]: Expression[], { local, limit }: Counted): boolean {
  if (head !== "if" || rest.length > 0 || !Array.isArray(condition) || condition[0] !== "i32.ge_u") return false;
  const length = constantOf(condition[2]!);
  const traps = Array.isArray(then) && then.length === 2 && Array.isArray(then[1]) && then[1][0] === "unreachable";
  return traps && localRead(condition[1]!) === local && length !== undefined && limit <= length;
}

function setsOf(expression: Expression, local: string): Expression[][] {
  return [...listsIn(expression)].filter(
    ([head, name]) => name === local && (head === "local.set" || head === "local.tee"),
  );
}

function startsAtConstant([head, , value]: Expression[]): boolean {
  const constant = constantOf(value!);
  return head === "local.set" && constant !== undefined && constant >= 0;
}

/** By a step that does not carry the local past the largest integer. */
function countsUp([head, , value]: Expression[], local: string): boolean {
  if (head !== "local.set" || !Array.isArray(value) || value[0] !== "i32.add") return false;
  const step = constantOf(value[2]!);
  return localRead(value[1]!) === local && step !== undefined && step > 0 && step < 2 ** 16;
}

function isParameter(func: Expression[], local: string): boolean {
  return func.some((part) => Array.isArray(part) && part[0] === "param" && part[1] === local);
}

function localRead(expression: Expression): string | undefined {
  return Array.isArray(expression) && expression[0] === "local.get" ? (expression[1] as string) : undefined;
}

/** The value of an `i32.const`. */
export function constantOf(expression: Expression): number | undefined {
  return Array.isArray(expression) && expression[0] === "i32.const" ? Number(expression[1]) : undefined;
}
