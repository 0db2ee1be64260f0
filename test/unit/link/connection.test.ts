import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Receiver, Sender } from "../../../runtime/port/connection.js";
import { Queue, QueueSink, QueueSource } from "../../../runtime/port/queue.js";

/** A source over a queue and the way to fill it. */
function source(capacity = 4): { queue: Queue; source: QueueSource; put: (...values: number[]) => void } {
  const queue = new Queue(3, capacity);
  const put = (...values: number[]): void => {
    for (const value of values) queue.push(value);
  };
  return { queue, source: new QueueSource(queue), put };
}

const one = (value: number): Uint8Array => Uint8Array.of(value);

/** All that the sender puts out at `now`, as text. */
function drain(sender: Sender, now: number): string[] {
  const out: string[] = [];
  for (let next = sender.poll(now); next; next = sender.poll(now))
    out.push(next.kind === "probe" ? "probe" : `${next.seq}:${next.token[0]}`);
  return out;
}

describe("sender", () => {
  test("sends within the window and drops what is acknowledged", () => {
    const { queue, source: from, put } = source(8);
    const sender = new Sender(from);
    put(10, 11, 12, 13);
    expect(drain(sender, 0)).toEqual([]);
    expect(sender.ack(0, 3, 1)).toBe(0);
    expect(drain(sender, 1)).toEqual(["0:10", "1:11", "2:12"]);
    expect(queue.count).toBe(4);
    expect(sender.ack(2, 2, 2)).toBe(2);
    expect(queue.count).toBe(2);
    expect(drain(sender, 2)).toEqual(["3:13"]);
    expect(sender.ack(4, 8, 3)).toBe(2);
    expect(sender.deadline).toBe(Number.POSITIVE_INFINITY);
    expect(sender.resent).toBe(0);
  });

  test("probes with back-off while it has no window", () => {
    const { source: from, put } = source();
    const sender = new Sender(from);
    put(1);
    const times: number[] = [];
    drain(sender, 0);
    while (times.length < 7) {
      const now = sender.deadline;
      if (drain(sender, now).includes("probe")) times.push(now);
    }
    expect(times).toEqual([300, 900, 2100, 4500, 9300, 14300, 19300]);
  });

  test("at expiry sends the first again, then what the ACK asks for", () => {
    const { source: from, put } = source();
    const sender = new Sender(from);
    put(1, 2, 3);
    sender.ack(0, 4, 0);
    expect(drain(sender, 0)).toEqual(["0:1", "1:2", "2:3"]);
    expect(drain(sender, 299)).toEqual([]);
    expect(drain(sender, 300)).toEqual(["0:1"]);
    sender.ack(1, 4, 310);
    expect(drain(sender, 310)).toEqual(["1:2", "2:3"]);
    expect(sender.deadline).toBe(610);
  });

  test("rewinds once for an ACK without progress, not for one that opens the window", () => {
    const { source: from, put } = source(8);
    const sender = new Sender(from);
    put(1, 2, 3, 4);
    sender.ack(0, 2, 0);
    expect(drain(sender, 0)).toEqual(["0:1", "1:2"]);
    sender.ack(0, 4, 1);
    expect(drain(sender, 1)).toEqual(["2:3", "3:4"]);
    sender.ack(0, 4, 2);
    expect(drain(sender, 2)).toEqual(["0:1", "1:2", "2:3", "3:4"]);
    for (let i = 0; i < 100; i++) sender.ack(0, 4, 3);
    expect(drain(sender, 3)).toEqual([]);
  });

  test("repetitions of a needless rewind cause no further one", () => {
    const { source: from, put } = source(8);
    const sender = new Sender(from);
    put(1, 2, 3, 4);
    sender.ack(0, 2, 0);
    drain(sender, 0);
    sender.ack(0, 2, 1);
    expect(drain(sender, 1)).toEqual(["0:1", "1:2"]);
    sender.ack(2, 2, 2);
    expect(drain(sender, 2)).toEqual(["2:3", "3:4"]);
    sender.ack(2, 2, 3);
    expect(drain(sender, 3)).toEqual([]);
  });

  test("ignores an ACK for what was never sent", () => {
    const { queue, source: from, put } = source();
    const sender = new Sender(from, 250);
    put(1, 2);
    sender.ack(250, 1, 0);
    expect(drain(sender, 0)).toEqual(["250:1"]);
    expect(sender.ack(252, 4, 0)).toBe(0);
    expect(sender.ack(249, 4, 0)).toBe(0);
    expect(queue.count).toBe(2);
    expect(drain(sender, 0)).toEqual([]);
  });

  test("a new session goes on where the receiver says", () => {
    const { source: from, put } = source(8);
    const sender = new Sender(from, 254);
    put(1, 2, 3, 4);
    sender.ack(254, 4, 0);
    expect(drain(sender, 0)).toHaveLength(4);
    sender.begin();
    expect(drain(sender, 10)).toEqual([]);
    expect(sender.deadline).toBe(310);
    expect(sender.ack(1, 4, 20)).toBe(3);
    expect(drain(sender, 20)).toEqual(["1:4"]);
  });

  test("numbers anew for a receiver that has forgotten", () => {
    const { source: from, put } = source(8);
    const sender = new Sender(from, 9);
    put(1, 2);
    sender.ack(9, 4, 0);
    drain(sender, 0);
    sender.renumber(0);
    sender.ack(0, 4, 1);
    expect(drain(sender, 1)).toEqual(["0:1", "1:2"]);
  });
});

