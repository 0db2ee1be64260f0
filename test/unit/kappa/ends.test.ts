import { describe, expect, test } from "@jest/globals";
import { SINK_LENGTH, SinkPort, SourcePort } from "../../../runtime/kappa/ends.js";

const bytes = (...values: number[]) => Uint8Array.from(values);
const never = new AbortController().signal;

describe("a port of kappa.Source", () => {
  test("gives every connection the same sequence, in its own encoding", () => {
    const port = new SourcePort("in", [
      { id: "a", type: 2 },
      { id: "b", type: 6 },
    ]);
    expect(port.offer([bytes(1), bytes(2)])).toBe(true);
    expect(port.offer([bytes(3), bytes(4)])).toBe(true);
    expect([port.outgoing("a").shift(), port.outgoing("a").shift(), port.outgoing("a").shift()]).toEqual([
      bytes(1),
      bytes(3),
      undefined,
    ]);
    expect([port.outgoing("b").shift(), port.outgoing("b").shift()]).toEqual([bytes(2), bytes(4)]);
    expect(port.accepted).toBe(2);
  });

  test("is full when the slowest connection is", () => {
    const port = new SourcePort(
      "in",
      [
        { id: "fast", type: 0 },
        { id: "slow", type: 0 },
      ],
      192,
      2,
    );
    for (const value of [1, 2]) expect(port.offer([bytes(value), bytes(value)])).toBe(true);
    port.outgoing("fast").drop(2);
    expect(port.offer([bytes(3), bytes(3)])).toBe(false);
    expect([port.waiting, port.accepted, port.outgoing("fast").count]).toEqual([2, 2, 0]);
    port.outgoing("slow").drop(1);
    expect(port.offer([bytes(3), bytes(3)])).toBe(true);
    expect(port.outgoing("fast").peek()).toEqual(bytes(3));
  });
});

describe("a port of kappa.Sink", () => {
  test("holds 5 tokens, then holds up the writer, and has room again when one was read", () => {
    const port = new SinkPort("out", ["a"]);
    const sink = port.incoming("a");
    let rooms = 0;
    sink.onRoom = () => rooms++;
    for (let value = 1; value <= SINK_LENGTH; value++) expect(sink.push(bytes(value))).toBe(true);
    expect([sink.room(), sink.push(bytes(9)), port.waiting]).toEqual([0, false, 5]);
    expect(port.read()).toEqual({ token: bytes(1), number: 1 });
    expect([sink.room(), rooms]).toEqual([1, 1]);
    expect(port.peek()).toEqual([bytes(2), bytes(3), bytes(4), bytes(5)]);
  });

  test("collects several writers in the order of arrival, and lets none crowd out another", () => {
    const port = new SinkPort("out", ["a", "b"]);
    const [a, b] = [port.incoming("a"), port.incoming("b")];
    // Each has its share of two.
    expect([a.push(bytes(1)), a.push(bytes(2)), a.push(bytes(3))]).toEqual([true, true, false]);
    expect([b.push(bytes(11)), b.push(bytes(12)), b.push(bytes(13))]).toEqual([true, true, false]);
    const got = [port.read()?.token[0], port.read()?.token[0]];
    a.push(bytes(3));
    for (let reading = port.read(); reading !== undefined; reading = port.read()) got.push(reading.token[0]);
    expect(got).toEqual([1, 2, 11, 12, 3]);
  });

  test("serves readers in the order they came, and a reader who left takes nothing", async () => {
    const port = new SinkPort("out", ["a"]);
    const left = new AbortController();
    const readers = [port.next(0, never), port.next(0, left.signal), port.next(0, never)];
    left.abort();
    port.incoming("a").push(bytes(1));
    port.incoming("a").push(bytes(2));
    expect((await Promise.all(readers)).map((reading) => reading?.token[0])).toEqual([1, undefined, 2]);
    expect(port.readers).toBe(0);
  });

  test("with overflow=latest always takes, keeps the newest, and counts", async () => {
    const port = new SinkPort("out", ["a", "b"], "latest");
    for (let value = 1; value <= 100; value++)
      expect(port.incoming(value % 2 ? "a" : "b").push(bytes(value))).toBe(true);
    expect([port.read(), port.read(), port.waiting]).toEqual([
      { token: bytes(100), number: 100 },
      { token: bytes(100), number: 100 },
      1,
    ]);
    expect(port.read(100)).toBeUndefined();
    const [one, two] = [port.next(100, never), port.next(100, never)];
    port.incoming("a").push(bytes(7));
    expect([await one, await two]).toEqual([
      { token: bytes(7), number: 101 },
      { token: bytes(7), number: 101 },
    ]);
  });

  test("ends its readers when it is closed, and takes nothing more", async () => {
    const port = new SinkPort("out", ["a"]);
    const reader = port.next(0, never);
    port.close();
    expect(await reader).toBeUndefined();
    expect(await port.next(0, never)).toBeUndefined();
    expect(port.incoming("a").push(bytes(1))).toBe(false);
    expect(port.end.aborted).toBe(true);
  });
});
