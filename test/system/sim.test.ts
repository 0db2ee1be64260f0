import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "@jest/globals";
import { DeviceRuntime } from "../../runtime/link/device.js";

let child: ChildProcess | undefined;
afterEach(async () => {
  if (!child || child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
});

function sim(...args: string[]): ChildProcess {
  child = spawn(process.execPath, ["build/js/cli/main.js", "sim", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  return child;
}

/** The first lines that it says: names and addresses. */
async function started(process: ChildProcess, count: number): Promise<[name: string, address: string][]> {
  const boards: [string, string][] = [];
  for await (const line of createInterface({ input: process.stdout! })) {
    const [, name, address] = /^(\S+) at (\S+)$/.exec(line)!;
    boards.push([name!, address!]);
    if (boards.length === count) break;
  }
  return boards;
}

async function describeAt(address: string) {
  const device = new DeviceRuntime({ address, host: { id: randomBytes(8), boot: 1 } });
  await device.open();
  device.close();
  return device.info;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

describe("kappa sim", () => {
  test("tells programs of its boards, and kappa host where it listens, as JSON", async () => {
    const process = sim("--json");
    const [line] = await once(createInterface({ input: process.stdout! }), "line");
    const board = JSON.parse(String(line));
    expect(board).toEqual({ name: "native_sim", address: expect.stringMatching(/^tcp:/) });
    const data = await mkdtemp(join(tmpdir(), "kappa-sim-"));
    const host = spawn("node", ["build/js/cli/main.js", "host", "--port", "0", "--data", data, "--json"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [said] = await once(createInterface({ input: host.stdout! }), "line");
    const { event, url } = JSON.parse(String(said));
    expect(event).toBe("listening");
    expect((await fetch(`${url}/runtimes`)).status).toBe(200);
    host.kill("SIGTERM");
    expect(await once(host, "exit")).toEqual([0, null]);
    await rm(data, { recursive: true });
  });

  test("starts devices with names and attributes of their own, and ends them", async () => {
    const process = sim("--count", "3");
    const boards = await started(process, 3);
    expect(boards.map(([name]) => name)).toEqual(["native_sim-0", "native_sim-1", "native_sim-2"]);
    const infos = await Promise.all(boards.map(([, address]) => describeAt(address)));
    expect(infos.map(({ name, attributes }) => [name, attributes])).toEqual(
      [0, 1, 2].map((i) => [`native_sim-${i}`, { floor: i, number: i }]),
    );
    expect(new Set(infos.map(({ id }) => id)).size).toBe(3);
    process.kill("SIGTERM");
    expect(await once(process, "exit")).toEqual([0, null]);
    const socket = connect(Number(boards[0]![1].split(":").at(-1)), "127.0.0.1");
    expect((await once(socket, "error"))[0]).toMatchObject({ code: "ECONNREFUSED" });
  });

  test.each(["bbc_microbit", "netduinoplus2", "mps2_an386"])("starts %s in QEMU at the port given", async (board) => {
    const port = await freePort();
    const process = sim("--board", board, "--port", String(port));
    const [[, address]] = (await started(process, 1)) as [[string, string]];
    expect(address).toBe(`tcp:127.0.0.1:${port}`);
    expect(await describeAt(address)).toMatchObject({ board, simulated: true });
  });

  test.each([
    [["--count", "2", "--board", "bbc_microbit"], 2, /bbc_microbit has its name in its image/],
    [["--count", "9", "--port", "65530"], 2, /There are no 9 ports from 65530 on/],
    [["--board", "nothing"], 70, /There is no image/],
  ])("refuses %j", async (args, code, message) => {
    const process = sim(...args);
    let said = "";
    process.stderr!.on("data", (chunk) => {
      said += chunk;
    });
    expect((await once(process, "close"))[0]).toBe(code);
    expect(said).toMatch(message);
  });
});
