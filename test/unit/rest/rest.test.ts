import { once } from "node:events";
import { get } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ERRORS } from "../../../runtime/errors.js";
import { ROUTES } from "../../../runtime/rest/server.js";
import { TestBase } from "../../support/base.js";

const ECHO = `
component Echo() in -> out {
  identity: std.Identity()
  .in > identity.token
  identity.token > .out
}
`;
const LATEST = ECHO.replace("identity.token > .out", 'identity.token > .out\n  .out(overflow="latest")');
const FAN = `
component Fan() in -> sum, text {
  sum: std.Sum()
  echo: std.Identity()
  .in > sum.integer, echo.token
  sum.integer > .sum
  echo.token > .text
}
`;
const PREFIX = `
component Prefix(prefix="> ") in -> out {
  prefix: text.PrefixString(prefix=prefix)
  .in > prefix.in
  prefix.out > .out
}
`;

let base: TestBase;

beforeEach(async () => {
  base = await TestBase.start();
});

afterEach(() => base.close());

async function echo(json: string): Promise<string> {
  expect((await base.post("echo", json)).statusCode).toBe(202);
  const answer = await base.get("/kappa/echo?wait=10");
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  return answer.body;
}

describe("tokens", () => {
  test.each([
    "null",
    "true",
    "false",
    "0",
    "-1",
    "20",
    "1.5",
    "9007199254740991",
    "9007199254740993",
    "-9223372036854775808",
    "18446744073709551615",
    '""',
    '"å \\"quoted\\" 12345678901234567890"',
    "[]",
    "[1,[2.5,null]]",
    '{"a":{"b":[true]},"c":"d"}',
  ])("%s comes back as it was", async (json) => {
    await base.put(ECHO, "?name=echo");
    expect(await echo(json)).toBe(json);
  });

  test("empty and null differ: 204 and 200", async () => {
    await base.put(ECHO, "?name=echo");
    expect((await base.get("/kappa/echo")).statusCode).toBe(204);
    await base.post("echo", "null");
    const answer = await base.get("/kappa/echo?wait=10");
    expect([answer.statusCode, answer.body]).toEqual([200, "null"]);
  });

  test("are converted for each inner inport, and refused if one can't take them", async () => {
    await base.put(FAN, "?name=fan");
    await base.post("fan", "20");
    expect((await base.get("/kappa/fan/sum?wait=10")).json()).toBe(20);
    expect((await base.get("/kappa/fan/text?wait=10")).json()).toBe(20);
    expect((await base.post("fan", '"x"')).json().code).toBe("TOKEN_MISMATCH");
    expect((await base.get("/kappa/fan/text")).statusCode).toBe(204);
  });

  test("wait for readers, first come, first served", async () => {
    await base.put(ECHO, "?name=echo");
    const readers = [1, 2, 3].map(() => base.get("/kappa/echo?wait=10"));
    for (const value of [1, 2, 3]) await base.post("echo", String(value));
    expect((await Promise.all(readers)).map((answer) => answer.json())).toEqual([1, 2, 3]);
  });

  test("a wait that nothing comes in ends with 204", async () => {
    await base.put(ECHO, "?name=echo");
    expect((await base.get("/kappa/echo?wait=0.05")).statusCode).toBe(204);
  });

  test("overflow=latest keeps the newest, never holds anyone up, and GET leaves it", async () => {
    await base.put(LATEST, "?name=echo");
    expect((await base.get("/kappa/echo")).statusCode).toBe(204);
    for (let value = 1; value <= 100; value++) {
      expect((await base.post("echo", String(value))).statusCode).toBe(202);
      await base.local.idle();
    }
    const first = await base.get("/kappa/echo");
    expect([first.json(), first.headers.etag]).toEqual([100, '"100"']);
    expect((await base.get("/kappa/echo")).json()).toBe(100);
    const same = await base.get("/kappa/echo?wait=0.05", { "if-none-match": '"100"' });
    expect([same.statusCode, same.body]).toEqual([304, ""]);
    const next = base.get("/kappa/echo?wait=10", { "if-none-match": '"100"' });
    await base.post("echo", "7");
    expect((await next).json()).toBe(7);
  });
});

