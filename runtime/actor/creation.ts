import { abiImport, FIRST_CAPABILITY } from "../../compiler/actor/capabilities.js";
import { isScalar, TokenError, typeName } from "../../compiler/actor/token.js";
import { type Argument, TypeCode } from "../../compiler/actor/types.js";
import { KappaError } from "../errors.js";
import type { ActorSpec } from "../host.js";
import { decodeValue, type Value } from "../port/value.js";
import type { Capability } from "./capabilities.js";
import type { Instance } from "./instance.js";
import type { Trap } from "./trap.js";
import type { Twin } from "./twin.js";

/** Throws KappaError CAPABILITY_MISSING when a module imports what is not offered. */
export function checkCapabilities(spec: ActorSpec, twin: Twin, capabilities: Record<string, Capability>): void {
  for (const number of twin.imports) {
    const name = abiImport(number)!.name;
    if (number < FIRST_CAPABILITY || Object.hasOwn(capabilities, name)) continue;
    const detail = `actor ${spec.id} (${spec.module.manifest.name}) needs ${name}, which this runtime does not have`;
    throw new KappaError("CAPABILITY_MISSING", detail, { actor: spec.id, capability: name });
  }
}

/** An actor's arguments, as `args` of its manifest say; those not given by their defaults. Throws KappaError ARGUMENT_INVALID. */
export function readArguments(spec: ActorSpec, args: readonly Argument[]): (Value | undefined)[] {
  const fail = (what: string, argument?: string): never => {
    throw new KappaError("ARGUMENT_INVALID", `actor ${spec.id}: ${what}`, { actor: spec.id, argument });
  };
  if (spec.args.length > args.length) fail(`${spec.args.length} arguments where it takes ${args.length}`);
  return args.map((argument, i) => {
    const token = spec.args[i] ?? argument.default;
    if (token === undefined) {
      // A global's start value is its default.
      return argument.required || argument.global === undefined
        ? fail(`${argument.name} must be given`, argument.name)
        : undefined;
    }
    try {
      return decodeValue(token, argument.type);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      return fail(`${argument.name} is no ${typeName(argument.type)}: ${error.message}`, argument.name);
    }
  });
}

/** Brings a new instance to the state before start: start values, init, arguments, construct. Throws KappaError ACTOR_TRAPPED. */
export function construct(instance: Instance, values: (Value | undefined)[]): void {
  throwTrap(instance, "init", instance.call("init"));
  const parameters: (number | bigint)[] = [];
  instance.manifest.args.forEach((argument, i) => {
    const value = values[i];
    if (argument.global !== undefined) {
      if (value !== undefined) instance.setGlobal(argument.global, bitsOf(value as number | bigint, argument.type));
    } else if (isScalar(argument.type)) {
      parameters.push(value as number | bigint);
    } else {
      instance.inputs[instance.inTypes.length + i] = value;
    }
  });
  throwTrap(instance, "construct", instance.call("construct", parameters));
}

/** Throws KappaError ACTOR_TRAPPED for a trap, if there is one. */
export function throwTrap(instance: Instance, role: string, trap: Trap | undefined): void {
  if (!trap) return;
  const detail = `actor ${instance.id} trapped in ${role}: ${trap.trap}`;
  throw new KappaError("ACTOR_TRAPPED", detail, { actor: instance.id, trap: trap.trap }, { cause: trap });
}

const scratch = new DataView(new ArrayBuffer(8));

/** The bits of a scalar in a global of its type. */
function bitsOf(value: number | bigint, type: number): bigint {
  if (typeof value === "bigint") return BigInt.asIntN(64, value);
  scratch.setBigInt64(0, 0n);
  if (type === TypeCode.f64) scratch.setFloat64(0, value, true);
  else if (type === TypeCode.f32) scratch.setFloat32(0, value, true);
  else scratch.setInt32(0, value, true);
  return scratch.getBigInt64(0, true);
}
