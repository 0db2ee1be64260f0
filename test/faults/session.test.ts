import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { DeviceRuntime } from "../../runtime/link/device.js";
import type { DeviceRecord } from "../../runtime/link/record.js";
import { Mangler, MISCHIEFS, type Mischief, type Policy } from "./mangler.js";
import { ModelDevice } from "./model-device.js";
import { actor, Drain, Feed, hostOf, joins, modelModule, receives, sends, upTo } from "./rig.js";
import { VirtualClock } from "./virtual-clock.js";

const MODULE = modelModule(1, 300);
const TOKENS = 60;

/**
 * A session that deploys two actors in a row and streams tokens through them on two connections. It knows only what a kappa knows:
 * when the device has lost something or the host is made anew, it deploys again.
 */
class Scenario {
  readonly clock = new VirtualClock();
  readonly model = new ModelDevice(this.clock);
  readonly feeds = [new Feed(TOKENS), new Feed(TOKENS, 16)];
  readonly drains = [new Drain(), new Drain(16)];
  readonly mangler: Mangler;
  host!: DeviceRuntime;
  /** Frames until all tokens had come out. */
  busy = 0;
  private record: DeviceRecord | undefined;
  private kept: DeviceRecord = { actors: {}, connections: {}, inside: {} };
  private boots = 0;

  constructor(policy: Policy, event?: { at: number; run: (scenario: Scenario) => void }) {
    this.mangler = new Mangler(this.model.connector, this.clock, (index, direction, wire) => {
      if (index === event?.at) this.clock.soon(() => event.run(this));
      return policy(index, direction, wire);
    });
  }

  /** A host process begins, with what the one before has kept. */
  begin(): void {
    this.host = hostOf(this.mangler, this.clock, {
      boot: ++this.boots,
      ...(this.record ? { record: this.record } : {}),
    });
    const { host } = this;
    for (const [i, feed] of this.feeds.entries()) host.bindOutgoing(`in${i}`, feed.source);
    for (const [i, drain] of this.drains.entries()) host.bindIncoming(`out${i}`, drain.sink);
    host.on("connected", () => void this.deploy(host));
    host.on("changed", () => {
      this.kept = host.record;
    });
    void host.open();
  }

  /** The host process ends without a word; its record is what was kept at the last change, or a checkpoint with all queues. */
  restartHost({ checkpoint }: { checkpoint: boolean }): void {
    const record = checkpoint ? this.host.checkpoint() : this.kept;
    this.record = JSON.parse(JSON.stringify(record)) as DeviceRecord;
    this.host.removeAllListeners();
    this.host.close();
    this.begin();
  }

  async run(limit = 120_000): Promise<void> {
    for (const feed of this.feeds) feed.wake();
    this.begin();
    await this.clock.until(() => this.drains.every(({ got }) => got.at(-1) === TOKENS - 1), limit);
    await this.clock.until(() => this.feeds.every((feed) => feed.done), 20_000);
    this.busy = this.mangler.frames;
    await this.clock.pass(10_000);
    const { frames } = this.mangler;
    await this.clock.pass(5500);
    expect(this.mangler.frames - frames).toBeLessThanOrEqual(14);
    this.host.close();
  }

  get got(): number[][] {
    return this.drains.map(({ got }) => got);
  }

  private async deploy(host: DeviceRuntime): Promise<void> {
    const connections = upTo(2).flatMap((port) => [
      receives(`in${port}`, "a", port),
      joins("a", "b", port),
      sends(`out${port}`, "b", port),
    ]);
    try {
      await host.deploy([actor("a", MODULE), actor("b", MODULE)], connections);
      await host.start(["a", "b"]);
    } catch {
      // Deployed again when the device is connected again.
    }
  }
}

const none: Policy = () => "pass";
const ALL = [upTo(TOKENS), upTo(TOKENS)];

async function undisturbed(): Promise<number> {
  const scenario = new Scenario(none);
  await scenario.run();
  expect(scenario.got).toEqual(ALL);
  expect(scenario.host.statistics).toMatchObject({ resent: 0, repeated: 0, framesBad: 0, sessions: 1 });
  return scenario.busy;
}

