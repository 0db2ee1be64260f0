import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type EmulatedBoard, startBoard } from "../../cli/emulator.js";
import type { Module } from "../../compiler/actor/types.js";
import { systemClock } from "../../runtime/link/clock.js";
import { DeviceRuntime } from "../../runtime/link/device.js";
import type { DeviceRecord } from "../../runtime/link/record.js";
import { connectorFor } from "../../runtime/link/transport.js";
import { actorModule } from "../support/actors.js";
import { Mangler, MISCHIEFS, type Policy } from "./mangler.js";
import { actor, Drain, Feed, HOST_ID, joins, receives, sends, upTo } from "./rig.js";

/** Runs at the same time; they wait most of their time. */
const PARALLEL = 12;
const TOKENS = 20;
const QUEUE = 4;
const IMAGES = ["build/firmware/native_sim_asan/kappa", "build/firmware/native_sim/kappa"];
const image = IMAGES.find((path) => existsSync(path)) ?? IMAGES[1]!;

let identity: Module;
beforeAll(async () => {
  identity = await actorModule("std.Identity");
});

type Event = (run: Run) => void | Promise<void>;

/** One session with the real firmware: two actors in a row, tokens in, and out of each of the actors. */
class Run {
  readonly feed = new Feed(TOKENS, QUEUE);
  readonly drains = [new Drain(QUEUE), new Drain(QUEUE)];
  readonly mangler: Mangler;
  host!: DeviceRuntime;
  private board!: EmulatedBoard;
  private boots = 0;
  private restarting = Promise.resolve();
  private ended = false;
  private record: DeviceRecord | undefined;
  private finish!: () => void;
  private readonly finished = new Promise<void>((resolve) => {
    this.finish = resolve;
  });

  constructor(policy: Policy, at?: number, event?: Event) {
    const inner = {
      address: "tcp:native_sim",
      renewable: true,
      open: (handlers: Parameters<Mangler["open"]>[0]) => connectorFor(this.board.address).open(handlers),
    };
    this.mangler = new Mangler(inner, systemClock, (index, direction, wire) => {
      if (index === at) systemClock.soon(() => void (this.ended || event?.(this)));
      return policy(index, direction, wire);
    });
    for (const drain of this.drains) drain.onToken = () => this.look();
  }

  get got(): number[][] {
    return this.drains.map(({ got }) => got);
  }

  /** Frames until all tokens had come out. */
  async run(): Promise<number> {
    this.board = await startBoard({ board: "native_sim", image });
    this.feed.wake();
    this.begin();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`stuck with ${JSON.stringify(this.got)}`)), 40_000);
    });
    try {
      await Promise.race([this.finished, late]);
      return this.mangler.frames;
    } finally {
      clearTimeout(timer);
      this.ended = true;
      this.host.close();
      await this.restarting; // all tokens may be out while the device is still on its way up
      await this.board.stop();
    }
  }

  restartHost(): void {
    this.record = JSON.parse(JSON.stringify(this.host.checkpoint())) as DeviceRecord;
    this.host.removeAllListeners();
    this.host.close();
    this.begin();
  }

  restartDevice(): Promise<void> {
    this.restarting = this.reboot();
    return this.restarting;
  }

  private async reboot(): Promise<void> {
    await this.board.stop();
    this.board = await startBoard({ board: "native_sim", image });
  }

  private begin(): void {
    const host = { id: HOST_ID, boot: ++this.boots };
    this.host = new DeviceRuntime({ address: this.mangler, host, ...(this.record ? { record: this.record } : {}) });
    this.host.bindOutgoing("in", this.feed.source);
    for (const [i, drain] of this.drains.entries()) this.host.bindIncoming(`out${i}`, drain.sink);
    this.host.on("connected", () => void this.deploy(this.host));
    void this.host.open();
  }

  private async deploy(host: DeviceRuntime): Promise<void> {
    const connections = [receives("in", "a"), joins("a", "b"), sends("out0", "a"), sends("out1", "b")];
    try {
      await host.deploy([actor("a", identity), actor("b", identity)], connections);
      await host.start(["a", "b"]);
    } catch {
      // Deployed again when the device is connected again.
    }
  }

  private look(): void {
    if (this.got.every((got) => got.at(-1) === TOKENS - 1)) this.finish();
  }
}

/** Does `job` for each number below `count`, some at a time. */
async function each(count: number, job: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

const ALL = [upTo(TOKENS), upTo(TOKENS)];

describe("the native firmware behind a bad line", () => {
  let frames = 0;
  let most = 0;
  beforeAll(async () => {
    const run = new Run(() => "pass");
    frames = await run.run();
    expect(run.got).toEqual(ALL);
    expect(run.host.statistics).toMatchObject({ resent: 0, repeated: 0, framesBad: 0 });
  });
  afterAll(() => console.log(`frames of an undisturbed session: ${frames}; at most ${most} more after one fault`));

  test.each(MISCHIEFS)("survives `%s` at every frame boundary", async (mischief) => {
    await each(frames, async (at) => {
      const run = new Run((index) => (index === at ? mischief : "pass"));
      const used = await run.run();
      expect({ at, got: run.got }).toEqual({ at, got: ALL });
      expect(used).toBeLessThanOrEqual(2 * frames + 60);
      most = Math.max(most, used - frames);
    });
  });

  test("survives the host being thrown away and rebuilt at every frame boundary", async () => {
    await each(frames, async (at) => {
      const run = new Run(
        () => "pass",
        at,
        (r) => r.restartHost(),
      );
      expect(await run.run()).toBeLessThanOrEqual(3 * frames);
      expect({ at, got: run.got }).toEqual({ at, got: ALL });
    });
  });

  test("a restart of the device at any frame boundary loses at most what was in it and keeps the order", async () => {
    await each(frames, async (at) => {
      const run = new Run(
        () => "pass",
        at,
        (r) => r.restartDevice(),
      );
      expect(await run.run()).toBeLessThanOrEqual(3 * frames);
      for (const got of run.got) {
        const back = got.findIndex((value, index) => index > 0 && value <= got[index - 1]!);
        for (const part of back < 0 ? [got] : [got.slice(0, back), got.slice(back)])
          expect(part).toEqual([...part].sort((a, b) => a - b));
        expect(TOKENS - new Set(got).size).toBeLessThanOrEqual(3 * QUEUE);
        expect(got.length - new Set(got).size).toBeLessThanOrEqual(QUEUE);
      }
    });
  });
});
