import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type EmulatedBoard, startBoard } from "../../cli/emulator.js";
import { DeviceRuntime } from "../../runtime/link/device.js";
import type { DeviceRecord } from "../../runtime/link/record.js";
import { actor, Drain, Feed, HOST_ID, receives, sends } from "../faults/rig.js";
import { actorModule } from "../support/actors.js";

const COUNT = 40;
const SUMS = Array.from({ length: COUNT }, (_, i) => (i * (i + 1)) / 2);

/** std.Sum on a device behind a terminal; the path of the terminal stays the same when it vanishes and comes back. */
class Bench {
  readonly drain = new Drain();
  host!: DeviceRuntime;
  private board: EmulatedBoard | undefined;
  private boots = 0;

  constructor(
    private readonly path: string,
    readonly feed = new Feed(COUNT),
  ) {
    feed.wake();
  }

  async plug(): Promise<void> {
    this.board = await startBoard({ board: "native_sim", args: ["--pty"] });
    await symlink(this.board.address, this.path);
  }

  /** The power goes with the cable: the device ends, and its terminal is no more. */
  async unplug(): Promise<void> {
    await this.board?.stop();
    this.board = undefined;
    await rm(this.path, { force: true });
  }

  attach(record?: DeviceRecord): void {
    const host = { id: HOST_ID, boot: ++this.boots };
    this.host = new DeviceRuntime({ address: `serial:${this.path}`, host, ...(record && { record }) });
    this.host.bindOutgoing("in", this.feed.source);
    this.host.bindIncoming("out", this.drain.sink);
    void this.host.open();
  }

  async deploy(): Promise<void> {
    await this.host.deploy([actor("sum", await actorModule("std.Sum"))], [receives("in", "sum"), sends("out", "sum")]);
    await this.host.start(["sum"]);
  }

  /** Waits until `count` tokens have come. */
  async got(count: number): Promise<number[]> {
    while (this.drain.got.length < count) {
      await new Promise<void>((resolve) => {
        this.drain.onToken = resolve;
      });
    }
    return this.drain.got;
  }

  connected(): Promise<unknown> {
    return new Promise((resolve) => this.host.once("connected", () => resolve(undefined)));
  }

  async close(): Promise<void> {
    this.host?.close();
    await this.unplug();
  }
}

describe("a device behind a serial port", () => {
  let directory: string;
  let bench: Bench;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "kappa-serial-"));
    bench = new Bench(join(directory, "tty"));
  });
  afterEach(async () => {
    await bench.close();
    await rm(directory, { recursive: true, force: true });
  });

  test("takes and gives every token once, in order", async () => {
    await bench.plug();
    bench.attach();
    await bench.deploy();
    expect(await bench.got(COUNT)).toEqual(SUMS);
    expect(bench.host.statistics).toMatchObject({ framesBad: 0 });
  });

  test("goes on with another host process where the one before it ended", async () => {
    await bench.plug();
    bench.attach();
    await bench.deploy();
    await bench.got(5);
    const record = JSON.parse(JSON.stringify(bench.host.checkpoint())) as DeviceRecord;
    bench.host.close();
    bench.attach(record);
    expect(await bench.got(COUNT)).toEqual(SUMS);
  });

  test("is attached when its port comes, and again when it was unplugged", async () => {
    bench.attach();
    const first = bench.connected();
    await bench.plug();
    await first;
    await bench.deploy();
    expect(await bench.got(COUNT)).toEqual(SUMS);
    const lost = new Promise((resolve) => bench.host.once("lost", resolve));
    const away = new Promise((resolve) => bench.host.once("disconnected", resolve));
    await bench.unplug();
    await away;
    expect(bench.host.info.connected).toBe(false);
    const again = bench.connected();
    await bench.plug();
    expect(await lost).toEqual({ actors: ["sum"], connections: ["in", "out"] });
    await again;
    expect((await bench.host.inventory()).actors).toEqual([]);
    const more = new Feed(3);
    bench.host.bindOutgoing("in", more.source);
    more.wake();
    await bench.deploy();
    expect((await bench.got(COUNT + 3)).slice(COUNT)).toEqual([0, 1, 3]);
  });
});
