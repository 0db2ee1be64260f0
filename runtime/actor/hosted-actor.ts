import { isScalar, TokenError } from "../../compiler/actor/token.js";
import { type Manifest, type Module, TypeCode } from "../../compiler/actor/types.js";
import type { ActorReport, ActorStatus, Collecting, FaultPolicy, Routing } from "../host.js";
import { Collector, makeCollector } from "../port/collector.js";
import type { Inlet, Queue, Wakeable } from "../port/queue.js";
import { Router } from "../port/router.js";
import { convertValue, Encoded, emptyValue, kindOf, sameForm, type Value } from "../port/value.js";
import { type Clock, PeriodicTimer } from "./clock.js";
import type { Instance, Live } from "./instance.js";
import type { Runnable, Scheduler } from "./scheduler.js";
import { Trap, trapOf } from "./trap.js";

/** Firings of one actor before others get their turn. */
const BATCH = 8;

/** Longest pause before a retry, ms. */
const PAUSE_MAX = 60_000;

/** An inport that an action consumes. */
interface Input {
  port: number;
  queue: Inlet;
  to: number;
  /** Whether a value that is not encoded can be taken as it is. */
  same: boolean;
}

/** An outport that an action may send on, with its connections. */
interface Output {
  port: number;
  bit: number;
  queues: Queue[];
  /** Where each token goes to one of them. */
  router: Router | undefined;
}

/** What an action's guard is: a bool global has no effects, a function may trap. */
const Guard = { none: 0, global: 1, function: 2 } as const;

/** What a firing of one action needs, worked out whenever a connection changes. */
interface Plan {
  index: number;
  inmask: number;
  outmask: number;
  /** Whether every port has a connection. */
  connected: boolean;
  inputs: Input[];
  /** The inputs that are parameters, in order. */
  parameters: Input[];
  /** The other inputs. */
  readable: Input[];
  outputs: Output[];
  /** Queues that must not be full. */
  targets: Queue[];
  /** Routers that must have room. */
  routers: Router[];
  timer: PeriodicTimer | undefined;
  guard: number;
  /** Whether it fires for exceptional tokens, and for nothing else. */
  handler: boolean;
}

/** What an actor needs of its runtime. */
export interface ActorEnvironment {
  scheduler: Scheduler;
  clock: Clock;
  /** Largest token in bytes. */
  tokenMax: number;
  /** Gives 32 random bits. */
  random: () => number;
  /** Wakes an instance that sleeps. */
  wake(instance: Instance): Live;
  faulted(actor: HostedActor, trap: Trap, action: number): void;
  /** The policy has dropped the tokens of a firing. */
  skipped(actor: HostedActor, trap: Trap, action: number): void;
}

/** An actor with its ports: looks which action is enabled, and fires it atomically (docs/module-abi.md section 3). */
export class HostedActor implements Runnable, Wakeable {
  status: ActorStatus = "held";
  fault: Trap | undefined;
  firings = 0;
  /** Fuel used by all firings. */
  fuel = 0;
  /** Whether start has run, or a state was restored. */
  started = false;

  private plans: Plan[] = [];
  private readonly outputs: Queue[][];
  private readonly routers: (Router | undefined)[] = [];
  /** Outports with a void connection. */
  private voids = 0;
  private readonly timers: (PeriodicTimer | undefined)[];
  /** Whether it is in the ready queue. */
  private queued = false;
  /** Whether the state before the firing under way has been saved, and can be put back. */
  private saved = false;
  private readonly manifest: Manifest;
  /** How often the firing under way was tried again, if `firings` is still what it was then. */
  private tried = { times: 0, firings: 0 };
  /** Ends the pause before a retry, while there is one. */
  private pause: (() => void) | undefined;

  constructor(
    readonly module: Module,
    readonly instance: Instance,
    private readonly environment: ActorEnvironment,
    private readonly policy?: FaultPolicy,
  ) {
    this.manifest = instance.manifest;
    this.outputs = this.manifest.outports.map(() => []);
    this.timers = this.manifest.actions.map((action) =>
      action.every ? new PeriodicTimer(environment.clock, () => this.wake()) : undefined,
    );
    this.connected();
  }

  get id(): string {
    return this.instance.id;
  }

  /** Whether an inport may have this connection: its only one, or collected like the others. */
  accepts(port: number, collecting: Collecting | undefined): boolean {
    const inlet = this.instance.inlets[port];
    return inlet === undefined || (inlet instanceof Collector && inlet.kind === collecting?.kind);
  }

