import { Worker } from "node:worker_threads";
import { CompileError } from "../diagnostic.js";
import type { CompileOptions } from "./index.js";
import type { Module } from "./types.js";
import type { Answer, Request } from "./worker-thread.js";

/** Milliseconds after which a compilation is given up and its thread ended. */
const DEADLINE = 30_000;

interface Waiting {
  resolve(module: Module): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** One thread that compiles actors one after the other, started when first needed. */
class CompilerThread {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  compile(text: string, options: CompileOptions): Promise<Module> {
    const worker = this.start();
    const id = ++this.lastId;
    return new Promise<Module>((resolve, reject) => {
      const timer = setTimeout(() => this.fail(new Error(`compiling ${options.file} takes too long`)), DEADLINE);
      this.waiting.set(id, { resolve, reject, timer });
      worker.ref();
      worker.postMessage({ id, text, options } satisfies Request);
    });
  }

  private start(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL("./worker-thread.js", import.meta.url));
    worker.on("message", (answer: Answer) => this.settle(answer));
    worker.on("error", (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    this.worker = worker;
    return worker;
  }

  private settle(answer: Answer): void {
    const waiting = this.waiting.get(answer.id);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.waiting.delete(answer.id);
    // An idle thread does not keep the process alive.
    if (this.waiting.size === 0) this.worker?.unref();
    if ("module" in answer) waiting.resolve(answer.module);
    else if ("diagnostics" in answer) waiting.reject(new CompileError(answer.diagnostics, answer.sources));
    else waiting.reject(new Error(answer.failure));
  }

  /** Gives up all that is under way; the next compilation starts another thread. */
  private fail(error: Error): void {
    const { worker } = this;
    this.worker = undefined;
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.waiting.clear();
    void worker?.terminate();
  }
}

const thread = new CompilerThread();

/**
 * Compiles like `compileActor`, in a thread of its own, so that the caller goes on meanwhile. The same result, the same
 * CompileError; another Error when the thread fails or takes longer than 30 s.
 */
export function compileActorInWorker(text: string, options: CompileOptions): Promise<Module> {
  return thread.compile(text, options);
}
