import { runInNewContext } from "node:vm";

/** Milliseconds that the first values of an actor's fields may take to compute. */
const TIMEOUT = 1000;

/**
 * Runs the function that gives fields their first values and tells how many bytes of heap it leaves used: the memory
 * manager's first word. Undefined when it traps. `binary` exports `memory` and the function as `init`; what it imports does
 * nothing.
 */
export function measureHeap(binary: Uint8Array, init: string): number | undefined {
  const module = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>);
  const nothing: Record<string, () => number> = {};
  for (const { name } of WebAssembly.Module.imports(module)) nothing[name] = () => 0;
  try {
    const { exports } = new WebAssembly.Instance(module, { k: nothing });
    // In a context of its own since only there an endless loop can be stopped.
    runInNewContext("run()", { run: exports[init] }, { timeout: TIMEOUT });
    return new DataView((exports.memory as WebAssembly.Memory).buffer).getUint32(0, true);
  } catch {
    return undefined;
  }
}