  /** Whether an outport may have this connection: routed like the others. */
  offers(port: number, routing: Routing | undefined): boolean {
    return this.outputs[port]!.length === 0 || this.routers[port]?.kind === routing?.kind;
  }

  /** Adds a connection to an inport that accepts it. The caller calls `connected` afterwards, as for the next three. */
  addInput(port: number, queue: Queue, collecting: Collecting | undefined): void {
    const { inlets } = this.instance;
    if (collecting === undefined) {
      inlets[port] = queue;
      queue.consumer = this;
      return;
    }
    const collector = (inlets[port] as Collector | undefined) ?? makeCollector(collecting.kind, this);
    collector.add(queue, collecting);
    inlets[port] = collector;
  }

  removeInput(port: number, queue: Queue): void {
    const inlet = this.instance.inlets[port];
    if (inlet instanceof Collector) inlet.remove(queue);
    if (!(inlet instanceof Collector) || inlet.size === 0) this.instance.inlets[port] = undefined;
  }

  addOutput(port: number, queue: Queue, routing: Routing | undefined): void {
    this.outputs[port]!.push(queue);
    queue.producer = this;
    if (routing === undefined) return;
    this.routers[port] ??= new Router(routing.kind, this.environment.random);
    this.routers[port].add(queue, routing);
  }

  removeOutput(port: number, queue: Queue): void {
    this.outputs[port] = this.outputs[port]!.filter((q) => q !== queue);
    this.routers[port]?.remove(queue);
    if (this.outputs[port].length === 0) this.routers[port] = undefined;
  }

  /** Lets tokens sent on this outport go nowhere. */
  setVoid(port: number): void {
    this.voids |= 1 << port;
  }

  /** Works out the plans anew, after connections changed. */
  connected(): void {
    this.instance.routers = this.routers;
    this.outputs.forEach((queues, port) => {
      this.instance.limits[port] = Math.min(this.environment.tokenMax, ...queues.map((queue) => queue.limit));
    });
    this.plans = this.manifest.actions.map((_, index) => this.plan(index));
    this.wake();
  }

  /** Held to running: its timers begin. */
  start(): void {
    if (this.status !== "held") return;
    this.status = "running";
    this.manifest.actions.forEach((action, i) => {
      if (action.every) this.timers[i]!.arm(this.period(action.every - 1));
    });
    this.wake();
  }

  /** Running or faulted to held; its stop() runs. Returns the trap by which that ended, which has changed nothing. */
  hold(): Trap | undefined {
    const { instance, status } = this;
    this.status = "held";
    this.fault = undefined;
    this.pause?.();
    this.pause = undefined;
    for (const timer of this.timers) timer?.disarm();
    if (status === "held" || instance.manifest.roles.stop === undefined) return undefined;
    this.environment.wake(instance);
    return instance.call("stop");
  }

  /** Faulted to running: the firing that trapped is tried again. */
  resume(): void {
    if (this.status !== "faulted") return;
    this.status = "running";
    this.fault = undefined;
    this.wake();
  }

  /** Puts it into the ready queue, unless it is there or cannot fire anyway. */
  wake(): void {
    if (this.queued || this.status !== "running" || this.pause) return;
    this.queued = true;
    this.environment.scheduler.enqueue(this);
  }

  /** Some firings. */
  run(): boolean {
    for (let n = 0; n < BATCH; n++) {
      if (this.status !== "running" || this.pause || !this.fireNext()) {
        this.queued = false;
        return false;
      }
    }
    return true;
  }

  report(): ActorReport {
    const report: ActorReport = {
      status: this.status,
      firings: this.firings,
      fuel: BigInt(this.fuel),
      ram: this.instance.bytes,
    };
    if (this.fault) report.fault = this.fault.trap;
    return report;
  }

  private plan(index: number): Plan {
    const { inmask, outmask, guard, handler = false } = this.manifest.actions[index]!;
    const { inlets, inTypes } = this.instance;
    const inputs: Input[] = [];
    const outputs: Output[] = [];
    let connected = true;
    inTypes.forEach((to, port) => {
      if (((inmask >>> port) & 1) === 0) return;
      const queue = inlets[port];
      const single = !(queue instanceof Collector);
      if (queue) inputs.push({ port, queue, to, same: single && sameForm(queue.type, to) });
      else connected = false;
    });
    this.outputs.forEach((targets, port) => {
      if (((outmask >>> port) & 1) === 0) return;
      outputs.push({ port, bit: 1 << port, queues: targets, router: this.routers[port] });
      if (targets.length === 0 && ((this.voids >>> port) & 1) === 0) connected = false;
    });
    return {
      index,
      inmask,
      outmask,
      connected,
      inputs,
      parameters: inputs.filter((input) => isScalar(input.to)),
      readable: inputs.filter((input) => !isScalar(input.to)),
      outputs,
      targets: outputs.flatMap((output) => (output.router ? [] : output.queues)),
      routers: outputs.flatMap((output) => output.router ?? []),
      timer: this.timers[index],
      handler,
      guard: guard === 0 ? Guard.none : guard % 2 === 1 ? Guard.global : Guard.function,
    };
  }

