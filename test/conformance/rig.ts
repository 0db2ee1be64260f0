import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { type EmulatedBoard, startBoard } from "../../cli/emulator.js";
import { LocalRuntime } from "../../runtime/actor/local-runtime.js";
import type { ActorHost } from "../../runtime/host.js";
import { DeviceRuntime } from "../../runtime/link/device.js";
import type { Connector } from "../../runtime/link/transport.js";
import { Queue, QueueSink, QueueSource, type TokenSink, type TokenSource } from "../../runtime/port/queue.js";

/** A fault as every runtime reports it. */
export interface FaultEvent {
  actor: string;
  fault: string;
}

/** One runtime under test, with a way into and out of its connections. */
export interface Rig {
  readonly host: ActorHost;
  /** The way into `receive` connection `id`, after its deployment. */
  feed(id: string): TokenSink;
  /** The way out of `send` connection `id`, after its deployment. */
  tap(id: string): TokenSource;
  /** Lets go of a connection's end. */
  release(id: string): void;
  onFault: (event: FaultEvent) => void;
  close(): Promise<void>;
}

/** The runtimes that must behave alike. */
export const RIGS: Record<string, () => Promise<Rig>> = {
  node: nodeRig,
  native_sim: () => boardRig("native_sim"),
  netduinoplus2: () => boardRig("netduinoplus2"),
  bbc_microbit: () => boardRig("bbc_microbit"),
  mps2_an386: () => boardRig("mps2_an386"),
};

export async function nodeRig(): Promise<Rig> {
  const runtime = new LocalRuntime({
    id: "local",
    name: "local",
    simulate: true,
    onFault: ({ actor, trap }) => rig.onFault({ actor, fault: trap }),
  });
  const rig: Rig = {
    host: runtime,
    feed: (id) => runtime.incoming(id),
    tap: (id) => runtime.outgoing(id),
    release: () => {},
    onFault: () => {},
    close: () => runtime.close(),
  };
  return rig;
}

/** The native image with sanitizers where it is built. */
function nativeImage(): { image?: string } {
  const image = "build/firmware/native_sim_asan/kappa";
  return existsSync(image) ? { image } : {};
}

async function boardRig(name: string): Promise<Rig> {
  const board = await startBoard({ board: name, ...(name === "native_sim" ? nativeImage() : {}) });
  return attachRig(board);
}

/** A rig over a board that runs already; `address`: another way to it. */
export async function attachRig(board: EmulatedBoard, address: string | Connector = board.address): Promise<Rig> {
  const device = new DeviceRuntime({
    address,
    host: { id: randomBytes(8), boot: randomBytes(4).readUInt32LE() },
  });
  device.on("problem", (error) => {
    throw error;
  });
  await device.open();
  const rig: Rig = {
    host: device,
    feed(id) {
      const queue = new Queue(0, 16);
      device.bindOutgoing(id, new QueueSource(queue));
      return new QueueSink(queue);
    },
    tap(id) {
      const queue = new Queue(0, 4);
      device.bindIncoming(id, new QueueSink(queue));
      return new QueueSource(queue);
    },
    release: (id) => device.unbind(id),
    onFault: () => {},
    async close() {
      device.close();
      await board.stop();
    },
  };
  device.on("fault", ({ actor, fault }) => rig.onFault({ actor, fault }));
  return rig;
}
