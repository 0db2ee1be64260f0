import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A board that runs in a process of this machine, its UART joined to a socket. */
export interface EmulatedBoard {
  /** Where the base runtime reaches it: `unix:/path` or `tcp:host:port`. */
  readonly address: string;
  readonly process: ChildProcess;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

export interface BoardOptions {
  /** A board with an emulator: `native_sim`, or a QEMU machine (`netduinoplus2`, `bbc_microbit`, `mps2_an386`). */
  board: string;
  /** Image to run; by default what `make firmware` builds for the board. */
  image?: string;
  /** Further arguments to QEMU, or to the native image (`--name`, `--attr` …). */
  args?: string[];
  /** TCP port of 127.0.0.1 where the UART is; by default a socket in the file system, or any port. */
  port?: number;
}

/** QEMU's machine for each board that it emulates. */
const MACHINES: Record<string, string> = {
  netduinoplus2: "netduinoplus2",
  bbc_microbit: "microbit",
  mps2_an386: "mps2-an386",
};

/** Starts a board and resolves when its UART can be reached. */
export async function startBoard(options: BoardOptions): Promise<EmulatedBoard> {
  const machine = MACHINES[options.board];
  const image =
    options.image ?? join("build", "firmware", options.board, options.board === "native_sim" ? "kappa" : "kappa.elf");
  if (!existsSync(image)) {
    throw new Error(`There is no image ${image}: run \`make firmware BOARD=${options.board}\` first`);
  }
  const { args = [], port } = options;
  return machine === undefined ? startNative(image, args, port ?? 0) : startQemu(machine, image, args, port);
}

async function startNative(image: string, args: string[], port: number): Promise<EmulatedBoard> {
  const child = spawn(image, ["--listen", `tcp:127.0.0.1:${port}`, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await firstLine(child, image);
  const address = /^listening (\S+)$/.exec(line)?.[1];
  if (address === undefined) throw new Error(`${image} said "${line}" instead of where it listens`);
  return { address, process: child, stop: () => stopProcess(child) };
}

/** The machine monitor (QMP) on standard output greets when the sockets are open: the event to wait for. */
async function startQemu(machine: string, image: string, args: string[], port?: number): Promise<EmulatedBoard> {
  const directory = await mkdtemp(join(tmpdir(), "kappa-"));
  const path = join(directory, "uart");
  const where = port === undefined ? `path=${path}` : `host=127.0.0.1,port=${port}`;
  const child = spawn(
    "qemu-system-arm",
    [
      ...["-M", machine, "-display", "none", "-nodefaults", "-qmp", "stdio"],
      ...["-chardev", `socket,id=uart,${where},server=on,wait=off`, "-serial", "chardev:uart"],
      ...["-kernel", image, ...args],
    ],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  await firstLine(child, "qemu-system-arm");
  return {
    address: port === undefined ? `unix:${path}` : `tcp:127.0.0.1:${port}`,
    process: child,
    async stop() {
      await stopProcess(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function firstLine(child: ChildProcess, name: string): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  let complaints = "";
  const listen = (chunk: unknown): void => {
    complaints += chunk;
  };
  child.stderr?.on("data", listen);
  const gone = new AbortController();
  try {
    return await Promise.race([
      once(lines, "line", { signal: gone.signal }).then(([line]) => line as string),
      once(child, "exit", { signal: gone.signal }).then(([code]) => {
        throw new Error(`${name} ended with code ${code} before it was ready: ${complaints}`);
      }),
    ]);
  } finally {
    gone.abort();
    // What it says later is let go of, so that it neither piles up nor blocks the board.
    child.stderr?.off("data", listen).resume();
    child.stdout?.resume();
  }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}
