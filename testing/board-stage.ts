import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Module } from "../compiler/actor/types.js";
import type { ConnectionSpec } from "../runtime/host.js";
import { DeviceRuntime } from "../runtime/link/device.js";
import { Queue, QueueSink, QueueSource } from "../runtime/port/queue.js";
import { type ActorCase, stepsOf } from "./case.js";
import { ACTOR, type Input, type Play, QUEUE_LENGTH, type Seen, type Stage } from "./stage.js";

/** A board's UART, and how to end it. */
export interface Board {
  readonly address: string;
  stop(): Promise<void>;
}

/** Milliseconds in which a board must have done what Node.js did. */
const PATIENCE = 20_000;
/** Milliseconds between two questions to the board. */
const PAUSE = 10;

/** A stage on a board that runs: same tokens, firings and fuel as in Node.js. The board is stopped with it. */
export async function boardStage(name: string, board: Board): Promise<Stage> {
  const host = { id: randomBytes(8), boot: randomBytes(4).readUInt32LE() };
  const device = new DeviceRuntime({ address: board.address, host });
  await device.open();
  return {
    name,
    unfit,
    open: (module, args, of) => BoardPlay.open(device, module, args, of),
    async close() {
      device.close();
      await board.stop();
    },
  };
}

/** A board has its own clock and its own sensors. */
function unfit(module: Module, of: ActorCase): string | undefined {
  if (of.world) return "a board has its own sensors";
  if (stepsOf(of).some(({ after }) => after)) return "a board has its own clock";
  const [capability] = module.requires.filter((name) => name !== "sys.time");
  return capability && `what ${capability} does is not seen on a board`;
}

class BoardPlay implements Play {
  private readonly feeds: Queue[];
  private readonly taps: Queue[];
  private fault: Seen["fault"];

  private constructor(
    private readonly device: DeviceRuntime,
    private readonly module: Module,
    private readonly of: ActorCase,
  ) {
    const { inports, outports } = module.manifest;
    this.feeds = inports.map(() => new Queue(0, 16 * QUEUE_LENGTH));
    this.taps = outports.map(() => new Queue(0, of.endless ? QUEUE_LENGTH : 16 * QUEUE_LENGTH));
    device.on("fault", this.onFault);
  }

  static async open(device: DeviceRuntime, module: Module, args: (Uint8Array | undefined)[], of: ActorCase) {
    const play = new BoardPlay(device, module, of);
    await device.deploy([{ id: ACTOR, module, args }], play.connections());
    play.feeds.forEach((queue, i) => {
      device.bindOutgoing(inId(i), new QueueSource(queue));
    });
    play.taps.forEach((queue, i) => {
      device.bindIncoming(outId(i), new QueueSink(queue));
    });
    await device.start([ACTOR]);
    return play;
  }

  async step({ tokens }: Input, model?: Seen): Promise<Seen> {
    tokens.forEach((list, i) => {
      const sink = new QueueSink(this.feeds[i]!);
      for (const token of list) sink.push(token);
    });
    const out = this.taps.map(() => [] as Uint8Array[]);
    const end = Date.now() + PATIENCE;
    let report = await this.device.report(ACTOR);
    while (!this.over(report, out, model) && Date.now() < end) {
      await delay(PAUSE);
      report = await this.device.report(ACTOR);
    }
    const { firings, fuel } = report;
    return { tokens: out, deeds: [], firings, fuel, ...(this.fault && { fault: this.fault }) };
  }

  async close(): Promise<void> {
    this.device.off("fault", this.onFault);
    await this.device.remove([ACTOR]);
    for (const i of this.feeds.keys()) this.device.unbind(inId(i));
    for (const i of this.taps.keys()) this.device.unbind(outId(i));
  }

  /** Takes what has come; whether all that the model did is done. */
  private over({ firings }: { firings: number }, out: Uint8Array[][], model: Seen | undefined): boolean {
    this.taps.forEach((queue, i) => {
      const source = new QueueSource(queue);
      const wanted = this.of.endless ? (model?.tokens[i]?.length ?? 0) : Number.POSITIVE_INFINITY;
      while (out[i]!.length < wanted && queue.count > 0) out[i]!.push(source.shift()!);
    });
    const arrived = out.every((list, i) => list.length >= (model?.tokens[i]?.length ?? 0));
    const fired = this.of.endless === true || firings >= (model?.firings ?? 0);
    return arrived && fired && (model?.fault === undefined) === (this.fault === undefined);
  }

  private connections(): ConnectionSpec[] {
    const length = 4;
    return [
      ...this.feeds.map((_, i) => ({ kind: "receive", id: inId(i), to: { actor: ACTOR, port: i }, length }) as const),
      ...this.taps.map((_, i) => ({ kind: "send", id: outId(i), from: { actor: ACTOR, port: i }, length }) as const),
    ];
  }

  private readonly onFault = ({ actor, fault, action }: { actor: string; fault: string; action?: number }) => {
    if (actor !== ACTOR) return;
    const name = action === undefined ? undefined : this.module.doc?.actions[action]?.name;
    this.fault = { trap: fault, ...(name !== undefined && { action: name }) };
  };
}

const inId = (i: number) => `>${i}`;
const outId = (i: number) => `${i}>`;
