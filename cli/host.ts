import { once } from "node:events";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { type Logger, pino } from "pino";
import { compileActorInWorker } from "../compiler/actor/worker.js";
import type { Json } from "../compiler/script/graph.js";
import { startBaseRuntime } from "../runtime/base-runtime.js";
import type { DeviceSpec } from "../runtime/mesh/devices.js";
import { collect, collectAttribute, collectDevice, parsePort } from "./options.js";
import { compilerVersion, packageDirectory } from "./package.js";

/** Where REST listens when nothing else is said. */
export const DEFAULT_PORT = 8377;

interface HostOptions {
  port: number;
  listen: string;
  data: string;
  actors: string[];
  device: DeviceSpec[];
  attr: Record<string, Json>;
  name: string;
  simulate: boolean;
  logLevel: string;
}

/** `kappa host`: runs a base runtime until it is told to stop. */
export function hostCommand(): Command {
  return new Command("host")
    .description("run a base runtime: REST, compilers, actors, and the links to devices")
    .option("-p, --port <number>", "port of REST, 0 for any", parsePort, DEFAULT_PORT)
    .option("--listen <address>", "address that REST listens on", "127.0.0.1")
    .option("--data <dir>", "where kappas and modules are kept", defaultData())
    .option("--actors <dir>", "further actors: DIR/namespace/Name.ts; may be given again", collect, [])
    .option("--device <address[,name=x,key=value...]>", "device to attach to; may be given again", collectDevice, [])
    .option("--attr <key=value>", "attribute of this runtime; may be given again", collectAttribute, {})
    .option("--name <name>", "name of this runtime", hostname())
    .option("--simulate", "offer the sensors and outputs of a simulated room", false)
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", "info")
    .action((options: HostOptions) => runHost(options));
}

async function runHost(options: HostOptions): Promise<void> {
  const log = makeLog(options.logLevel);
  const runtime = await startBaseRuntime({
    dataDirectory: resolve(options.data),
    actorDirectories: [join(packageDirectory(), "actors"), ...options.actors.map((directory) => resolve(directory))],
    compile: compileActorInWorker,
    compilerVersion: compilerVersion(),
    devices: options.device,
    name: options.name,
    attributes: options.attr,
    simulate: options.simulate,
    host: options.listen,
    port: options.port,
    log,
  });
  process.stdout.write(`kappa: listening on ${runtime.url}\n`);
  const signal = await Promise.race(["SIGINT", "SIGTERM"].map((name) => once(process, name).then(() => name)));
  log.info({ signal }, "stopping");
  await runtime.close();
}

/** Structured to standard error; for people when that is a terminal. */
function makeLog(level: string): Logger {
  if (!process.stderr.isTTY) return pino({ level }, pino.destination({ dest: 2, sync: true }));
  return pino({ level, transport: { target: "pino-pretty", options: { destination: 2, ignore: "pid,hostname" } } });
}

function defaultData(): string {
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "kappa");
}
