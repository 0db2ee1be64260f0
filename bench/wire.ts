import type { Module } from "../compiler/actor/types.js";
import type { ConnectionSpec } from "../runtime/host.js";
import { Queue, QueueSink } from "../runtime/port/queue.js";
import { type Bench, BOARD, WatchedSource, withBoard } from "./board.js";
import { against, type Table } from "./report.js";
import { moduleOf } from "./workloads.js";

const TOKENS = 1000;
/** Encoded: the integer 0. */
const TOKEN = Uint8Array.of(0);

interface Traffic {
  bytes: number;
  messages: number;
}

/** Bytes and messages over the link. */
export async function wire(): Promise<Table> {
  const tally = await moduleOf("test/actors/Tally.ts");
  const single = await withBoard(async (bench) => ({
    deploy: await deployOne(bench, "a", tally, 4),
    again: await deployOne(bench, "b", tally, 4),
    token: await stream(bench, "a", 1),
  }));
  const many = await withBoard(async (bench) => {
    await deployOne(bench, "a", tally, 16);
    return stream(bench, "a", 16);
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
and the firmware of \`${BOARD}\` in QEMU. A request and its reply are two messages. Tokens: mean of ${TOKENS}.`,
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
      row("the same, the module known", single.again, [600, 4], ""),
    ],
    notes: [
      `Of the messages of a deployment two carry the module and two the actor with its connections, started; the last is the
  connection's first acknowledgement, which grants credit and comes without being asked for.`,
    ],
    command: "node build/js/bench/main.js wire",
  };
}

/**
 * What `action` causes on the link. A question at its end is answered after all that the board had to say; it is not
 * counted.
 */
async function trafficOf(bench: Bench, action: () => Promise<void>): Promise<Traffic> {
  const question = () => bench.within("the board's metrics", bench.device.metrics());
  await question();
  const asked = await counted(bench, question);
  const all = await counted(bench, async () => {
    await action();
    await question();
  });
  return { bytes: all.bytes - asked.bytes, messages: all.messages - asked.messages };
}

async function counted({ device }: Bench, action: () => Promise<unknown>): Promise<Traffic> {
  const before = device.statistics;
  await action();
  const { bytesIn, bytesOut, framesIn, framesOut } = device.statistics;
  return {
    bytes: bytesIn + bytesOut - before.bytesIn - before.bytesOut,
    messages: framesIn + framesOut - before.framesIn - before.framesOut,
  };
}

/** Deploys an actor with its inport on the link and its outport void. */
function deployOne(bench: Bench, id: string, module: Module, length: number): Promise<Traffic> {
  const connections: ConnectionSpec[] = [
    { kind: "receive", id: `${id}.in`, to: { actor: id, port: 0 }, length },
    { kind: "void", from: { actor: id, port: 0 } },
  ];
  return trafficOf(bench, () =>
    bench.within(`${id} to be deployed`, bench.device.deploy([{ id, module, args: [] }], connections, { start: true })),
  );
}

/** Sends tokens to an actor, at most `window` at a time, until all are acknowledged: what one takes. */
async function stream(bench: Bench, id: string, window: number): Promise<Traffic> {
  const queue = new Queue(0, window);
  const source = new WatchedSource(queue);
  const sink = new QueueSink(queue);
  let sent = 0;
  const fill = () => {
    while (sent < TOKENS && sink.push(TOKEN)) sent++;
  };
  const { bytes, messages } = await counted(bench, () =>
    bench.within(
      `${TOKENS} tokens to be acknowledged`,
      new Promise<void>((resolve) => {
        source.onDrop = () => (sent === TOKENS && queue.count === 0 ? resolve() : fill());
        bench.device.bindOutgoing(`${id}.in`, source);
        fill();
      }),
    ),
  );
  return { bytes: bytes / TOKENS, messages: messages / TOKENS };
}