  /** Fires the first action that is enabled; false when none is. */
  private fireNext(): boolean {
    const { instance } = this;
    for (const plan of this.plans) {
      if (!hasTokensAndRoom(plan)) continue;
      if (plan.timer && !plan.timer.due) continue;
      if (plan.handler && !plan.inputs.some(isExceptional)) continue;
      const live = instance.live ?? this.environment.wake(instance);
      instance.recent = true;
      if (this.tryFire(plan, live)) return true;
    }
    return false;
  }

  /** Fires an action if its guard holds, and no handler is to take its tokens. A trap counts as fired: the actor is faulted then. */
  private tryFire(plan: Plan, live: Live): boolean {
    this.saved = false;
    let used: number;
    try {
      if (plan.guard !== Guard.none && !this.guardHolds(plan, live)) return false;
      used = this.call(plan, live);
    } catch (error) {
      return this.trapped(plan, live, error);
    }
    this.commit(plan, used);
    return true;
  }

  /** Asks the guard. It has no ports, and leaves no trace when it says no. */
  private guardHolds(plan: Plan, live: Live): boolean {
    const { instance } = this;
    const guard = live.guards[plan.index]!;
    if (plan.guard === Guard.global) return guard() !== 0;
    instance.open = 0;
    instance.inmask = 0;
    instance.due = undefined;
    instance.save(live);
    this.saved = true;
    if (guard() !== 0) return true;
    instance.undo(live);
    return false;
  }

  /** Calls the action with its parameters; returns the fuel used. Throws TokenError, and what WebAssembly throws. */
  private call(plan: Plan, live: Live): number {
    const { parameters, readable } = plan;
    const action = live.actions[plan.index]!;
    this.instance.open = plan.outmask;
    this.instance.inmask = plan.inmask;
    this.instance.due = plan.timer?.dueAt;
    if (readable.length > 0) readInputs(this.instance, readable, plan.handler, this.environment.tokenMax);
    if (!this.saved) this.instance.save(live);
    if (plan.handler) {
      const values = parameters.map(takeAny);
      this.saved = true;
      return action(...values);
    }
    switch (parameters.length) {
      case 0:
        this.saved = true;
        return action();
      case 1: {
        const value = take(parameters[0]!);
        this.saved = true;
        return action(value);
      }
      case 2: {
        const first = take(parameters[0]!);
        const second = take(parameters[1]!);
        this.saved = true;
        return action(first, second);
      }
      default: {
        const values = parameters.map(take);
        this.saved = true;
        return action(...values);
      }
    }
  }

  /** Consumption and sends, all at once. */
  private commit(plan: Plan, used: number): void {
    const { instance } = this;
    this.firings++;
    this.fuel += used;
    for (const input of plan.inputs) input.queue.shift();
    for (const output of plan.outputs) {
      if (instance.open & output.bit) continue;
      const value = instance.staged[output.port]!;
      if (output.router) output.router.push(value);
      else for (const queue of output.queues) queue.push(value);
      if (typeof value !== "number") instance.staged[output.port] = 0;
    }
    this.forgetInputs(plan);
    if (plan.timer) plan.timer.next(this.period(this.manifest.actions[plan.index]!.every - 1));
  }

  /** Nothing has happened but the fault; not even that where a handler is to take the tokens: then false. */
  private trapped(plan: Plan, live: Live, error: unknown): boolean {
    const fuel = this.saved ? this.instance.undo(live) : 0;
    this.forgetInputs(plan);
    const trap = error instanceof TokenError ? this.refused(plan, error) : trapOf(error, fuel);
    if (trap && !this.policyTakes(plan, trap)) this.fail(trap, plan.index);
    return trap !== undefined;
  }

