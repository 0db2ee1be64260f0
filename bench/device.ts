import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBoard } from "../cli/emulator.js";
import { tokenFromJson } from "../compiler/actor/token.js";
import type { Module } from "../compiler/actor/types.js";
import type { ConnectionSpec } from "../runtime/host.js";
import { DeviceRuntime } from "../runtime/link/device.js";
import { Queue, QueueSink, QueueSource } from "../runtime/port/queue.js";
import { against, type Table } from "./report.js";
import { parts } from "./sizes.js";
import { stackUsed, symbols } from "./stack.js";
import { firedAction, moduleOf, valuesFor } from "./workloads.js";

const BOARD = "netduinoplus2";
const IMAGE = `build/firmware/${BOARD}/kappa.elf`;
const HOST = { id: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), boot: 1 };
const TOKENS = 1000;
const COMMAND = "node build/js/bench/main.js device";

/** A board under measurement. */
interface Bench {
  device: DeviceRuntime;
  /** Bytes of its stack that were ever used. */
  stack(): Promise<number>;
}

/** Runs `measure` with a board that has just started and is connected. */
async function withBoard<T>(measure: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "kappa-bench-"));
  const monitor = join(folder, "monitor");
  const board = await startBoard({ board: BOARD, args: ["-monitor", `unix:${monitor},server=on,wait=off`] });
  const device = new DeviceRuntime({ address: board.address, host: HOST });
  try {
    await device.open();
    return await measure({ device, stack: () => stackUsed(monitor, IMAGE) });
  } finally {
    device.close();
    await board.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export async function onDevice(): Promise<Table[]> {
  return [await withBoard(ram), await wire()];
}

// ---- RAM ----

async function ram({ device, stack }: Bench): Promise<Table> {
  const tally = await moduleOf("test/actors/Tally.ts");
  const format = await moduleOf("test/actors/Format.ts");
  const [start, end] = symbols(IMAGE, ["heap_start", "heap_end"]) as [number, number];
  const heap = end - start;
  const empty = (await device.metrics()).free;
  const stackIdle = await stack();
  const fixed = Object.values(parts()).reduce((total, part) => total + part.ram, 0);
  const added = async (id: string, module: Module): Promise<number> => {
    const before = (await device.metrics()).free;
    const { inport, outport } = firedAction(module);
    const connections: ConnectionSpec[] = [
      { kind: "receive", id: `${id}.in`, to: { actor: id, port: inport } },
      { kind: "send", id: `${id}.out`, from: { actor: id, port: outport } },
    ];
    await device.deploy([{ id, module, args: [] }], connections, { start: true });
    await device.start([id]);
    await fire(device, id, module);
    return before - (await device.metrics()).free;
  };
  const first = await added("a", tally);
  const further = await added("b", tally);
  const text = await added("c", format);
  const deep = await stack();
  const idle = fixed + (heap - empty) + stackIdle;
  const row = (what: string, bytes: number, budget: number | undefined, peers: string) => [
    what,
    ...against(bytes, budget),
    peers,
  ];
  return {
    title: "RAM on a device",
    text: `The firmware of \`${BOARD}\` in QEMU over its link: free heap before and after (METRICS), static RAM from the linker map, the
part of the stack ever used (painted at the start, read by QEMU's monitor). An actor counts with its module, compiled code,
linear memory, both ports connected over the link, and their queues of 4 tokens.`,
    columns: ["what", "bytes", "budget", "peers"],
    rows: [
      row("connected, no actors", idle, 8192, "calvin-constrained 1.2 KB heap + 4.8 KB stack"),
      row("… static", fixed, undefined, ""),
      row("… heap: interpreter's stack, frames, tables", heap - empty, undefined, ""),
      row("… stack", stackIdle, undefined, ""),
      row("stack after deploying and firing all below", deep, undefined, "calvin-constrained 4.8 KB"),
      row(
        `first scalar actor with two ports (\`Tally\`, module of ${tally.bytes.length})`,
        first,
        1280,
        "calvin-constrained C 1 289; WAMR 2.6 KB; wasm3 832–1 224 without ports",
      ),
      row("another instance of it", further, 256, "MicroPython about 85 without ports; wasm3 40 without ports"),
      row(`actor with text (\`Format\`, module of ${format.bytes.length})`, text, 6144, "wasm3 + asc 5–24 KB"),
    ],
    command: COMMAND,
  };
}

/** Sends one token to an actor and waits for the token that it answers with. */
async function fire(device: DeviceRuntime, id: string, module: Module): Promise<void> {
  const { type } = firedAction(module);
  const input = new Queue(0, 4);
  const output = new Queue(0, 4);
  const answered = new Promise<void>((resolve) => {
    output.consumer = { wake: resolve };
  });
  device.bindIncoming(`${id}.out`, new QueueSink(output));
  const sink = new QueueSink(input);
  device.bindOutgoing(`${id}.in`, new QueueSource(input));
  sink.push(tokenFromJson(valuesFor(type)[0]!, type));
  await answered;
}

// ---- The wire ----

interface Traffic {
  bytes: number;
  messages: number;
}

/** Bytes and frames in both directions so far. */
function traffic(device: DeviceRuntime): Traffic {
  const { bytesIn, bytesOut, framesIn, framesOut } = device.statistics;
  return { bytes: bytesIn + bytesOut, messages: framesIn + framesOut };
}

function since(device: DeviceRuntime, before: Traffic): Traffic {
  const now = traffic(device);
  return { bytes: now.bytes - before.bytes, messages: now.messages - before.messages };
}

/** Deploys an actor with its inport on the link and its outport void. */
async function deployOne(device: DeviceRuntime, module: Module, length: number): Promise<Traffic> {
  const before = traffic(device);
  const connections: ConnectionSpec[] = [
    { kind: "receive", id: "in", to: { actor: "a", port: 0 }, length },
    { kind: "void", from: { actor: "a", port: 0 } },
  ];
  await device.deploy([{ id: "a", module, args: [] }], connections, { start: true });
  await device.start(["a"]);
  return since(device, before);
}

/** Sends tokens of one byte, at most `window` at a time; resolves when all are acknowledged, with what each took. */
async function stream(device: DeviceRuntime, window: number): Promise<Traffic> {
  const queue = new Queue(0, window);
  const source = new QueueSource(queue);
  const token = Uint8Array.of(0);
  let sent = 0;
  const before = traffic(device);
  await new Promise<void>((resolve) => {
    const sink = new QueueSink(queue);
    sink.onRoom = () => {
      while (sent < TOKENS && sink.push(token)) sent++;
      if (sent === TOKENS && queue.count === 0) resolve();
    };
    device.bindOutgoing("in", source);
    sink.onRoom();
  });
  const { bytes, messages } = since(device, before);
  return { bytes: bytes / TOKENS, messages: messages / TOKENS };
}

async function wire(): Promise<Table> {
  const tally = await moduleOf("test/actors/Tally.ts");
  const single = await withBoard(async ({ device }) => ({
    deploy: await deployOne(device, tally, 4),
    again: await deployAgain(device, tally),
    token: await stream(device, 1),
  }));
  const many = await withBoard(async ({ device }) => {
    await deployOne(device, tally, 16);
    return stream(device, 16);
  });
  const row = (
    what: string,
    { bytes, messages }: Traffic,
    budgets: [bytes?: number, messages?: number],
    peers: string,
  ) => [what, ...against(bytes, budgets[0]), ...against(messages, budgets[1]), peers];
  return {
    title: "On the wire",
    text: `Everything that goes over the link in both directions, framing, CRC and acknowledgements included, between the base runtime
and the firmware of \`${BOARD}\` in QEMU. A request and its reply are two messages.`,
    columns: ["what", "bytes", "budget", "messages", "budget", "peers"],
    rows: [
      row("a token of 1 byte, acknowledged before the next", single.token, [16], "calvin-constrained 632 bytes"),
      row("a token of 1 byte in a stream, 16 in flight", many, [16], ""),
      row(
        `deploying and starting \`Tally\` (module of ${tally.bytes.length} bytes), its module new to the device`,
        single.deploy,
        [600, 4],
        "calvin-constrained 6.5 KB, 14 messages",
      ),
      row("the same, the module known", single.again, [], ""),
    ],
    command: COMMAND,
  };
}

/** Another instance of a module that is there already, on void connections. */
async function deployAgain(device: DeviceRuntime, module: Module): Promise<Traffic> {
  const before = traffic(device);
  const spec: ConnectionSpec[] = [
    { kind: "receive", id: "again", to: { actor: "b", port: 0 } },
    { kind: "void", from: { actor: "b", port: 0 } },
  ];
  await device.deploy([{ id: "b", module, args: [] }], spec, { start: true });
  await device.start(["b"]);
  return since(device, before);
}
