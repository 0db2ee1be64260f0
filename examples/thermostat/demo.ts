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
  etag: string | undefined;
}

interface Status {
  status: string;
  actors: { id: string; type: string; runtime: string; firings: number }[];
}

interface Runtime {
  name: string;
  board?: string;
  capabilities: string[];
  /** Ids of the actors that the board itself says it holds. */
  actors: string[];
}

const say = (text: string): void => console.log(`\n${text}`);

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** One request by curl, shown as a person would type it. */
async function curl(url: string, ...options: string[]): Promise<Answer> {
  console.log(`  $ curl ${[...options, url].map(quoted).join(" ")}`);
  const answer = await ask(url, ...options);
  const text = JSON.stringify(answer.body);
  console.log(
    `    ${answer.status}${text === undefined ? "" : ` ${text.length > 300 ? `${text.slice(0, 300)} …` : text}`}`,
  );
  return answer;
}

const quoted = (word: string): string => (/^[\w@:/.=-]+$/.test(word) ? word : `'${word}'`);

async function ask(url: string, ...options: string[]): Promise<Answer> {
  const { stdout } = await promisify(execFile)("curl", ["-sS", "-i", ...options, url]);
  let head = "";
  let text = stdout;
  // A "100 Continue" has a head of its own.
  while (text.startsWith("HTTP/")) {
    const end = text.indexOf("\r\n\r\n");
    [head, text] = [text.slice(0, end), text.slice(end + 4)];
  }
  return {
    status: Number(head.split(" ")[1]),
    body: text === "" ? undefined : JSON.parse(text),
    etag: /^etag: (.*)$/im.exec(head)?.[1],
  };
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
  async board(): Promise<Runtime> {
    const { status, body } = await ask(`${this.url}/runtimes/board?wait=20`);
    expect(status === 200, "the board is not connected after 20 s");
    return body as Runtime;
  }

  /** The kappa with its actors, once all of them are where they belong and can be reached. */
  async status(): Promise<Status> {
    const { body } = await ask(`${this.url}/kappa/heating/status?wait=20`);
    expect((body as Status).status === "running", `the kappa is ${(body as Status).status} after 20 s`);
    return body as Status;
  }

  /** Waits until the heater is on or off: for one newer state after the other, by their ETags. */
  async heater(on: boolean): Promise<void> {
    const deadline = Date.now() + 30_000;
    let seen = '"0"';
    while (Date.now() < deadline) {
      const answer = await ask(`${this.url}/kappa/heating?wait=10`, "-H", `if-none-match: ${seen}`);
      if (answer.status === 200 && answer.body === on) return;
      seen = answer.etag ?? seen;
    }
    throw new Error(`the heater is not ${on ? "on" : "off"} after 30 s`);
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
  const now = await host.status();
  const fired = firingsOf(now, "control");
  say(`… and is found as it is: ${fired} firings, ${fired - old} more. A new actor would have begun at 0.`);
  expect(fired >= old + 4, `the loop fired ${fired - old} times in 3 s and more instead of about 12 or more`);

  say("It answers as before:");
  await curl(`${host.url}/kappa/heating`, "-X", "POST", ...json, "-d", "30");
  await host.heater(true);
  await curl(`${host.url}/kappa/heating`);
  const list = await curl(`${host.url}/kappa`);
  expect((list.body as unknown[]).length === 1, "GET /kappa does not list one kappa");
  if (STAY) return;

  say("Delete it:");
  const gone = await curl(`${host.url}/kappa/heating`, "-X", "DELETE");
  expect(gone.status === 204, `DELETE answered ${gone.status} instead of 204`);
  expect((await curl(`${host.url}/kappa/heating`)).status === 404, "the kappa is still there");
  const { actors } = (await curl(`${host.url}/runtimes/board`)).body as Runtime;
  expect(actors.length === 0, `the board still holds ${actors.join(", ")}`);
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
    const stopped = ended.then(() => Promise.reject(new Error("stopped before it had run its course")));
    stopped.catch(() => {}); // later it is how `make run` ends
    await Promise.race([course(host), stopped]);
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
