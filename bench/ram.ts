import { tokenFromJson } from "../compiler/actor/token.js";
import type { Module } from "../compiler/actor/types.js";
import { Queue, QueueSink, QueueSource } from "../runtime/port/queue.js";
import { type Bench, BOARD, IMAGE, onTheLink, withBoard } from "./board.js";
import { against, type Table } from "./report.js";
import { parts } from "./sizes.js";
import { symbols } from "./stack.js";
import { firedAction, moduleOf, valuesFor } from "./workloads.js";

/** RAM of the firmware and of actors on it. */
export function ram(): Promise<Table> {
  return withBoard(measure);
}

async function measure(bench: Bench): Promise<Table> {
  const [start, end] = symbols(IMAGE, ["heap_start", "heap_end"]) as [number, number];
  const heapUsed = end - start - (await free(bench));
  const stackIdle = await bench.stack();
  const fixed = Object.values(parts()).reduce((total, part) => total + part.ram, 0);
  const row = (what: string, bytes: number, budget: number | undefined, peers: string) => [
    what,
    ...against(bytes, budget),
    peers,
  ];
  const added = async (id: string, what: string, name: string, budget: number, peers: string) => {
    const module = await moduleOf(`test/actors/${name}.ts`);
    const size = `${module.bytes.length} bytes, linear memory ${module.manifest.memory}`;
    return row(`${what} (\`${name}\`: module ${size})`, await ramOf(bench, id, module), budget, peers);
  };
  const actors = [
    await added("a", "first scalar actor", "Tally", 1280, SCALAR_PEERS),
    await added("b", "another instance of it", "Tally", 256, "MicroPython about 85, wasm3 40, both without ports"),
    await added("c", "first actor with an array", "Average", 6144, ""),
    await added("d", "first actor with text", "Format", 6144, "wasm3 + asc 5–24 KB"),
    await added("e", "actor with texts in an array", "Strings", 6144, ""),
  ];
  return {
    title: "RAM on a device",
    text: `The firmware of \`${BOARD}\` in QEMU over its link: free heap before and after (METRICS), static RAM from the linker map, the
part of the stack ever used (painted at the start, read by QEMU's monitor). An actor counts with its module (which lies in
RAM on this board), compiled code, linear memory, all ports connected over the link and their queues of 4 tokens, after its
first firing.`,
    columns: ["what", "bytes", "budget", "peers"],
    rows: [
      row("connected, no actors", fixed + heapUsed + stackIdle, 8192, "calvin-constrained 1.2 KB heap + 4.8 KB stack"),
      row("… static", fixed, undefined, ""),
      row("… heap: interpreter's stack, frames, tables", heapUsed, undefined, ""),
      row("… stack", stackIdle, undefined, ""),
      ...actors,
      row("stack after deploying and firing all of these", await bench.stack(), undefined, "calvin-constrained 4.8 KB"),
    ],
    notes: [
      `Of another instance about two thirds are its two queues and its two ends of the link; the actor itself, with its state,
  is a third.`,
      `The module's bytes count because this board's flash cannot be programmed in QEMU; executed in place they would be free.`,
      `wasm3's compiled code is 2.0 to 2.6 times the module, and an actor with text carries a collector and the string library.
  Its queues hold the two largest tokens each; the first such actor also takes the snapshot buffer that all actors share.`,
    ],
    command: "node build/js/bench/main.js ram",
  };
}

const SCALAR_PEERS = "calvin-constrained C 1 289; WAMR 2.6 KB; wasm3 832–1 224 without ports";

async function free({ device, within }: Bench): Promise<number> {
  return (await within("the board's metrics", device.metrics())).free;
}

/** What an actor takes, deployed and fired once. */
async function ramOf(bench: Bench, id: string, module: Module): Promise<number> {
  const before = await free(bench);
  const actor = { id, module, args: [] };
  await bench.within(`${id} to be deployed`, bench.device.deploy([actor], onTheLink(id, module), { start: true }));
  await bench.within(`${id} to answer`, fire(bench, id, module));
  return before - (await free(bench));
}

/** Sends one token to an actor whose ports are all on the link and waits for what it answers with on each outport. */
async function fire({ device }: Bench, id: string, module: Module): Promise<void> {
  const { inports, outports } = module.manifest;
  const { inport, type } = firedAction(module);
  const answers = outports.map(({ name }) => {
    const queue = new Queue(0, 4);
    const answered = new Promise<void>((resolve) => {
      queue.consumer = { wake: resolve };
    });
    device.bindIncoming(`${id}.${name}`, new QueueSink(queue));
    return answered;
  });
  const input = new Queue(0, 4);
  device.bindOutgoing(`${id}.${inports[inport]!.name}`, new QueueSource(input));
  new QueueSink(input).push(tokenFromJson(valuesFor(type)[0]!, type));
  await Promise.all(answers);
}
