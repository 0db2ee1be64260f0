import { once } from "node:events";
import { Command } from "commander";
import { type EmulatedBoard, startBoard } from "./emulator.js";
import { EXIT, Failure, usage } from "./exit.js";
import { examples, jsonOption, parseCount, parsePort } from "./options.js";

interface SimOptions {
  board: string;
  count: number;
  port: number;
  json?: boolean;
}

const FLOORS = 10;

/** `kappa sim`: boards as processes of this machine, until it is told to stop. */
export function addSim(program: Command): void {
  const command = new Command("sim")
    .description("run boards as processes of this machine, for base runtimes to attach to")
    .option("--board <name>", "native_sim, or one that QEMU has: netduinoplus2, bbc_microbit, mps2_an386", "native_sim")
    .option("--count <number>", "how many; each gets a name and attributes (native_sim only)", parseCount, 1)
    .option("--port <number>", "TCP port of the first, those of the others follow; 0 for any", parsePort, 0)
    .addOption(jsonOption("print each board as a line of JSON"))
    .action((options: SimOptions) => simulate(options));
  examples(command, [
    ["kappa sim --board bbc_microbit --port 5000", "a micro:bit in QEMU"],
    ["kappa host --device tcp:127.0.0.1:5000", "a base runtime that attaches to it, now and after each restart"],
    ["kappa sim --count 300 --port 5000", "300 devices on this machine"],
  ]);
  program.addCommand(command);
}

async function simulate({ board, count, port, json }: SimOptions): Promise<void> {
  if (count > 1 && board !== "native_sim")
    throw usage(`${board} has its name in its image: start one, or several of native_sim`);
  if (port + count > 65536) throw usage(`There are no ${count} ports from ${port} on`);
  const boards: EmulatedBoard[] = [];
  const signal = Promise.race(["SIGINT", "SIGTERM"].map((name) => once(process, name)));
  try {
    for (let i = 0; i < count; i++) {
      const name = count === 1 ? board : `${board}-${i}`;
      const identity = ["--name", name, "--attr", `number=${i}`, "--attr", `floor=${i % FLOORS}`];
      const args = board === "native_sim" ? identity : [];
      boards.push(await startBoard({ board, args, ...(port > 0 && { port: port + i }) }));
      const { address } = boards[i]!;
      process.stdout.write(json ? `${JSON.stringify({ name, address })}\n` : `${name} at ${address}\n`);
    }
    const ended = boards.map(async ({ process: child, address }) => {
      const [code, by] = await once(child, "exit");
      return `The board at ${address} ended (${by ?? `code ${code}`})`;
    });
    const end = await Promise.race([signal, ...ended]);
    if (typeof end === "string") throw new Failure(EXIT.no, end);
  } finally {
    await Promise.all(boards.map((each) => each.stop()));
  }
}
