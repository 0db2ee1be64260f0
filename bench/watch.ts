import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startBoard } from "../cli/emulator.js";
import { count, type Table } from "./report.js";

const BOARD = "netduinoplus2";
const SAVES = 5;
const BUDGET = 2000;
const COMMAND = "node build/js/bench/main.js watch";

/** What `kappa deploy --watch --json` tells, as far as it is used here. */
interface Deployed {
  event: string;
  kappa?: { status: string };
}

/** From saving a file until the kappa runs anew, with one part of it on a board. */
export async function watchRows(): Promise<Table[]> {
  const folder = await mkdtemp(join(tmpdir(), "kappa-bench-"));
  const board = await startBoard({ board: BOARD });
  const processes: ChildProcess[] = [];
  try {
    await cp("examples/thermostat", folder, { recursive: true });
    const device = `${board.address},room=kitchen`;
    const host = start([
      "host",
      "--port",
      "0",
      "--data",
      join(folder, ".data"),
      "--actors",
      folder,
      "--device",
      device,
    ]);
    processes.push(host.child);
    const url = /http\S+/.exec(await host.line())![0];
    await connected(url);
    const script = join(folder, "heating.calvin");
    const watcher = start(["deploy", script, "--watch", "--json", "--host", url]);
    processes.push(watcher.child);
    await deployed(watcher.line);
    const rows = [
      await measure("an actor on the board", join(folder, "home/Thermostat.ts"), watcher.line, (text, n) =>
        text.replace("target: f32 = 20", `target: f32 = 20.${n}`),
      ),
      await measure("the script", script, watcher.line, (text, n) => text.replace("target=15", `target=15.${n}`)),
    ];
    return [
      {
        title: "Saving to running anew",
        text: `\`kappa deploy --watch\` with the thermostat example: from writing a file until the kappa runs anew on \`${BOARD}\` in QEMU
and on the host; compiling, placing, removing the old actors, sending modules over the link and starting are all in it. Wall-clock
time of ${SAVES} saves, each with another content.`,
        columns: ["saved", "median, ms", "longest, ms", "budget, ms"],
        rows,
        command: COMMAND,
      },
    ];
  } finally {
    for (const child of processes.reverse()) await stop(child);
    await board.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  what: string,
  file: string,
  line: () => Promise<string>,
  change: (text: string, save: number) => string,
): Promise<string[]> {
  const original = await readFile(file, "utf8");
  const times: number[] = [];
  for (let save = 1; save <= SAVES; save++) {
    const text = change(original, save);
    if (text === original) throw new Error(`${file} is not as this measurement expects`);
    const begin = performance.now();
    await writeFile(file, text);
    await deployed(line);
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  const [median, longest] = [times[SAVES >> 1]!, times[SAVES - 1]!].map(Math.round) as [number, number];
  return [what, count(median), longest <= BUDGET ? count(longest) : `${count(longest)} **over**`, count(BUDGET)];
}

/** The next deployment; throws when that failed or does not run. */
async function deployed(line: () => Promise<string>): Promise<void> {
  const text = await line();
  const { event, kappa } = JSON.parse(text) as Deployed;
  if (event !== "deployed" || kappa?.status !== "running") throw new Error(`it did not run anew: ${text}`);
}

/** Waits until the board is attached. */
async function connected(url: string): Promise<void> {
  const runtimes = await fetch(`${url}/runtimes/board?wait=60`);
  if (!runtimes.ok) throw new Error(`the board did not connect: ${await runtimes.text()}`);
}

/** A command of this package as a process; `line` is the next line it prints. */
function start(args: string[]): { child: ChildProcess; line: () => Promise<string> } {
  const child = spawn(process.execPath, ["build/js/cli/main.js", ...args], { stdio: ["ignore", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    child,
    line: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`kappa ${args[0]} has ended`);
      return value as string;
    },
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
}
