import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { EventLog, TEXT_MAX } from "../../../runtime/events/event-log.js";
import { TestBase } from "../../support/base.js";

const LOGGER = `
component Logger() line -> {
  log: io.Log()
  .line > log.data
}
`;
const FAULTY = `
component Faulty() divisor, condition -> quotient, checked {
  trap: actors.Trap()
  .divisor > trap.divisor
  .condition > trap.condition
  trap.quotient > .quotient
  trap.checked > .checked
}
`;

describe("the log", () => {
  const happen = (text: string) => ({ kind: "log", actor: "a", runtime: "r", text }) as const;

  test("keeps the newest, numbers all, and tells what is gone", () => {
    const log = new EventLog(3, () => new Date(0));
    for (const text of ["1", "2", "3", "4", "5"]) log.add(happen(text));
    expect(log.after(0).map(({ id }) => id)).toEqual([3, 4, 5]);
    expect(log.after(4)).toEqual([{ id: 5, time: "1970-01-01T00:00:00.000Z", ...happen("5") }]);
    expect([log.after(5), log.after(9)]).toEqual([[], []]);
    expect([0, 1, 2, 5].map((id) => log.missed(id))).toEqual([2, 1, 0, 0]);
  });

  test("cuts lines that are too long", () => {
    const log = new EventLog();
    log.add(happen("x".repeat(10 * TEXT_MAX)));
    expect(log.after(0)).toMatchObject([{ text: `${"x".repeat(TEXT_MAX)}…` }]);
  });

  test("waits for the next, or the signal", async () => {
    const log = new EventLog();
    const never = new AbortController();
    const waiting = log.wait(0, never.signal);
    log.add(happen("x"));
    await waiting;
    await log.wait(0, never.signal);
    const ended = log.wait(1, never.signal);
    never.abort();
    await ended;
  });
});