describe("over a socket", () => {
  let url: string;
  beforeEach(async () => {
    await base.app.listen({ port: 0 });
    url = `http://127.0.0.1:${(base.app.server.address() as AddressInfo).port}`;
  });

  test("Accept: text/event-stream gives every token as an event, until the kappa is deleted", async () => {
    await base.put(ECHO, "?name=echo");
    const request = get(`${url}/kappa/echo`, { headers: { accept: "text/event-stream" } });
    const [response] = await once(request, "response");
    expect([response.statusCode, response.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
    const lines: string[] = [];
    createInterface({ input: response }).on("line", (line) => lines.push(line));
    for (const value of [1, 2, 3]) {
      while ((await base.post("echo", `{"n":${value}}`)).statusCode !== 202) await base.local.idle();
    }
    const ended = once(response, "end");
    await base.local.idle();
    await base.delete("echo");
    await ended;
    const events = lines.filter((line) => line.startsWith("id") || line.startsWith("data"));
    expect(events).toEqual(["id: 1", 'data: {"n":1}', "id: 2", 'data: {"n":2}', "id: 3", 'data: {"n":3}']);
  });

  test("a reader who goes away takes no token with it", async () => {
    await base.put(ECHO, "?name=echo");
    const request = get(`${url}/kappa/echo?wait=60`);
    const waiting = base.kappas.get("echo").deployment!.sinks.get("out")!;
    request.on("error", () => {});
    while (waiting.readers === 0) await new Promise((resolve) => setImmediate(resolve));
    request.destroy();
    while (waiting.readers > 0) await new Promise((resolve) => setImmediate(resolve));
    await base.post("echo", "1");
    expect((await base.get("/kappa/echo?wait=10")).json()).toBe(1);
  });

  test("a script may come without a type, as curl -T sends it", async () => {
    const answer = await fetch(`${url}/kappa?name=echo`, { method: "PUT", body: new TextEncoder().encode(ECHO) });
    expect(answer.status).toBe(201);
  });

  test("closing ends what waits", async () => {
    await base.put(ECHO, "?name=echo");
    const reader = fetch(`${url}/kappa/echo?wait=60`);
    const waiting = base.kappas.get("echo").deployment!.sinks.get("out")!;
    while (waiting.readers === 0) await new Promise((resolve) => setImmediate(resolve));
    await base.app.close();
    expect((await reader).status).toBe(204);
  });
});

describe("PUT /kappa", () => {
  test("answers 201 with the address, the ports and the actors", async () => {
    const put = await base.put(ECHO);
    const { ref } = put.json();
    expect(ref).toMatch(/^k[0-9a-z]{12}$/);
    expect(put.headers.location).toBe(`/kappa/${ref}`);
    expect(put.json()).toEqual({
      ref,
      name: ref,
      version: 1,
      status: "running",
      inports: [{ name: "in", type: "any" }],
      outports: [{ name: "out", type: "any", overflow: "block" }],
      actors: [
        { id: `${ref}:source`, type: "kappa.Source", runtime: "base" },
        { id: `${ref}:Echo:identity`, type: "std.Identity", runtime: "base" },
        { id: `${ref}:sink`, type: "kappa.Sink", runtime: "base" },
      ],
    });
  });

  test("takes JSON with the name and the component's arguments", async () => {
    const headers = { "content-type": "application/json" };
    const payload = JSON.stringify({ script: PREFIX, name: "echo", args: { prefix: "hello " } });
    const put = await base.app.inject({ method: "PUT", url: "/kappa", headers, payload });
    expect([put.statusCode, put.json().name]).toEqual([201, "echo"]);
    expect(await echo('"you"')).toBe('"hello you"');
  });

  test("dry-run says where each actor would go and why, and does nothing", async () => {
    const device = base.device("one");
    device.connect();
    const dry = await base.put(`${ECHO} apply identity: capability(name="sense.temp")`, "?dry-run=true");
    expect(dry.statusCode).toBe(200);
    expect(dry.json()).toMatchObject({
      status: "running",
      actors: [
        {
          id: "kappa:Echo:identity",
          type: "std.Identity",
          runtime: "one",
          why: "only one has all it needs",
          rejected: [{ name: "base", lacks: ["it lacks the capability sense.temp"] }],
        },
        { id: "kappa:source", type: "kappa.Source", runtime: "base" },
        { id: "kappa:sink", type: "kappa.Sink", runtime: "base" },
      ],
    });
    expect([device.ids(), base.local.ids(), (await base.get("/kappa")).json()]).toEqual([[], [], []]);
  });

  test("tells the compiler's warnings", async () => {
    const put = await base.put(`define UNUSED = 1\n${ECHO}`);
    expect(put.json().warnings).toMatchObject([
      { severity: "warning", line: 1, message: expect.stringContaining("UNUSED") },
    ]);
  });
});

describe("introspection", () => {
  test("GET /actor tells the fields of the actor", async () => {
    await base.put(FAN, "?name=fan");
    await base.post("fan", "20");
    await base.get("/kappa/fan/sum?wait=10");
    expect((await base.get("/actor/fan:Fan:sum")).json()).toMatchObject({
      kappa: base.kappas.get("fan").record.ref,
      id: "fan:Fan:sum",
      type: "std.Sum",
      runtime: "base",
      status: "running",
      firings: 1,
      state: { sum: 20 },
    });
    expect((await base.get("/actor/fan:source")).json()).toMatchObject({
      type: "kappa.Source",
      firings: 1,
      state: { in: 0 },
    });
    await base.local.idle();
    expect((await base.get("/actor/fan:sink")).json()).toMatchObject({
      type: "kappa.Sink",
      state: { sum: [], text: [20] },
    });
  });

  test("a fault is shown with its trap", async () => {
    await base.put(
      "component T() in -> { trap: actors.Trap() .in > trap.divisor trap.quotient > voidport trap.checked > voidport " +
        "voidport > trap.condition }",
      "?name=t",
    );
    await base.post("t", "0");
    await base.local.idle();
    expect((await base.get("/kappa")).json()).toMatchObject([{ status: "faulted" }]);
    expect((await base.get("/kappa/t/status")).json()).toMatchObject({
      status: "faulted",
      actors: [{}, { id: "t:T:trap", status: "faulted", fault: "division", firings: 0 }],
    });
  });

  test("GET /runtimes tells what is known of each, GET /runtimes/{id} what it holds", async () => {
    base.device("one", { attributes: { room: "kitchen" } }).connect();
    await base.put(`${ECHO} apply identity: attr_match(room="kitchen")`, "?name=echo");
    expect((await base.get("/runtimes")).json()).toMatchObject([
      { name: "base", kind: "base", connected: true },
      { name: "one", kind: "constrained", board: "fake", attributes: { room: "kitchen" }, tokenMax: 192 },
    ]);
    expect((await base.get("/runtimes/one")).json().actors).toEqual(["echo:Echo:identity"]);
    expect((await base.get("/runtimes/base")).json().actors).toEqual([]);
  });
});

describe("GET /runtimes/{id}?wait", () => {
  test("answers when the runtime is connected, or 404 or 503 in the end", async () => {
    const waiting = base.get("/runtimes/one?wait=10");
    const device = base.device("one");
    device.connect();
    expect((await waiting).json()).toMatchObject({ name: "one", connected: true, actors: [] });
    device.disconnect();
    const away = await base.get("/runtimes/one?wait=0.05");
    expect([away.statusCode, away.json().code]).toEqual([503, "LINK_DOWN"]);
    const back = base.get("/runtimes/one?wait=10");
    device.connect();
    expect((await back).statusCode).toBe(200);
    expect((await base.get("/runtimes/two?wait=0.05")).statusCode).toBe(404);
  });
});

describe("the OpenAPI document", () => {
  test("has every route that is served, and no other", async () => {
    const document = (await base.get("/openapi.json")).json();
    expect(document.openapi).toBe("3.1.0");
    const described = Object.entries(document.paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = base.app
      .printRoutes({ commonPrefix: false })
      .split("\n")
      .flatMap((line) => {
        const [, path, methods] = /([/*][^ ]*) \(([A-Z, ]+)\)/.exec(line) ?? [];
        return (methods ?? "")
          .split(", ")
          .filter((m) => m !== "" && m !== "HEAD")
          .map((method) => [path, method] as const);
      });
    expect(described.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
    expect(served.length).toBe(ROUTES.length);
    for (const { method, path } of ROUTES) {
      const url = path.replace(/\{(\w+)\}/g, ":$1");
      expect([url, method, base.app.hasRoute({ method, url })]).toEqual([url, method, true]);
    }
  });

  test("refers only to what is in it, names each operation once, and lists every code", async () => {
    const document = (await base.get("/openapi.json")).json();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      const target = reference
        .split("/")
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
      expect([reference, typeof target]).toEqual([reference, "object"]);
    }
    const ids = ROUTES.map((route) => route.operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(document.components.schemas.Problem.properties.code.enum).toEqual(Object.keys(ERRORS));
  });

  test("has a parameter for each part of a path", () => {
    for (const { path, operation } of ROUTES) {
      const parts = [...path.matchAll(/\{(\w+)\}/g)].length;
      const parameters = (operation.parameters ?? []) as { in?: string; $ref?: string }[];
      expect([path, parameters.filter((p) => p.in === "path" || p.$ref !== undefined).length]).toEqual([path, parts]);
    }
  });
});