describe("a session that deploys two actors and streams tokens through them", () => {
  test("undisturbed sends nothing twice", async () => {
    expect(await undisturbed()).toBeGreaterThan(150);
  });

  test.each(MISCHIEFS)("survives `%s` at every frame boundary", async (mischief) => {
    const frames = await undisturbed();
    let most = 0;
    for (let at = 0; at < frames; at++) {
      const scenario = new Scenario((index) => (index === at ? mischief : "pass"));
      await scenario.run();
      expect({ at, got: scenario.got }).toEqual({ at, got: ALL });
      most = Math.max(most, scenario.busy - frames);
    }
    expect(most).toBeLessThanOrEqual(60);
  });

  test("survives the host being thrown away and rebuilt from its record at every frame boundary", async () => {
    const frames = await undisturbed();
    for (let at = 0; at < frames; at++) {
      const scenario = new Scenario(none, { at, run: (s) => s.restartHost({ checkpoint: true }) });
      await scenario.run();
      expect({ at, got: scenario.got }).toEqual({ at, got: ALL });
      expect(scenario.busy).toBeLessThanOrEqual(2 * frames);
    }
  });

  test("without a checkpoint of its queues a new host gets again at most what was not acknowledged", async () => {
    const frames = await undisturbed();
    for (let at = 0; at < frames; at++) {
      const scenario = new Scenario(none, { at, run: (s) => s.restartHost({ checkpoint: false }) });
      await scenario.run();
      for (const [i, got] of scenario.got.entries()) {
        expect({ at, got: [...new Set(got)] }).toEqual({ at, got: upTo(TOKENS) });
        expect(got.length - TOKENS).toBeLessThanOrEqual([4, 16][i]!);
      }
      expect(scenario.busy).toBeLessThanOrEqual(2 * frames);
    }
  });

  test("survives the device forgetting the session at every frame boundary", async () => {
    const frames = await undisturbed();
    for (let at = 0; at < frames; at++) {
      const scenario = new Scenario(none, { at, run: (s) => s.model.dropSession() });
      await scenario.run();
      expect({ at, got: scenario.got }).toEqual({ at, got: ALL });
      expect(scenario.busy).toBeLessThanOrEqual(frames + 60);
    }
  });

  test("a reset of the device at any frame boundary costs at most what was in it, and goes on in order", async () => {
    const frames = await undisturbed();
    for (let at = 0; at < frames; at++) {
      const scenario = new Scenario(none, { at, run: (s) => s.model.reset() });
      await scenario.run();
      for (const [i, got] of scenario.got.entries()) {
        const back = got.findIndex((value, index) => index > 0 && value <= got[index - 1]!);
        const runs = back < 0 ? [got] : [got.slice(0, back), got.slice(back)];
        for (const run of runs) expect(run).toEqual([...run].sort((a, b) => a - b));
        expect(TOKENS - new Set(got).size).toBeLessThanOrEqual(3 * 16);
        expect(got.length - new Set(got).size).toBeLessThanOrEqual([4, 16][i]!);
      }
      expect(scenario.busy).toBeLessThanOrEqual(2 * frames + 60);
    }
  });

  test("survives a line that does all kinds of mischief all the time", async () => {
    const frames = await undisturbed();
    const mischief = fc.oneof({ weight: 20, arbitrary: fc.constant<Mischief>("pass") }, fc.constantFrom(...MISCHIEFS));
    await fc.assert(
      fc.asyncProperty(fc.array(mischief, { minLength: 50, maxLength: 600 }), async (list) => {
        const scenario = new Scenario((index) => list[index] ?? "pass");
        await scenario.run(600_000);
        expect(scenario.got).toEqual(ALL);
        const disturbed = list.slice(0, scenario.mangler.frames).filter((kind) => kind !== "pass").length;
        expect(scenario.busy).toBeLessThanOrEqual(frames + 60 * (1 + disturbed));
      }),
      { numRuns: 60 },
    );
  });
});