describe("receiver", () => {
  function receiver(capacity = 4, next = 0): { queue: Queue; end: Receiver } {
    const queue = new Queue(0, capacity);
    return { queue, end: new Receiver(new QueueSink(queue), next) };
  }

  test("one ACK for many tokens, urgent when half the window is used", () => {
    const { end } = receiver(4, 255);
    expect(end.owes).toBe(true);
    expect(end.pay()).toEqual({ next: 255, window: 4 });
    expect(end.owes).toBe(false);
    expect(end.token(255, one(1))).toBe(true);
    expect([end.owes, end.urgent]).toEqual([true, false]);
    expect(end.token(0, one(2))).toBe(true);
    expect(end.urgent).toBe(true);
    expect(end.pay()).toEqual({ next: 1, window: 2 });
    expect([end.owes, end.urgent]).toEqual([false, false]);
  });

  test("answers duplicates, and a gap once", () => {
    const { end } = receiver();
    end.token(0, one(1));
    end.pay();
    expect(end.token(0, one(1))).toBe(false);
    expect(end.owes).toBe(true);
    end.pay();
    expect(end.token(2, one(3))).toBe(false);
    expect(end.owes).toBe(true);
    end.pay();
    expect(end.token(3, one(4))).toBe(false);
    expect(end.owes).toBe(false);
    expect(end.token(1, one(2))).toBe(true);
    expect(end.pay()).toEqual({ next: 2, window: 2 });
    expect(end.token(3, one(4))).toBe(false);
    expect(end.owes).toBe(true);
  });

  test("drops in silence what has no room and tells when there is again", () => {
    const { queue, end } = receiver(2);
    end.token(0, one(1));
    end.token(1, one(2));
    expect(end.pay()).toEqual({ next: 2, window: 0 });
    expect(end.token(2, one(3))).toBe(false);
    expect(end.owes).toBe(false);
    queue.shift();
    expect(end.owes).toBe(true);
    expect(end.pay()).toEqual({ next: 2, window: 1 });
  });

  test("tells when the window has grown by half the queue", () => {
    const { queue, end } = receiver(8);
    for (let seq = 0; seq < 5; seq++) end.token(seq, one(seq));
    expect(end.pay()).toEqual({ next: 5, window: 3 });
    for (let i = 0; i < 3; i++) queue.shift();
    expect(end.owes).toBe(false);
    queue.shift();
    expect(end.pay()).toEqual({ next: 5, window: 7 });
  });
});

/** What the channel does to one frame. */
type Fault = "pass" | "lose" | "double" | "swap" | "break";

const fault = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Fault>("pass") },
  fc.constantFrom<Fault>("lose", "double", "swap", "break"),
);

