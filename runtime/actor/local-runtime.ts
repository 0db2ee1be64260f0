import { type Logger, pino } from "pino";
import type { Module } from "../../compiler/actor/types.js";
import type { Json } from "../../compiler/script/graph.js";
import { KappaError } from "../errors.js";
import type { ActorHost, ActorReport, ActorSpec, ConnectionSpec, PortRef, RuntimeInfo } from "../host.js";
import type { TokenSink, TokenSource } from "../port/queue.js";
import { type Capability, random32, simulatedCapabilities, systemCapabilities } from "./capabilities.js";
import { type Clock, SystemClock } from "./clock.js";
import { Connections, unknownActor } from "./connections.js";
import { checkCapabilities, construct, readArguments, throwTrap } from "./creation.js";
import { type ActorEnvironment, HostedActor } from "./hosted-actor.js";
import { Instance } from "./instance.js";
import { LiveInstances } from "./live-instances.js";
import { Scheduler } from "./scheduler.js";
import { SimulatedRoom } from "./simulated-room.js";
import type { Trap, TrapName } from "./trap.js";
import { makeTwin, type Twin } from "./twin.js";

/** Largest token of a base runtime, in bytes (docs/tokens.md). */
const TOKEN_MAX = 65_536;
/** Instances kept in WebAssembly. */
const LIVE_MAX = 4096;
/** Twins kept when no actor uses them. */
const TWINS_MAX = 256;

/** What an actor's trap was. */
export interface Fault {
  actor: string;
  trap: TrapName;
  /** Index and name of the action. */
  action: number;
  actionName: string;
}

export interface LocalRuntimeOptions {
  id: string;
  name: string;
  attributes?: Record<string, Json>;
  /** Offers the sensors and outputs of a simulated room. */
  simulate?: boolean;
  /** Capabilities of this machine, by name. They go before the others. */
  capabilities?: Record<string, Capability>;
  /** Told of faults and of what actors log; silent by default. */
  logger?: Logger;
  /** Time; the process's own by default. */
  clock?: Clock;
  /** Gives 32 random bits. */
  random?: () => number;
  /** Instances kept in WebAssembly; more actors than these sleep as bytes. 4096 by default. */
  liveMax?: number;
  onFault?: (fault: Fault) => void;
  onLog?: (actor: string, text: string) => void;
}

/** The base runtime's own actors: in this process. */
export class LocalRuntime implements ActorHost {
  readonly info: RuntimeInfo;
  /** The simulated room, if there is one. */
  readonly room: SimulatedRoom | undefined;

  private readonly actors = new Map<string, HostedActor>();
  private readonly twins = new Map<string, Twin>();
  private readonly capabilities: Record<string, Capability>;
  private readonly scheduler: Scheduler;
  private readonly connections: Connections;
  private readonly live: LiveInstances;
  private readonly logger: Logger;
  private readonly environment: ActorEnvironment;
  private readonly now: () => number;

  constructor(private readonly options: LocalRuntimeOptions) {
    const clock = options.clock ?? new SystemClock();
    const begin = clock.now();
    this.now = () => clock.now() - begin;
    this.logger = options.logger ?? pino({ enabled: false });
    this.scheduler = new Scheduler((error) => this.logger.error({ err: error }, "error in the runtime"));
    this.connections = new Connections((task) => this.scheduler.enqueue(task), TOKEN_MAX);
    this.live = new LiveInstances(options.liveMax ?? LIVE_MAX);
    this.room = options.simulate ? new SimulatedRoom(this.now) : undefined;
    this.capabilities = {
      ...systemCapabilities((actor, text) => this.logged(actor, text), options.random),
      ...(this.room && simulatedCapabilities(this.room)),
      ...options.capabilities,
    };
    this.environment = {
      scheduler: this.scheduler,
      clock: { now: this.now, after: (ms, run) => clock.after(ms, run) },
      tokenMax: TOKEN_MAX,
      random: options.random ?? random32,
      wake: (instance) => this.live.wake(instance),
      faulted: (actor, trap, action) => this.faulted(actor, trap, action),
      skipped: (actor, { trap }, action) => this.logger.warn({ actor: actor.id, trap, action }, "dead letter"),
    };
    this.info = {
      id: options.id,
      name: options.name,
      kind: "base",
      capabilities: Object.keys(this.capabilities).sort(),
      attributes: options.attributes ?? {},
      simulated: options.simulate ?? false,
      connected: true,
      tokenMax: TOKEN_MAX,
    };
  }

