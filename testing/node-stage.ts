import type { Module } from "../compiler/actor/types.js";
import { type Fault, LocalRuntime } from "../runtime/actor/local-runtime.js";
import type { TokenSink, TokenSource } from "../runtime/port/queue.js";
import type { ActorCase } from "./case.js";
import { ACTOR, type Input, type Play, QUEUE_LENGTH, type Seen, type Stage } from "./stage.js";
import { VirtualClock } from "./virtual-clock.js";
import { World } from "./world.js";

/** The base runtime in this process, in virtual time, with the capabilities of the case. */
export const nodeStage: Stage = {
  name: "node",
  unfit: () => undefined,
  open: (module, args, of) => NodePlay.open(module, args, of),
  close: async () => {},
};

class NodePlay implements Play {
  private readonly clock = new VirtualClock();
  private readonly world: World;
  private readonly runtime: LocalRuntime;
  private sinks: TokenSink[] = [];
  private sources: TokenSource[] = [];
  private pending: Uint8Array[][] = [];
  private fault: Fault | undefined;

  private constructor(private readonly of: ActorCase) {
    this.world = new World(of.world ?? {});
    this.runtime = new LocalRuntime({
      id: "test",
      name: "test",
      clock: this.clock,
      capabilities: this.world.capabilities,
      onFault: (fault) => {
        this.fault = fault;
      },
    });
  }

  static async open(module: Module, args: (Uint8Array | undefined)[], of: ActorCase): Promise<NodePlay> {
    const play = new NodePlay(of);
    await play.runtime.deploy([{ id: ACTOR, module, args }], []);
    const { inports, outports } = module.manifest;
    const port = (i: number) => ({ actor: ACTOR, port: i });
    play.sinks = inports.map((_, i) => play.runtime.attachSource(port(i), QUEUE_LENGTH));
    play.sources = outports.map((_, i) => play.runtime.attachSink(port(i), QUEUE_LENGTH));
    play.pending = inports.map(() => []);
    await play.runtime.start([ACTOR]);
    await play.runtime.idle();
    return play;
  }

  async step({ after, tokens }: Input): Promise<Seen> {
    const out: Uint8Array[][] = this.sources.map(() => []);
    const settle = async () => {
      do await this.runtime.idle();
      while (!this.of.endless && this.drain(out));
    };
    await this.clock.pass(after, settle);
    tokens.forEach((list, i) => {
      this.pending[i]!.push(...list);
    });
    do await settle();
    while (this.feed());
    if (this.of.endless) this.drain(out);
    const { firings, fuel } = await this.runtime.report(ACTOR);
    const { fault } = this;
    return {
      tokens: out,
      deeds: this.world.takeDeeds(),
      firings,
      fuel,
      ...(fault && { fault: { trap: fault.trap, action: fault.actionName } }),
    };
  }

  close(): Promise<void> {
    return this.runtime.close();
  }

  /** Puts in what there is room for; whether that was anything. */
  private feed(): boolean {
    let fed = false;
    this.pending.forEach((list, i) => {
      while (list.length > 0 && this.sinks[i]!.push(list[0]!)) {
        list.shift();
        fed = true;
      }
    });
    return fed;
  }

  /** Takes what has come out; whether that was anything. */
  private drain(out: Uint8Array[][]): boolean {
    let any = false;
    this.sources.forEach((source, i) => {
      for (let token = source.shift(); token; token = source.shift()) {
        out[i]!.push(token);
        any = true;
      }
    });
    return any;
  }
}
