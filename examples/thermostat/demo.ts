/**
 * The main example, driven as a user would drive it: an emulated STM32F4 board, a base runtime, and plain curl.
 * Exits with 0 when everything went as expected, with 1 and the reason otherwise. `--stay` keeps all up until Ctrl-C.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { type EmulatedBoard, startBoard } from "../../cli/emulator.js";

const STAY = process.argv.includes("--stay");
const SCRIPT = "examples/thermostat/heating.calvin";

interface Answer {
  status: number;
  body: unknown;
}

interface Status {
  status: string;
  actors: { id: string; type: string; runtime: string; firings: number }[];
}

interface Runtime {
  name: string;
  board?: string;
  connected: boolean;
  free?: number;
  capabilities: string[];
}

const say = (text: string): void => console.log(`\n${text}`);

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** One request by curl, shown as a person would type it. */
async function curl(url: string, ...options: string[]): Promise<Answer> {
  console.log(`  $ curl ${[...options.map(quoted), url].join(" ")}`);
  const answer = await ask(url, ...options);
  const text = JSON.stringify(answer.body);
  console.log(
    `    ${answer.status}${text === undefined ? "" : ` ${text.length > 300 ? `${text.slice(0, 300)} …` : text}`}`,
  );
  return answer;
}

const quoted = (word: string): string => (/^[\w@:/.=-]+$/.test(word) ? word : `'${word}'`);

async function ask(url: string, ...options: string[]): Promise<Answer> {
  const { stdout } = await promisify(execFile)("curl", ["-sS", "-w", "\n%{http_code}", ...options, url]);
  const end = stdout.lastIndexOf("\n");
  const text = stdout.slice(0, end);
  return { status: Number(stdout.slice(end + 1)), body: text === "" ? undefined : JSON.parse(text) };
}

/** Asks again until the answer is as wanted, at most `seconds` long. */
async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not within ${seconds} s`);
}

/** The base runtime as a process of its own; the same data and port when it is started again. */
class Host {
  url = "";
  private child: ChildProcess | undefined;
  private port = STAY ? "8377" : "0";

  constructor(
    private readonly data: string,
    private readonly device: string,
  ) {}

  async start(): Promise<void> {
    const options = [
      "--port",
      this.port,
      "--data",
      this.data,
      "--actors",
      "examples/thermostat",
      "--device",
      this.device,
    ];
    const child = spawn(process.execPath, ["build/js/cli/main.js", "host", "--log-level", "error", ...options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.child = child;
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`the base runtime ended with ${code} before it listened`);
    });
    const lines = createInterface({ input: child.stdout! });
    const line = await Promise.race([once(lines, "line").then(([text]) => String(text)), ended]);
    ended.catch(() => {});
    this.url = /http:\S+/.exec(line)?.[0] ?? "";
    this.port = new URL(this.url).port;
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  /** The board as the base runtime sees it, once it is connected. */
  board(): Promise<Runtime> {
    return until("the board is connected", 20, async () => {
      const { body } = await ask(`${this.url}/runtimes`);
      return (body as Runtime[]).find((runtime) => runtime.board !== undefined && runtime.connected);
    });
  }

  async status(): Promise<Status> {
    return (await ask(`${this.url}/kappa/heating/status`)).body as Status;
  }

  /** Waits until the heater is on or off. */
  heater(on: boolean): Promise<true> {
    return until(`the heater is ${on ? "on" : "off"}`, 30, async () => {
      const { status, body } = await ask(`${this.url}/kappa/heating?wait=5`);
      return status === 200 && body === on ? true : undefined;
    });
  }
}

const firingsOf = (status: Status, actor: string): number =>
  status.actors.find(({ id }) => id.endsWith(`:${actor}`))?.firings ?? 0;

async function course(host: Host): Promise<void> {
  const before = await host.board();
  say(`The board ${before.name} (${before.board}) is attached. It offers ${before.capabilities.join(", ")}.`);

  say(`Deploy the micro-service ${SCRIPT}:`);
  const json = ["-H", "content-type: application/json"];
  const put = await curl(
    `${host.url}/kappa?name=heating`,
    ...["-X", "PUT", "-H", "content-type: text/plain", "--data-binary", `@${SCRIPT}`],
  );
  expect(put.status === 201, `PUT /kappa answered ${put.status} instead of 201`);
  for (const { id, runtime } of (put.body as Status).actors) console.log(`      ${id} runs on ${runtime}`);
  const loop = (put.body as Status).actors.filter(({ type }) => !type.startsWith("kappa."));
  expect(
    loop.every(({ runtime }) => runtime === before.name),
    "the control loop is not on the board",
  );

  say("Ask for 21 °C; the room has 15 °C, so the heater goes on, and off again when it is warm:");
  const post = await curl(`${host.url}/kappa/heating`, "-X", "POST", ...json, "-d", "21");
  expect(post.status === 202, `POST answered ${post.status} instead of 202`);
  await host.heater(true);
  await curl(`${host.url}/kappa/heating`);
  await host.heater(false);
  await curl(`${host.url}/kappa/heating`);

  const old = firingsOf(await host.status(), "control");
  say(`Kill the base runtime (kill -9). The control loop has fired ${old} times; the board goes on alone for 3 s …`);
  await host.stop("SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await host.start();
  await host.board();
  const now = await until("the kappa runs again", 20, async () => {
    const status = await host.status();
    return status.status === "running" && firingsOf(status, "control") > 0 ? status : undefined;
  });
  const fired = firingsOf(now, "control");
  say(`… and is found as it is: ${fired} firings, ${fired - old} more. A new actor would have begun at 0.`);
  expect(fired >= old + 8, `the loop fired ${fired - old} times in 3 s instead of about 12`);

  say("It answers as before:");
  await curl(`${host.url}/kappa/heating`, "-X", "POST", ...json, "-d", "30");
  await host.heater(true);
  await curl(`${host.url}/kappa/heating`);
  const list = await curl(`${host.url}/kappa`);
  expect((list.body as unknown[]).length === 1, "GET /kappa does not list one kappa");
  if (STAY) return;

  say("Delete it:");
  const { free: taken = 0 } = await host.board();
  const gone = await curl(`${host.url}/kappa/heating`, "-X", "DELETE");
  expect(gone.status === 204, `DELETE answered ${gone.status} instead of 204`);
  expect((await curl(`${host.url}/kappa/heating`)).status === 404, "the kappa is still there");
  // The modules stay on the board, by their hashes, for the next kappa; actors and queues are gone.
  await until("the board has its memory back", 10, async () => ((await host.board()).free ?? 0) > taken || undefined);
}

/** Resolves at Ctrl-C. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

async function main(): Promise<void> {
  const ended = interrupted();
  const data = await mkdtemp(join(tmpdir(), "kappa-demo-"));
  let board: EmulatedBoard | undefined;
  let host: Host | undefined;
  try {
    board = await startBoard({ board: "netduinoplus2" });
    host = new Host(data, `${board.address},room=kitchen`);
    await host.start();
    say(`A base runtime answers at ${host.url}; an STM32F4 board runs in QEMU, its UART at ${board.address}.`);
    await course(host);
    if (STAY) {
      say(`Everything stays up at ${host.url}. Ctrl-C stops it.`);
      await ended;
    } else say("Everything went as expected.");
  } catch (error) {
    process.stderr.write(`\ndemo: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    await host?.stop("SIGTERM");
    await board?.stop();
    await rm(data, { recursive: true, force: true });
  }
}

await main();
