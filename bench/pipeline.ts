import { performance } from "node:perf_hooks";
import { encodeToken } from "../compiler/actor/token.js";
import { type Module, TypeCode } from "../compiler/actor/types.js";
import { LocalRuntime } from "../runtime/actor/local-runtime.js";
import type { ConnectionSpec } from "../runtime/host.js";

export interface PipelineResult {
  /** Tokens through the whole pipeline. */
  tokens: number;
  seconds: number;
  tokensPerSecond: number;
  /** Firings of all actors. */
  firings: number;
}

/**
 * Pushes i32 tokens through a line of actors in one process, from a native source to a native sink, with back-pressure.
 *
 * @param module an actor with one i32 inport and one i32 outport that sends a token for every token
 * @param stages actors in the line
 * @param tokens tokens to send
 * @param length queue length of each connection, in tokens
 */
export async function measurePipeline(
  module: Module,
  stages: number,
  tokens: number,
  length?: number,
): Promise<PipelineResult> {
  const runtime = new LocalRuntime({ id: "bench", name: "bench" });
  const ids = Array.from({ length: stages }, (_, i) => `stage${i}`);
  const links = ids.slice(1).map((to, i): ConnectionSpec => {
    const link = { kind: "local", from: { actor: ids[i]!, port: 0 }, to: { actor: to, port: 0 } } as const;
    return length === undefined ? link : { ...link, length };
  });
  await runtime.deploy(
    ids.map((id) => ({ id, module, args: [] })),
    links,
  );
  const source = runtime.attachSource({ actor: ids[0]!, port: 0 }, length);
  const sink = runtime.attachSink({ actor: ids.at(-1)!, port: 0 }, length);
  await runtime.start(ids);
  const token = encodeToken(1, TypeCode.i32);
  let sent = 0;
  let received = 0;
  const begin = performance.now();
  await new Promise<void>((resolve) => {
    const fill = () => {
      while (sent < tokens && source.push(token)) sent++;
    };
    source.onRoom = fill;
    sink.onToken = () => {
      received += sink.count;
      sink.drop(sink.count);
      if (received === tokens) resolve();
    };
    fill();
  });
  const seconds = (performance.now() - begin) / 1000;
  const reports = await Promise.all(ids.map((id) => runtime.report(id)));
  await runtime.close();
  return {
    tokens,
    seconds,
    tokensPerSecond: tokens / seconds,
    firings: reports.reduce((sum, report) => sum + report.firings, 0),
  };
}
