import type { Instance, Live } from "./instance.js";

/**
 * The instances that are in WebAssembly. Each takes some KB of heap, and with linear memory 10 GB of address space, of which
 * a process has 128 TB; so no more than a limit are kept, and those least recently used sleep as the bytes of their state. An actor
 * that waits for a token for days then costs what its fields cost.
 */
export class LiveInstances {
  private readonly instances = new Set<Instance>();

  constructor(private readonly limit: number) {}

  get count(): number {
    return this.instances.size;
  }

  /** Wakes an instance; others may be put to sleep for it. */
  wake(instance: Instance): Live {
    if (!instance.live && this.instances.size >= this.limit) this.sweep();
    const live = instance.wake();
    this.instances.add(instance);
    return live;
  }

  /** Forgets an instance whose actor is gone. */
  forget(instance: Instance): void {
    this.instances.delete(instance);
  }

  /** The clock algorithm: whoever was used since the last look gets a second chance. Makes room for an eighth. */
  private sweep(): void {
    const target = Math.floor((this.limit * 7) / 8);
    for (const instance of this.instances) {
      if (this.instances.size <= target) return;
      this.instances.delete(instance);
      if (instance.recent) {
        instance.recent = false;
        this.instances.add(instance);
      } else {
        instance.sleep();
      }
    }
  }
}
