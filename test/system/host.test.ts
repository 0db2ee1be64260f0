import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type EmulatedBoard, startBoard } from "../../cli/emulator.js";
import { HostProcess } from "../support/host-process.js";

/** Adds up on the device; the ports are in the base runtime. */
const SUMS = `
component Sums() in -> out {
  sum: std.Sum()
  .in > sum.integer
  sum.integer > .out
}
apply Sums: attr_match(board="native_sim")
`;
/** Counts on the device by itself, four times a second. */
const CLOCK = `
component Clock() -> out {
  sensor: sense.Temperature(period=50)
  latest: flow.Latest()
  sensor.centigrade > latest.token
  latest.out > .out
  .out(overflow="latest")
}
apply Clock: attr_match(board="native_sim")
`;

let data: string;
let socket: string;
let host: HostProcess | undefined;
let board: EmulatedBoard | undefined;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "kappa-system-"));
  socket = `unix:${join(data, "uart")}`;
});

afterEach(async () => {
  await host?.end("SIGKILL");
  await board?.stop();
  host = undefined;
  board = undefined;
  await rm(data, { recursive: true, force: true });
});

const start = (...options: string[]) => HostProcess.start("--data", join(data, "state"), ...options);
/** The last --listen of a command line counts. */
const startDevice = () => startBoard({ board: "native_sim", args: ["--listen", socket, "--name", "board"] });

async function exchange(ref: string, ...values: number[]): Promise<number[]> {
  const got: number[] = [];
  for (const value of values) {
    expect(await host!.post(ref, value)).toBe(202);
    got.push(await host!.get(`/kappa/${ref}?wait=30`));
  }
  return got;
}

const firings = (status: { actors: { id: string; firings: number }[] }, actor: string) =>
  status.actors.find(({ id }) => id.endsWith(`:${actor}`))!.firings;

describe("the process", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("ends with 0 at %s, also while a reader waits", async (signal) => {
    host = await start();
    expect((await host.put(SUMS.replace(/apply.*/, ""), "?name=sums")).status).toBe(201);
    expect(await exchange("sums", 1)).toEqual([1]);
    const reader = host.get("/kappa/sums?wait=60");
    await host.get("/kappa");
    expect(await host.end(signal)).toBe(0);
    expect(await reader).toBe(204);
  });

  test("keeps kappas of the base runtime over kill -9", async () => {
    host = await start();
    const { ref } = (await host.put(SUMS.replace(/apply.*/, ""), "?name=sums")).body;
    expect(await host.end("SIGKILL")).toBe("SIGKILL");
    host = await start();
    expect(await host.get("/kappa")).toMatchObject([{ ref, name: "sums", status: "running" }]);
    expect(await exchange(String(ref), 5)).toEqual([5]);
  });

  test("does not share its data directory", async () => {
    host = await start();
    await expect(start()).rejects.toThrow(
      /ended with 1: kappa: STORE_FAILED: Another base runtime uses the data directory/,
    );
  });

  test("says what is wrong with its options", async () => {
    await expect(start("--device", "nowhere")).rejects.toThrow(/"nowhere" is no address of a device/);
    await expect(start("--attr", "x")).rejects.toThrow(/not of the form key=value/);
    await expect(HostProcess.start("--port", "x")).rejects.toThrow(/number from 0 to 65535/);
  });
});

describe("with a device", () => {
  test("a kappa waits for the device, runs on it, and is gone when deleted", async () => {
    host = await start("--device", `${socket},room=kitchen`);
    const put = await host.put(SUMS, "?name=sums");
    expect([put.status, put.body.status]).toEqual([202, "pending"]);
    const waiting = host.get("/kappa/sums/status?wait=30");
    board = await startDevice();
    expect(await waiting).toMatchObject({ status: "running" });
    expect((await host.get("/runtimes"))[1]).toMatchObject({
      name: "board",
      board: "native_sim",
      attributes: { room: "kitchen" },
    });
    expect(await exchange("sums", 1, 2, 3)).toEqual([1, 3, 6]);
    expect((await host.get("/actor/sums:Sums:sum")).state).toEqual({ sum: 6 });
    expect((await host.get("/runtimes/board")).actors).toEqual(["sums:Sums:sum"]);
    expect(await host.delete("sums")).toBe(204);
    expect((await host.get("/runtimes/board")).actors).toEqual([]);
  });

  test("kill -9 of the host: the device goes on, is found as it is, and answers under the same ref", async () => {
    board = await startDevice();
    host = await start("--device", socket);
    const { ref } = (await host.put(SUMS, "?name=sums")).body;
    await host.put(CLOCK, "?name=clock");
    await host.get("/kappa/sums/status?wait=30");
    await host.get("/kappa/clock/status?wait=30");
    expect(await exchange("sums", 1, 2)).toEqual([1, 3]);
    await host.get("/kappa/clock?wait=30");
    const before = firings(await host.get("/kappa/clock/status"), "sensor");
    await host.end("SIGKILL");
    host = await start("--device", socket);
    const after = await host.get("/kappa/clock/status?wait=30");
    expect(after.status).toBe("running");
    // A new actor would have begun at 0, and there was hardly time for so many.
    expect(firings(after, "sensor")).toBeGreaterThan(before);
    expect(host.log.filter((line) => line.includes("deployed anew"))).toEqual([]);
    await host.get(`/kappa/${ref}/status?wait=30`);
    expect(await exchange(String(ref), 4, 5)).toEqual([7, 12]);
  });

  test("kill -9 of the device: its actors are made anew with their initial state", async () => {
    board = await startDevice();
    host = await start("--device", socket);
    await host.put(SUMS, "?name=sums");
    await host.get("/kappa/sums/status?wait=30");
    expect(await exchange("sums", 1, 2)).toEqual([1, 3]);
    const exited = new Promise((resolve) => board!.process.once("exit", resolve));
    board.process.kill("SIGKILL");
    await exited;
    await rm(socket.slice("unix:".length), { force: true });
    board = await startDevice();
    // The token waits in the base runtime until the actor is there again.
    expect(await exchange("sums", 7)).toEqual([7]);
    expect(await host.get("/kappa/sums/status?wait=30")).toMatchObject({ status: "running" });
  });

  test("a kappa deleted while the device is away is removed when it is back, also after kill -9 of the host", async () => {
    board = await startDevice();
    host = await start("--device", socket);
    await host.put(SUMS, "?name=sums");
    await host.get("/kappa/sums/status?wait=30");
    await host.end("SIGTERM");
    // The host does not know the device: it is not told of it.
    host = await start();
    expect(await host.delete("sums")).toBe(202);
    await host.end("SIGKILL");
    host = await start("--device", socket);
    expect(await host.get("/kappa")).toEqual([]);
    for (;;) {
      const details = await host.get("/runtimes/board");
      if (Array.isArray(details.actors) && details.actors.length === 0) break;
    }
  });
});
