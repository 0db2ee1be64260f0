import { LocalRuntime } from "../../runtime/actor/local-runtime.js";
import { KappaError } from "../../runtime/errors.js";
import type { ActorHost, ActorReport, ActorSpec, ConnectionSpec, RuntimeInfo } from "../../runtime/host.js";
import { type Member, pump } from "../../runtime/mesh/member.js";
import type { Mesh } from "../../runtime/mesh/mesh.js";
import type { TokenSink, TokenSource } from "../../runtime/port/queue.js";

/**
 * A device without a link: a runtime in this process that can go away, come back, and lose all that it runs. As a member of the
 * mesh it behaves as DeviceMember does.
 */
export class FakeDevice implements Member, ActorHost {
  readonly info: RuntimeInfo;
  /** Every deploy that was asked for: the actors' ids. */
  readonly deploys: string[][] = [];
  /** Next deploy fails with this. */
  refusal: KappaError | undefined;
  private runtime: LocalRuntime;
  private connections = new Set<string>();
  private readonly sinks = new Map<string, TokenSink>();
  private readonly sources = new Map<string, TokenSource>();

  constructor(
    private mesh: Mesh,
    name: string,
    info: Partial<RuntimeInfo> = {},
  ) {
    this.runtime = this.boot(name);
    this.info = {
      ...this.runtime.info,
      kind: "constrained",
      board: "fake",
      tokenMax: 192,
      ...info,
    };
  }

  get host(): ActorHost {
    return this;
  }

  /** Another base runtime takes over; what was bound to the last one is not any more. */
  attachTo(mesh: Mesh): void {
    this.mesh = mesh;
    this.sinks.clear();
    this.sources.clear();
  }

  /** Joins the mesh, or comes back to it. */
  connect(): void {
    this.info.connected = true;
    this.mesh.add(this);
  }

  disconnect(): void {
    this.info.connected = false;
    this.mesh.emit("change", this.info.id);
  }

  /** Starts anew, with nothing; comes back when `connect` is called. */
  async reset(): Promise<void> {
    this.disconnect();
    await this.runtime.close();
    this.runtime = this.boot(this.info.name);
    this.connections = new Set();
  }

  /** What it runs, whether it is connected or not. */
  ids(): string[] {
    return this.runtime.ids().sort();
  }

  /** The field of LocalRuntime: the simulated room. */
  get room() {
    return this.runtime.room!;
  }

  close(): Promise<void> {
    return this.runtime.close();
  }

  deliver(id: string, sink: TokenSink): void {
    this.sinks.set(id, sink);
    if (this.connections.has(id)) pump(this.runtime.outgoing(id), sink);
  }

  supply(id: string, source: TokenSource): void {
    this.sources.set(id, source);
    if (this.connections.has(id)) pump(source, this.runtime.incoming(id));
  }

  async actors(): Promise<string[]> {
    this.reach();
    return this.ids();
  }

  async deploy(actors: ActorSpec[], connections: ConnectionSpec[]): Promise<void> {
    this.reach();
    if (this.refusal !== undefined) {
      const { refusal } = this;
      this.refusal = undefined;
      throw refusal;
    }
    const missing = connections.filter((spec) => !this.connections.has(keyOf(spec)));
    if (actors.length + missing.length === 0) return;
    this.deploys.push(actors.map((actor) => actor.id));
    await this.runtime.deploy(actors, missing);
    for (const spec of missing) this.connections.add(keyOf(spec));
    for (const [id, sink] of this.sinks) this.connections.has(id) && this.deliver(id, sink);
    for (const [id, source] of this.sources) this.connections.has(id) && this.supply(id, source);
  }

  async start(ids: string[]): Promise<void> {
    this.reach();
    await this.runtime.start(ids);
  }

  async stop(ids: string[]): Promise<void> {
    this.reach();
    await this.runtime.stop(ids);
  }

  async resume(ids: string[]): Promise<void> {
    this.reach();
    await this.runtime.resume(ids);
  }

  async remove(ids: string[]): Promise<void> {
    this.reach();
    await this.runtime.remove(ids);
    for (const key of this.connections) if (ids.some((id) => key.includes(id))) this.connections.delete(key);
  }

  async report(id: string): Promise<ActorReport> {
    this.reach();
    return this.runtime.report(id);
  }

  async state(id: string): Promise<Uint8Array> {
    this.reach();
    return this.runtime.state(id);
  }

  async restore(id: string, state: Uint8Array): Promise<void> {
    this.reach();
    await this.runtime.restore(id, state);
  }

  private reach(): void {
    if (!this.info.connected) throw new KappaError("LINK_DOWN", `${this.info.name} is away`);
  }

  private boot(name: string): LocalRuntime {
    return new LocalRuntime({
      id: `id-${name}`,
      name,
      simulate: true,
      onFault: ({ actor, trap }) => this.mesh.emit("fault", { runtime: `id-${name}`, actor, fault: trap }),
    });
  }
}

function keyOf(spec: ConnectionSpec): string {
  return "id" in spec ? spec.id : JSON.stringify(spec);
}
