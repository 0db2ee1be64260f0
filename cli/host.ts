import { once } from "node:events";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import type { Logger } from "pino";
import type { Json } from "../compiler/script/graph.js";
import type { DeviceSpec } from "../runtime/mesh/devices.js";
import { collect, collectAttribute, collectDevice, DEFAULT_PORT, examples, jsonOption, parsePort } from "./options.js";
import { compilerVersion, packageDirectory } from "./package.js";

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
  json?: boolean;
}

/** `kappa host`: runs a base runtime until it is told to stop. */
export function addHost(program: Command): void {
  const command = program
    .command("host")
    .description("run a base runtime: REST, compilers, actors, and the links to devices")
    .option("-p, --port <number>", "port of REST, 0 for any", parsePort, DEFAULT_PORT)
    .option("--listen <address>", "address that REST listens on", "127.0.0.1")
    .addOption(
      new Option("--data <dir>", "where kappas and modules are kept").default(defaultData(), "~/.local/share/kappa"),
    )
    .option("--actors <dir>", "further actors: DIR/namespace/Name.ts; may be given again", collect, [])
    .option("--device <address[,name=x,key=value...]>", "device to attach to; may be given again", collectDevice, [])
    .option("--attr <key=value>", "attribute of this runtime; may be given again", collectAttribute, {})
    .addOption(new Option("--name <name>", "name of this runtime").default(hostname(), "that of the machine"))
    .option("--simulate", "offer the sensors and outputs of a simulated room", false)
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", "info")
    .addOption(jsonOption("say where it listens as JSON, and log JSON also to a terminal"))
    .action((options: HostOptions) => runHost(options));
  examples(command, [
    ["kappa host --simulate", "with a simulated room, no device"],
    ["kappa host --actors . --device serial:/dev/ttyACM0,room=kitchen", "with your actors and a board"],
  ]);
}

async function runHost(options: HostOptions): Promise<void> {
  const [{ compileActorInWorker }, { startBaseRuntime }] = await Promise.all([
    import("../compiler/actor/worker.js"),
    import("../runtime/base-runtime.js"),
  ]);
  const log = await makeLog(options.logLevel, options.json || !process.stderr.isTTY);
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
  const { url } = runtime;
  process.stdout.write(
    options.json ? `${JSON.stringify({ event: "listening", url })}\n` : `kappa: listening on ${url}\n`,
  );
  const signal = await Promise.race(["SIGINT", "SIGTERM"].map((name) => once(process, name).then(() => name)));
  log.info({ signal }, "stopping");
  await runtime.close();
}

/** To standard error, structured or for people. */
async function makeLog(level: string, structured: boolean): Promise<Logger> {
  const { pino } = await import("pino");
  if (structured) return pino({ level }, pino.destination({ dest: 2, sync: true }));
  return pino({ level, transport: { target: "pino-pretty", options: { destination: 2, ignore: "pid,hostname" } } });
}

function defaultData(): string {
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "kappa");
}