interface Plan {
  faults: Fault[];
  count: number;
  from: number;
  lengths: [number, number];
  /** Which of the steps the consumer takes a token in. */
  takes: boolean[];
  latency: number;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  faults: fc.array(fault, { maxLength: 120 }),
  count: fc.integer({ min: 0, max: 400 }),
  from: fc.nat(255),
  lengths: fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 80 })),
  takes: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }).filter((list) => list.includes(true)),
  latency: fc.integer({ min: 1, max: 400 }),
});

type Wire = { at: number; run: () => void };

/** Runs a plan in virtual time until all tokens came out; returns them and the frames it took. */
function run({ faults, count, from, lengths, takes, latency }: Plan): { got: number[]; frames: number; time: number } {
  const tokens = new Queue(5, lengths[0]);
  const sender = new Sender(new QueueSource(tokens), from);
  const inbox = new Queue(0, lengths[1]);
  const inlet = new QueueSink(inbox);
  const outlet = new QueueSource(inbox);
  const receiver = new Receiver(inlet, from);
  const got: number[] = [];
  let [frames, put, now, step, session] = [0, 0, 0, 0, 0];
  let wires: Wire[] = [];
  const begin = (): void => {
    session++;
    wires = [];
    sender.begin();
    receiver.begin();
  };
  const transmit = (deliver: () => void): void => {
    const kind = faults[frames++] ?? "pass";
    const mine = session;
    const run = (): void => (mine === session ? deliver() : undefined);
    const at = now + latency;
    if (kind === "break") begin();
    if (kind === "swap" && wires.length > 0) wires.splice(-1, 0, { at: wires.at(-1)!.at, run });
    else if (kind !== "lose" && kind !== "break") wires.push({ at, run });
    if (kind === "double") wires.push({ at, run });
  };
  const pay = (): void => {
    const { next, window } = receiver.pay();
    transmit(() => sender.ack(next, window, now));
  };
  while (got.length < count) {
    if (frames > 2000 + 40 * count || step > 200000) throw new Error(`storm: ${frames} frames, ${got.length} tokens`);
    while (put < count && tokens.count < lengths[0]) tokens.push(put++);
    for (let out = sender.poll(now); out; out = sender.poll(now)) {
      const sent = out;
      transmit(() => {
        if (sent.kind === "probe") receiver.probe();
        else receiver.token(sent.seq, sent.token);
        if (receiver.urgent) pay();
      });
    }
    if (receiver.owes) pay();
    now = Math.min(wires[0]?.at ?? Number.POSITIVE_INFINITY, sender.deadline, now + 50);
    while (wires[0] && wires[0].at <= now) wires.shift()!.run();
    if (takes[step++ % takes.length]) {
      const token = outlet.shift();
      if (token)
        got.push(token.length === 1 ? token[0]! : token.length === 2 ? token[1]! : (token[1]! << 8) | token[2]!);
    }
  }
  return { got, frames, time: now };
}

describe("a connection over a bad channel", () => {
  test("delivers exactly what was sent, in order, without a storm", () => {
    fc.assert(
      fc.property(plan, (p) => {
        const { got, frames, time } = run(p);
        expect(got).toEqual(Array.from({ length: p.count }, (_, i) => i));
        const disturbed = p.faults.slice(0, frames).filter((kind) => kind !== "pass").length;
        const slow = p.latency > 100 ? 6 : 1;
        const window = Math.min(64, ...p.lengths);
        // While the consumer lets it wait, the sender probes, at most every 300 ms, and is answered; the answer may cross
        // with the ACK of the room that has come meanwhile, and make it send a token again, which is answered too.
        const probes = 4 * Math.ceil(time / 300);
        expect(frames).toBeLessThanOrEqual(slow * (4 * p.count + 20) + probes + disturbed * (3 * window + 8));
      }),
      { numRuns: 400 },
    );
  });

  test("an undisturbed channel costs no token twice and at most an ACK for each", () => {
    const { frames } = run({ faults: [], count: 400, from: 200, lengths: [4, 4], takes: [true], latency: 5 });
    expect(frames).toBeLessThanOrEqual(400 + 402);
    const wide = run({ faults: [], count: 400, from: 200, lengths: [64, 64], takes: [true, true], latency: 1 });
    expect(wide.frames).toBeLessThanOrEqual(400 + 402);
  });
});
