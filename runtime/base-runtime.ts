import { randomInt } from "node:crypto";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Json } from "../compiler/script/graph.js";
import { LocalRuntime } from "./actor/local-runtime.js";
import { recordEvents } from "./events/record.js";
import { type Identity, loadIdentity } from "./identity.js";
import { Introspection } from "./kappa/introspection.js";
import { Kappas } from "./kappa/kappas.js";
import type { KappaRecord } from "./kappa/record.js";
import { StoreScriptCompiler } from "./kappa/script-compiler.js";
import { ActorStore, type CompileActor } from "./mesh/actor-store.js";
import { type DeviceSpec, Devices, type StoredDevice } from "./mesh/devices.js";
import { LocalMember } from "./mesh/local-member.js";
import { Mesh } from "./mesh/mesh.js";
import { createServer } from "./rest/server.js";
import { DocumentStore } from "./store/documents.js";
import { lockDirectory } from "./store/lock.js";

export interface BaseRuntimeOptions {
  /** Where desired state and modules are kept. */
  dataDirectory: string;
  /** Where actors are looked for, the first before the others. */
  actorDirectories: readonly string[];
  compile: CompileActor;
  /** Changes when the compiler does. */
  compilerVersion: string;
  devices: readonly DeviceSpec[];
  name: string;
  attributes: Record<string, Json>;
  /** Offer the sensors and outputs of a simulated room. */
  simulate: boolean;
  /** Address and port to listen on; port 0 is any. */
  host: string;
  port: number;
  log: Logger;
}

/** A running base runtime. */
export interface BaseRuntime {
  /** Where REST answers: `http://127.0.0.1:8377`. */
  readonly url: string;
  /** Takes no more requests, ends what waits, closes the links and stops its actors. Devices go on. */
  close(): Promise<void>;
}

/**
 * Starts a base runtime: takes its data directory, makes its kappas as they shall be, attaches to its devices and listens.
 *
 * @throws KappaError STORE_FAILED when the directory is in use or can't be read; an error of the system when the port is taken
 */
export async function startBaseRuntime(options: BaseRuntimeOptions): Promise<BaseRuntime> {
  const { dataDirectory, log } = options;
  const lock = await lockDirectory(dataDirectory);
  const undo: (() => Promise<unknown> | unknown)[] = [() => lock.release()];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const { id } = await loadIdentity(await DocumentStore.open<Identity>(join(dataDirectory, "host")));
    const { local, mesh } = makeMesh(id, options);
    undo.push(() => local.close());
    const store = await ActorStore.open({
      directories: options.actorDirectories,
      cache: join(dataDirectory, "modules"),
      compile: options.compile,
      compilerVersion: options.compilerVersion,
    });
    const records = await DocumentStore.open<KappaRecord>(join(dataDirectory, "kappas"));
    const kappas = new Kappas(mesh, new StoreScriptCompiler(store), records, log);
    const events = recordEvents(mesh, kappas);
    const known = await DocumentStore.open<StoredDevice>(join(dataDirectory, "devices"));
    const devices = new Devices(mesh, known, { id: Buffer.from(id, "hex"), boot: randomInt(0x1_0000_0000) }, log);
    undo.push(() => devices.close());
    undo.push(() => kappas.close());
    await kappas.load();
    await devices.open(options.devices);
    const app = createServer({ kappas, mesh, events, introspection: new Introspection(mesh, kappas) }, log);
    undo.push(() => app.close());
    return { url: await listen(app, options), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeMesh(id: string, options: BaseRuntimeOptions): { local: LocalRuntime; mesh: Mesh } {
  const local = new LocalRuntime({
    id,
    name: options.name,
    attributes: options.attributes,
    simulate: options.simulate,
    logger: options.log,
    onLog: (actor, text) => mesh.emit("log", { runtime: id, actor, text }),
    onFault: ({ actor, trap }) => mesh.emit("fault", { runtime: id, actor, fault: trap }),
  });
  const mesh = new Mesh(new LocalMember(local));
  return { local, mesh };
}

async function listen(app: FastifyInstance, { host, port }: BaseRuntimeOptions): Promise<string> {
  await app.listen({ host, port, listenTextResolver: (address) => `REST at ${address}` });
  const { family, address, port: given } = app.server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${given}`;
}
