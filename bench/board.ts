import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBoard } from "../cli/emulator.js";
import type { Module } from "../compiler/actor/types.js";
import type { ConnectionSpec } from "../runtime/host.js";
import { DeviceRuntime } from "../runtime/link/device.js";
import { QueueSource } from "../runtime/port/queue.js";
import { stackUsed } from "./stack.js";

export const BOARD = "netduinoplus2";
export const IMAGE = `build/firmware/${BOARD}/kappa.elf`;
const HOST = { id: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), boot: 1 };
/** Longest wait for anything, in ms: far beyond what a loaded machine takes. */
const PATIENCE = 60_000;

/** A board under measurement. */
export interface Bench {
  device: DeviceRuntime;
  /** Bytes of its stack that were ever used. */
  stack(): Promise<number>;
  /** The promise's result; rejects, naming `what`, when it takes too long, the board ends, or an actor on it traps. */
  within<T>(what: string, promise: Promise<T>): Promise<T>;
}

/** Runs `measure` with a board that has just started and is connected. */
export async function withBoard<T>(measure: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "kappa-bench-"));
  const monitor = join(folder, "monitor");
  const board = await startBoard({ board: BOARD, args: ["-monitor", `unix:${monitor},server=on,wait=off`] });
  const device = new DeviceRuntime({ address: board.address, host: HOST });
  const broken = new Promise<never>((_, reject) => {
    board.process.once("exit", (code) => reject(new Error(`QEMU ended with code ${code}`)));
    device.on("fault", ({ actor, fault }) => reject(new Error(`actor ${actor} trapped: ${fault}`)));
    device.on("problem", reject);
  });
  broken.catch(() => {});
  const within = <T>(what: string, promise: Promise<T>) => limited(what, Promise.race([promise, broken]));
  try {
    await within("the board to answer", device.open());
    return await measure({ device, stack: () => within("QEMU's monitor", stackUsed(monitor, IMAGE)), within });
  } finally {
    device.close();
    await board.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function limited<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The connections that join every port of an actor to the link: `actor.port` is the id of each. */
export function onTheLink(id: string, { manifest }: Module): ConnectionSpec[] {
  return [
    ...manifest.inports.map(
      ({ name }, port): ConnectionSpec => ({ kind: "receive", id: `${id}.${name}`, to: { actor: id, port } }),
    ),
    ...manifest.outports.map(
      ({ name }, port): ConnectionSpec => ({ kind: "send", id: `${id}.${name}`, from: { actor: id, port } }),
    ),
  ];
}

/** A source that tells when the tokens in it have been acknowledged, which a queue that is not full does not. */
export class WatchedSource extends QueueSource {
  onDrop: (() => void) | undefined;

  override drop(count: number): void {
    super.drop(count);
    this.onDrop?.();
  }
}
