import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { compilerVersion } from "../../cli/package.js";
import { compileActor } from "../../compiler/actor/index.js";
import { LocalRuntime } from "../../runtime/actor/local-runtime.js";
import { recordEvents } from "../../runtime/events/record.js";
import type { RuntimeInfo } from "../../runtime/host.js";
import { Introspection } from "../../runtime/kappa/introspection.js";
import { Kappas } from "../../runtime/kappa/kappas.js";
import type { KappaRecord } from "../../runtime/kappa/record.js";
import { StoreScriptCompiler } from "../../runtime/kappa/script-compiler.js";
import { ActorStore } from "../../runtime/mesh/actor-store.js";
import { LocalMember } from "../../runtime/mesh/local-member.js";
import { Mesh } from "../../runtime/mesh/mesh.js";
import { createServer } from "../../runtime/rest/server.js";
import { DocumentStore } from "../../runtime/store/documents.js";
import { FakeDevice } from "./fake-device.js";

/** A base runtime in this process, with its REST interface, and devices that need no link. */
export class TestBase {
  readonly devices: FakeDevice[] = [];

  private constructor(
    readonly directory: string,
    readonly local: LocalRuntime,
    readonly mesh: Mesh,
    readonly kappas: Kappas,
    readonly app: FastifyInstance,
  ) {}

  /** `directory`: of one that was closed or crashed before, to start it again. */
  static async start(directory?: string): Promise<TestBase> {
    const data = directory ?? (await mkdtemp(join(tmpdir(), "kappa-test-")));
    const id = "ba5e";
    const local: LocalRuntime = new LocalRuntime({
      id,
      name: "base",
      onLog: (actor, text) => mesh.emit("log", { runtime: id, actor, text }),
      onFault: ({ actor, trap }) => mesh.emit("fault", { runtime: id, actor, fault: trap }),
    });
    const mesh = new Mesh(new LocalMember(local));
    const log = pino({ enabled: false });
    const store = await ActorStore.open({
      directories: ["actors", "examples/thermostat", "test", join(data, "actors")],
      // Shared by all tests, so that each actor is compiled once.
      cache: join("build", "test-modules"),
      compile: compileActor,
      compilerVersion: compilerVersion(),
    });
    const records = await DocumentStore.open<KappaRecord>(join(data, "kappas"));
    const kappas = new Kappas(mesh, new StoreScriptCompiler(store), records, log);
    const app = createServer(
      { kappas, mesh, events: recordEvents(mesh, kappas), introspection: new Introspection(mesh, kappas) },
      log,
    );
    return new TestBase(data, local, mesh, kappas, app);
  }

  device(name: string, info?: Partial<RuntimeInfo>): FakeDevice {
    const device = new FakeDevice(this.mesh, name, info);
    this.devices.push(device);
    return device;
  }

  /** Takes over a device of a base runtime that was there before. */
  adopt(device: FakeDevice): void {
    device.attachTo(this.mesh);
    this.devices.push(device);
    device.connect();
  }

  /** Ends the process as a kill would: nothing is removed, nothing more is written. */
  async crash(): Promise<void> {
    this.mesh.removeAllListeners();
    await this.kappas.close();
    await this.app.close();
    await this.local.close();
  }

  async close(): Promise<void> {
    await this.crash();
    for (const device of this.devices) await device.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  async put(script: string, query = "") {
    const headers = { "content-type": "text/plain" };
    return this.app.inject({ method: "PUT", url: `/kappa${query}`, headers, payload: script });
  }

  async post(path: string, payload: string) {
    const headers = { "content-type": "application/json" };
    return this.app.inject({ method: "POST", url: `/kappa/${path}`, headers, payload });
  }

  async get(path: string, headers: Record<string, string> = {}) {
    return this.app.inject({ method: "GET", url: path, headers });
  }

  async delete(path: string) {
    return this.app.inject({ method: "DELETE", url: `/kappa/${path}` });
  }
}