describe("GET /events", () => {
  let base: TestBase;
  let url: string;

  beforeEach(async () => {
    base = await TestBase.start();
    await base.app.listen({ host: "127.0.0.1", port: 0 });
    url = `http://127.0.0.1:${(base.app.server.address() as AddressInfo).port}`;
  });
  afterEach(() => base.close());

  /** Follows an address; `next` resolves with the next lines of `id`, `event` and `data`. */
  async function follow(query: string, headers: Record<string, string> = {}) {
    const request = get(`${url}/events${query}`, { headers: { accept: "text/event-stream", ...headers } });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect(response.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    const lines = createInterface({ input: response })[Symbol.asyncIterator]();
    const next = async () => {
      const parts: Record<string, string> = {};
      for (;;) {
        const { value, done } = await lines.next();
        if (done) return undefined;
        const [, field, content] = /^(id|event|data): (.*)$/.exec(value) ?? [];
        if (field !== undefined) parts[field] = content!;
        else if (parts.data !== undefined) return { ...parts, data: JSON.parse(parts.data) };
      }
    };
    return { next, close: () => request.destroy() };
  }

  test("a kappa's life, its logs and its faults", async () => {
    const all = await follow("");
    const { ref } = (await base.put(LOGGER, "?name=logger")).json();
    await base.post("logger", '"hello"');
    expect([await all.next(), await all.next()]).toEqual([
      {
        ...{ id: "1", event: "kappa" },
        data: {
          ...{ id: 1, time: expect.stringMatching(/^\d{4}-.*Z$/), kind: "kappa", kappa: "logger", ref },
          ...{ change: "created", status: "running", version: 1 },
        },
      },
      {
        ...{ id: "2", event: "log" },
        data: {
          ...{ id: 2, time: expect.any(String), kind: "log", kappa: "logger", ref, actor: "logger:Logger:log" },
          ...{ runtime: "base", text: "hello" },
        },
      },
    ]);
    expect((await base.put(FAULTY, "?name=faulty")).statusCode).toBe(201);
    await base.post("faulty/divisor", "0");
    await base.put(LOGGER.replace("Logger", "Another"), "?name=logger");
    await base.delete("logger");
    const told = [];
    for (let at = 0; at < 5; at++) told.push((await all.next())!.data);
    expect(told).toMatchObject([
      { kappa: "faulty", change: "created", status: "running" },
      { kind: "fault", kappa: "faulty", actor: "faulty:Faulty:trap", runtime: "base", fault: expect.any(String) },
      { kappa: "faulty", change: "status", status: "faulted" },
      { kappa: "logger", change: "replaced", version: 2 },
      { kappa: "logger", change: "deleted", status: "deleting" },
    ]);
    expect((await base.get("/events?kind=log,fault")).json().map(({ id }: { id: number }) => id)).toEqual([2, 4]);
    expect((await base.get("/events?kappa=faulty&last=1")).json()).toMatchObject([{ id: 5 }]);
    expect((await base.get(`/events?kappa=${ref}`)).json().map(({ id }: { id: number }) => id)).toEqual([1, 2, 6, 7]);
    expect((await base.get("/events?last=0")).json()).toEqual([]);
    all.close();
  });

  test("a device comes and goes, and a kappa with it", async () => {
    await base.put(`${LOGGER}\nrule far: attr_match(room="far")\napply Logger: far`, "?name=logger");
    const device = base.device("far", { attributes: { room: "far" }, capabilities: ["log"] });
    device.connect();
    await base.kappas.get("logger").made(AbortSignal.timeout(20_000));
    base.mesh.emit("log", { runtime: device.info.id, actor: "logger:Logger:log", text: "from afar" });
    device.disconnect();
    const stream = await follow("?last=100");
    const told = [];
    for (let at = 0; at < 6; at++) told.push((await stream.next())!.data);
    expect(told).toMatchObject([
      { kind: "kappa", change: "created", status: "pending", why: expect.stringContaining("logger:Logger:log") },
      { kind: "runtime", runtime: "far", connected: true },
      { kind: "kappa", change: "status", status: "running" },
      { kind: "log", runtime: "far", text: "from afar" },
      { kind: "runtime", runtime: "far", connected: false },
      { kind: "kappa", change: "status", status: "unreachable" },
    ]);
    stream.close();
  });

  test("goes on after the event that was read last, tells of what was missed, and ends with the server", async () => {
    for (const text of ["1", "2", "3"]) base.mesh.emit("log", { runtime: "base", actor: "a", text });
    const onwards = await follow("", { "last-event-id": "2" });
    const restarted = await follow("", { "last-event-id": "99" });
    const newest = await follow("?last=2");
    expect([await onwards.next(), await restarted.next(), await newest.next()]).toMatchObject([
      { id: "3", data: { text: "3" } },
      { id: "1", data: { text: "1" } },
      { id: "2", data: { text: "2" } },
    ]);
    for (let at = 0; at < 2000; at++) base.mesh.emit("log", { runtime: "base", actor: "a", text: "x" });
    const response = await new Promise<IncomingMessage>((resolve) => {
      get(`${url}/events`, { headers: { accept: "text/event-stream", "last-event-id": "3" } }, resolve);
    });
    for await (const line of createInterface({ input: response })) {
      if (!line.startsWith("event")) continue;
      expect(line).toBe("event: missed");
      break;
    }
    const rest = onwards.next();
    await base.app.close();
    for (let event = await rest; event !== undefined; event = await onwards.next());
  });

  test.each([
    ["?kind=noise", 400, "QUERY_INVALID"],
    ["?last=x", 400, "QUERY_INVALID"],
    ["?last=1001", 400, "QUERY_INVALID"],
    ["?kappa=nope", 404, "KAPPA_UNKNOWN"],
    ["?since=1", 400, "QUERY_INVALID"],
  ])("%s is refused with %d", async (query, status, code) => {
    expect((await base.get(`/events${query}`)).json()).toMatchObject({ status, code });
  });
});
