/** Names of the traps by code (docs/module-abi.md section 6). */
export const TRAP_NAMES = [
  "none",
  "fuel",
  "stack",
  "memory",
  "unreachable",
  "division",
  "overflow",
  "conversion",
  "indirect",
  "token",
  "size",
  "port",
  "capability",
  "exception",
] as const;

export type TrapName = (typeof TRAP_NAMES)[number];

/** A firing's end by a trap. Thrown by imports through WebAssembly, and made from what the engine throws. */
export class Trap extends Error {
  override readonly name = "Trap";

  constructor(
    readonly trap: TrapName,
    options?: ErrorOptions,
  ) {
    super(`trap: ${trap}`, options);
  }

  /** Its code. */
  get code(): number {
    return TRAP_NAMES.indexOf(this.trap);
  }
}

/** V8's messages, by the trap that they mean. */
const MESSAGES: readonly (readonly [RegExp, TrapName])[] = [
  [/^unreachable/, "unreachable"],
  [/^memory access out of bounds/, "memory"],
  [/^(divide|remainder) by zero/, "division"],
  [/^divide result unrepresentable/, "overflow"],
  [/^float unrepresentable/, "conversion"],
  [/^(table|null function|function signature|indirect call)/, "indirect"],
];

/**
 * The trap that an exception out of WebAssembly stands for. `fuel` is what the counter holds: -1 says that a fuel check was the
 * cause. What is no trap of an engine is an error in this runtime; the actor cannot go on then either: `capability`.
 */
export function trapOf(error: unknown, fuel: number): Trap {
  if (error instanceof Trap) return error;
  const options = { cause: error };
  if (error instanceof RangeError && /call stack/.test(error.message)) return new Trap("stack", options);
  if (!(error instanceof WebAssembly.RuntimeError)) return new Trap("capability", options);
  if (fuel < 0) return new Trap("fuel", options);
  return new Trap(MESSAGES.find(([message]) => message.test(error.message))?.[1] ?? "unreachable", options);
}
