import { parentPort } from "node:worker_threads";
import { CompileError, type Diagnostic } from "../diagnostic.js";
import { type CompileOptions, compileActor } from "./index.js";
import type { Module } from "./types.js";

/** The thread's side of `compileActorInWorker`: answers each request in turn. */

export interface Request {
  id: number;
  text: string;
  options: CompileOptions;
}

export type Answer = { id: number } & (
  | { module: Module }
  | { diagnostics: Diagnostic[]; sources: Record<string, string> }
  | { failure: string }
);

async function answerTo({ id, text, options }: Request): Promise<Answer> {
  try {
    return { id, module: await compileActor(text, options) };
  } catch (error) {
    if (error instanceof CompileError) return { id, diagnostics: error.diagnostics, sources: error.sources };
    return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on("message", async (request: Request) => parentPort?.postMessage(await answerTo(request)));