  /**
   * Throws KappaError ACTOR_EXISTS, MODULE_INVALID, CAPABILITY_MISSING, ARGUMENT_INVALID, ACTOR_TRAPPED, MEMORY_EXHAUSTED,
   * ACTOR_UNKNOWN, PORT_UNKNOWN, RUNTIME_LIMIT; nothing is left then.
   */
  async deploy(actors: ActorSpec[], connections: ConnectionSpec[]): Promise<void> {
    const made = new Map<string, HostedActor>();
    const find = (id: string) => made.get(id) ?? this.actors.get(id);
    try {
      for (const spec of actors) {
        if (find(spec.id)) throw new KappaError("ACTOR_EXISTS", `there is an actor ${spec.id} already`);
        made.set(spec.id, this.create(spec));
      }
      this.connections.check(connections, find);
    } catch (error) {
      for (const actor of made.values()) this.live.forget(actor.instance);
      throw error;
    }
    for (const [id, actor] of made) this.actors.set(id, actor);
    this.connections.connect(connections, find);
  }

  /**
   * Held actors run; start() is called once in an actor's life. Throws KappaError ACTOR_UNKNOWN, ACTOR_STATE when one is
   * faulted, ACTOR_TRAPPED when a start() traps: then no actor has been started.
   */
  async start(ids: string[]): Promise<void> {
    const actors = this.findAll(ids);
    for (const actor of actors) {
      if (actor.status === "faulted") throw new KappaError("ACTOR_STATE", `actor ${actor.id} is faulted: resume it`);
    }
    this.callStart(actors.filter((actor) => actor.status === "held" && !actor.started));
    for (const actor of actors) actor.start();
  }

  /** Running or faulted actors are held; their stop() runs, their timers stop, their tokens stay. Throws KappaError ACTOR_UNKNOWN. */
  async stop(ids: string[]): Promise<void> {
    for (const actor of this.findAll(ids)) this.hold(actor);
  }

  /** Throws KappaError ACTOR_UNKNOWN. Actors that are not faulted stay as they are. */
  async resume(ids: string[]): Promise<void> {
    for (const actor of this.findAll(ids)) actor.resume();
  }

  async remove(ids: string[]): Promise<void> {
    const gone = new Set(ids.filter((id) => this.actors.has(id)));
    this.connections.removeActors(gone);
    for (const id of gone) {
      const actor = this.actors.get(id)!;
      this.hold(actor);
      this.live.forget(actor.instance);
      this.actors.delete(id);
    }
    this.trimTwins();
  }

  async report(id: string): Promise<ActorReport> {
    return this.find(id).report();
  }

  async state(id: string): Promise<Uint8Array> {
    return this.find(id).instance.state();
  }

  /** start() counts as run afterwards. Throws KappaError ACTOR_UNKNOWN, ACTOR_STATE unless held, ARGUMENT_INVALID. */
  async restore(id: string, state: Uint8Array): Promise<void> {
    const actor = this.find(id);
    if (actor.status !== "held") {
      throw new KappaError("ACTOR_STATE", `actor ${id} is ${actor.status}; a state goes into a held actor`);
    }
    actor.instance.restore(state);
    actor.started = true;
  }