  /** Whether the policy says to try again after a pause, or to go on without the tokens. */
  private policyTakes(plan: Plan, trap: Trap): boolean {
    const { policy, environment } = this;
    if (!policy) return false;
    const times = this.tried.firings === this.firings ? this.tried.times : 0;
    if (times < policy.retries) {
      this.tried = { times: times + 1, firings: this.firings };
      this.pause = environment.clock.after(Math.min(policy.backoff * 2 ** times, PAUSE_MAX), () => {
        this.pause = undefined;
        this.wake();
      });
      return true;
    }
    this.tried = { times: 0, firings: this.firings };
    if (!policy.skips || (plan.inputs.length === 0 && !plan.timer)) return false; // it would trap again for ever
    for (const input of plan.inputs) input.queue.shift();
    if (plan.timer) plan.timer.next(this.period(this.manifest.actions[plan.index]!.every - 1));
    environment.skipped(this, trap, plan.index);
    return true;
  }

  /** What a token that an action does not take leads to: undefined when handlers list every exceptional one. */
  private refused(plan: Plan, cause: TokenError): Trap | undefined {
    if (plan.handler) return new Trap("token", { cause });
    const exceptional = plan.inputs.filter(isExceptional);
    const first = plan.inputs.find((input) => isExceptional(input) || !fits(input));
    if (!first || !isExceptional(first)) return new Trap("token", { cause });
    const handled = this.plans.reduce((mask, { handler, inmask }) => (handler ? mask | inmask : mask), 0);
    if (exceptional.every(({ port }) => (handled >>> port) & 1)) return undefined;
    return new Trap("exception", { cause });
  }

  private fail(trap: Trap, action: number): void {
    this.status = "faulted";
    this.fault = trap;
    this.environment.faulted(this, trap, action);
  }

  private forgetInputs(plan: Plan): void {
    for (const input of plan.readable) this.instance.inputs[input.port] = undefined;
  }

  /** Milliseconds in a mutable global, a whole number of at least 1. */
  private period(global: number): number {
    const bits = this.instance.global(global);
    const type = this.manifest.globals[global]!.type;
    const value = numberOf(bits, type);
    return value >= 1 ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER) : 1;
  }
}

function hasTokensAndRoom(plan: Plan): boolean {
  if (!plan.connected) return false;
  for (const input of plan.inputs) if (input.queue.count === 0) return false;
  for (const queue of plan.targets) if (queue.count >= queue.capacity) return false;
  for (const router of plan.routers) if (!router.hasRoom()) return false;
  return true;
}

function isExceptional({ queue }: Input): boolean {
  return kindOf(queue.first()) !== 0;
}

/** Whether the token on an inport fits it. */
function fits({ queue, to }: Input): boolean {
  try {
    convertValue(queue.first(), queue.type, to);
    return true;
  } catch {
    return false;
  }
}

/** The value of a scalar input of a handler. Throws TokenError. */
function takeAny(input: Input): number | bigint {
  const value = input.queue.first();
  return kindOf(value) === 0 ? take(input) : (emptyValue(input.to, value) as number | bigint);
}

/** The value of a scalar input. Throws TokenError. */
function take(input: Input): number | bigint {
  const value = input.queue.first();
  if (input.same && typeof value !== "object") return value as number | bigint;
  return convertValue(value, input.queue.type, input.to) as number | bigint;
}

/** Gives the imports of this firing what they may read. Throws TokenError, for an exceptional token unless to a handler. */
function readInputs(instance: Instance, readable: Input[], handler: boolean, tokenMax: number): void {
  for (const { port, queue, to } of readable) {
    const value: Value = queue.first();
    if (queue instanceof Collector && value instanceof Encoded && value.bytes.length > tokenMax) throw new Trap("size");
    if (kindOf(value) === 0) instance.inputs[port] = convertValue(value, queue.type, to);
    else if (handler) instance.inputs[port] = emptyValue(to, value);
    else throw new TokenError("TYPE", "an exceptional token without a handler");
  }
}

const buffer = new DataView(new ArrayBuffer(8));

/** The number that bits mean under a scalar type. */
function numberOf(bits: bigint, type: number): number {
  buffer.setBigInt64(0, bits, true);
  switch (type) {
    case TypeCode.f32:
      return buffer.getFloat32(0, true);
    case TypeCode.f64:
      return buffer.getFloat64(0, true);
    case TypeCode.i64:
      return Number(bits);
    case TypeCode.u64:
      return Number(BigInt.asUintN(64, bits));
    case TypeCode.u32:
      return buffer.getUint32(0, true);
    default:
      return buffer.getInt32(0, true);
  }
}
