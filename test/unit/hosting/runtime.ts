import { decodeToken, encodeToken, type TokenValue } from "../../../compiler/actor/token.js";
import type { Module } from "../../../compiler/actor/types.js";
import { TypeCode } from "../../../compiler/actor/types.js";
import { type Fault, LocalRuntime, type LocalRuntimeOptions } from "../../../runtime/actor/local-runtime.js";
import type { ActorSpec } from "../../../runtime/host.js";
import type { TokenSink, TokenSource } from "../../../runtime/port/queue.js";

/** A runtime with the faults it reported. */
export function makeRuntime(options: Partial<LocalRuntimeOptions> = {}): { runtime: LocalRuntime; faults: Fault[] } {
  const faults: Fault[] = [];
  const runtime = new LocalRuntime({ id: "r", name: "test", onFault: (fault) => faults.push(fault), ...options });
  return { runtime, faults };
}

export function actor(id: string, module: Module, ...args: (Uint8Array | undefined)[]): ActorSpec {
  return { id, module, args };
}

/** Pushes values encoded as from a port of `type`; returns how many found room. */
export function feed(sink: TokenSink, type: number, ...values: TokenValue[]): number {
  return values.filter((value) => sink.push(encodeToken(value, type))).length;
}

/** Takes all tokens out. */
export function drain(source: TokenSource, type: number = TypeCode.any): TokenValue[] {
  const values: TokenValue[] = [];
  for (let token = source.shift(); token; token = source.shift()) values.push(decodeToken(token, type));
  return values;
}

/** One running actor between a source on inport 0 and a sink on outport 0. */
export async function single(module: Module, options: Partial<LocalRuntimeOptions> = {}, length = 4) {
  const { runtime, faults } = makeRuntime(options);
  await runtime.deploy([actor("a", module)], []);
  const input = module.manifest.inports.length > 0 ? runtime.attachSource({ actor: "a", port: 0 }, length) : undefined;
  const output = module.manifest.outports.length > 0 ? runtime.attachSink({ actor: "a", port: 0 }, length) : undefined;
  await runtime.start(["a"]);
  return { runtime, faults, input: input!, output: output! };
}