  /**
   * Attaches a native source to an inport that has no connection: what it pushes, the actor consumes.
   * Throws KappaError ACTOR_UNKNOWN, PORT_UNKNOWN, RUNTIME_LIMIT.
   */
  attachSource(to: PortRef, length?: number): TokenSink {
    return this.connections.attachSource(to, (id) => this.actors.get(id), length === undefined ? {} : { length });
  }

  /** Attaches a native sink to an outport: it gets all that the actor sends. Throws KappaError as attachSource. */
  attachSink(from: PortRef, length?: number): TokenSource {
    return this.connections.attachSink(from, (id) => this.actors.get(id), length === undefined ? {} : { length });
  }

  /** Where the tokens of `send` connection `id` come out. Throws KappaError NOT_FOUND. */
  outgoing(id: string): TokenSource {
    return this.connections.outgoing(id);
  }

  /** Where the tokens of `receive` connection `id` go in. Throws KappaError NOT_FOUND. */
  incoming(id: string): TokenSink {
    return this.connections.incoming(id);
  }

  /** Ids of all actors. */
  ids(): string[] {
    return [...this.actors.keys()];
  }

  /** Resolves when no actor can fire. */
  idle(): Promise<void> {
    return this.scheduler.idle();
  }

  /** Stops everything: nothing fires any more, no timer runs. */
  async close(): Promise<void> {
    for (const actor of this.actors.values()) this.hold(actor);
    this.scheduler.close();
  }

  private create(spec: ActorSpec): HostedActor {
    const { module, id } = spec;
    const twin = this.twin(module);
    checkCapabilities(spec, twin, this.capabilities);
    const args = readArguments(spec, twin.manifest.args);
    const instance = new Instance(id, twin, this.capabilities, this.now);
    try {
      this.live.wake(instance);
      construct(instance, args);
    } catch (error) {
      this.live.forget(instance);
      throw error;
    }
    return new HostedActor(module, instance, this.environment, spec.policy);
  }

  private twin(module: Module): Twin {
    const known = this.twins.get(module.hash);
    if (known) return known;
    const twin = makeTwin(module);
    this.twins.set(module.hash, twin);
    return twin;
  }

  /** Lets go of twins that no actor uses, the oldest first. */
  private trimTwins(): void {
    if (this.twins.size <= TWINS_MAX) return;
    const used = new Set([...this.actors.values()].map((actor) => actor.module.hash));
    for (const hash of this.twins.keys()) {
      if (this.twins.size <= TWINS_MAX) return;
      if (!used.has(hash)) this.twins.delete(hash);
    }
  }

  /** Runs start() of all, or puts all back. */
  private callStart(actors: HostedActor[]): void {
    const before: Uint8Array[] = [];
    try {
      for (const { instance } of actors) {
        this.live.wake(instance);
        before.push(instance.state());
        throwTrap(instance, "start", instance.call("start"));
      }
    } catch (error) {
      before.forEach((state, i) => {
        actors[i]!.instance.restore(state);
      });
      throw error;
    }
    for (const actor of actors) actor.started = true;
  }

  /** Stops an actor, whatever its stop() does. */
  private hold(actor: HostedActor): void {
    const trap = actor.hold();
    if (trap) this.logger.warn({ actor: actor.id, trap: trap.trap, err: trap.cause }, "stop() trapped");
  }

  private logged(actor: string, text: string): void {
    this.logger.info({ actor }, text);
    this.options.onLog?.(actor, text);
  }

  private faulted(actor: HostedActor, trap: Trap, action: number): void {
    const actionName = actor.module.doc?.actions[action]?.name ?? `action ${action}`;
    const fault: Fault = { actor: actor.id, trap: trap.trap, action, actionName };
    this.logger.warn({ ...fault, err: trap.cause }, "actor faulted");
    this.options.onFault?.(fault);
  }

  private find(id: string): HostedActor {
    return this.actors.get(id) ?? unknownActor(id);
  }

  private findAll(ids: string[]): HostedActor[] {
    return ids.map((id) => this.find(id));
  }
}
