import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { InjectOptions } from "fastify";
import { ERRORS, type ErrorCode } from "../../../runtime/errors.js";
import { TestBase } from "../../support/base.js";

const SUMS = `
component Sums() in -> out {
  sum: std.Sum()
  .in > sum.integer
  sum.integer > .out
}
`;
const TWO = `
component Two() a, b -> c, d {
  x: std.Sum()
  y: std.Sum()
  .a > x.integer
  .b > y.integer
  x.integer > .c
  y.integer > .d
}
`;
const TEXTS = `
component Texts() in -> out {
  prefix: text.PrefixString(prefix="> ")
  .in > prefix.in
  prefix.out > .out
}
`;
const BAD = `
import { action, type Out } from "kappa";
export class Bad {
  private when: Date = new Date();
  @action tell(out: Out<i32>): void { out.send(1); }
}
`;
const CLOSED = "sum: std.Sum() voidport > sum.integer sum.integer > voidport";
const PENDING = `${SUMS} apply sum: attr_match(room="none")`;

const text = { "content-type": "text/plain" };
const json = { "content-type": "application/json" };

let base: TestBase;

beforeAll(async () => {
  base = await TestBase.start();
  await mkdir(join(base.directory, "actors", "broken"), { recursive: true });
  await writeFile(join(base.directory, "actors", "broken", "Bad.ts"), BAD);
  await base.put(SUMS, "?name=sums");
  await base.put(TWO, "?name=two");
  await base.put(CLOSED, "?name=closed");
  await base.put(PENDING, "?name=pending");
});

afterAll(() => base.close());

/** Request, the code it is answered with, and what the detail must say. */
const cases: [InjectOptions, ErrorCode, RegExp][] = [
  [{ method: "PUT", url: "/kappa", headers: text }, "BODY_EMPTY", /Send the script/],
  [{ method: "PUT", url: "/kappa", headers: text, payload: "  \n" }, "BODY_EMPTY", /Send the script/],
  [
    { method: "PUT", url: "/kappa", headers: { "content-type": "text/html" }, payload: SUMS },
    "MEDIA_TYPE",
    /text\/html.*text\/plain or application\/json/,
  ],
  [
    { method: "PUT", url: "/kappa", headers: text, payload: "#".repeat(1024 * 1024 + 1) },
    "BODY_TOO_LARGE",
    /1048576 bytes/,
  ],
  [{ method: "PUT", url: "/kappa", headers: json, payload: "{" }, "BODY_NOT_JSON", /not JSON/],
  [{ method: "PUT", url: "/kappa", headers: json, payload: "[]" }, "BODY_NOT_JSON", /"script"/],
  [{ method: "PUT", url: "/kappa", headers: json, payload: '{"script":1}' }, "BODY_NOT_JSON", /"script"/],
  [{ method: "PUT", url: "/kappa", headers: json, payload: '{"script":"","nmae":"x"}' }, "BODY_NOT_JSON", /not nmae/],
  [
    { method: "PUT", url: "/kappa", headers: json, payload: '{"script":"","name":1}' },
    "BODY_NOT_JSON",
    /"name" must be text/,
  ],
  [
    { method: "PUT", url: "/kappa", headers: json, payload: '{"script":"","args":[]}' },
    "BODY_NOT_JSON",
    /"args" must be an object/,
  ],
  [
    { method: "PUT", url: "/kappa?name=a", headers: json, payload: '{"script":"x","name":"b"}' },
    "QUERY_INVALID",
    /query says the name is a, the body says it is b/,
  ],
  [
    { method: "PUT", url: "/kappa?name=1a", headers: text, payload: SUMS },
    "QUERY_INVALID",
    /"1a" can't be a kappa's name/,
  ],
  [
    { method: "PUT", url: "/kappa?nmae=a", headers: text, payload: SUMS },
    "QUERY_INVALID",
    /no query parameter nmae: it may be name, dry-run/,
  ],
  [{ method: "PUT", url: "/kappa?name=a&name=b", headers: text, payload: SUMS }, "QUERY_INVALID", /given twice/],
  [
    { method: "PUT", url: "/kappa?dry-run=maybe", headers: text, payload: SUMS },
    "QUERY_INVALID",
    /true or false, not "maybe"/,
  ],
  [
    { method: "PUT", url: "/kappa", headers: text, payload: "a: media.Bell() 1 > a.trigger" },
    "ACTOR_MISSING",
    /no actor media\.Bell here/,
  ],
  [
    {
      method: "PUT",
      url: "/kappa",
      headers: text,
      payload: 'component C() i -> { k: std.Sum() .i > k.integer k.integer > voidport .i(routing="random") }',
    },
    "PORT_PROPERTY",
    /Port i of the kappa has routing="random"/,
  ],
  [
    { method: "PUT", url: "/kappa", headers: text, payload: "include lib\nc: std.Counter() c.integer > voidport" },
    "SCRIPT_INVALID",
    /nothing to include 'lib' from/,
  ],
  [{ method: "PUT", url: "/kappa", headers: text, payload: "component {" }, "SCRIPT_INVALID", /^k\w+\.calvin:1:/],
  [
    { method: "PUT", url: "/kappa", headers: text, payload: "a: std.Cuonter() a.integer > voidport" },
    "SCRIPT_INVALID",
    /std\.Counter/,
  ],
  [
    { method: "PUT", url: "/kappa", headers: json, payload: JSON.stringify({ script: SUMS, args: { x: 1 } }) },
    "SCRIPT_INVALID",
    /x/,
  ],
  [{ method: "PUT", url: "/kappa", headers: text, payload: "a: broken.Bad()" }, "ACTOR_INVALID", /Bad\.ts:\d+:\d+/],
  [{ method: "POST", url: "/kappa/sums", headers: json }, "BODY_EMPTY", /Send the token/],
  [{ method: "POST", url: "/kappa/sums", headers: json, payload: "1 2" }, "BODY_NOT_JSON", /not JSON/],
  [
    {
      method: "POST",
      url: "/kappa/sums",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload: "1",
    },
    "MEDIA_TYPE",
    /-H 'content-type: application\/json'/,
  ],
  [
    { method: "POST", url: "/kappa/sums", headers: json, payload: "1.5" },
    "TOKEN_MISMATCH",
    /inport in can't take that: the number 1\.5 does not fit i64/,
  ],
  [{ method: "POST", url: "/kappa/sums", headers: json, payload: '"1"' }, "TOKEN_MISMATCH", /does not fit i64/],
  [
    { method: "POST", url: "/kappa/sums", headers: json, payload: "9223372036854775808" },
    "TOKEN_MISMATCH",
    /does not fit i64/,
  ],
  [
    { method: "POST", url: "/kappa/sums", headers: json, payload: `"${"x".repeat(65535)}"` },
    "BODY_TOO_LARGE",
    /65536 bytes/,
  ],
  [{ method: "POST", url: "/kappa/sums?x=1", headers: json, payload: "1" }, "QUERY_INVALID", /there are none here/],
  [
    { method: "POST", url: "/kappa/sums/nope", headers: json, payload: "1" },
    "PORT_UNKNOWN",
    /no inport nope; its inports are: in/,
  ],
  [{ method: "POST", url: "/kappa/two", headers: json, payload: "1" }, "PORT_AMBIGUOUS", /\/kappa\/k\w+\/a/],
  [{ method: "POST", url: "/kappa/closed", headers: json, payload: "1" }, "PORT_UNKNOWN", /has no inport/],
  [
    { method: "POST", url: "/kappa/pending", headers: json, payload: "1" },
    "KAPPA_PENDING",
    /does not run yet.*no attribute room/,
  ],
  [
    { method: "POST", url: "/kappa/nope", headers: json, payload: "1" },
    "KAPPA_UNKNOWN",
    /ref or name nope; GET \/kappa/,
  ],
  [{ method: "GET", url: "/kappa/nope" }, "KAPPA_UNKNOWN", /nope/],
  [{ method: "GET", url: "/kappa/nope/status" }, "KAPPA_UNKNOWN", /nope/],
  [{ method: "GET", url: "/kappa/two" }, "PORT_AMBIGUOUS", /\/kappa\/k\w+\/c/],
  [{ method: "GET", url: "/kappa/two/a" }, "PORT_UNKNOWN", /no outport a; its outports are: c, d/],
  [{ method: "GET", url: "/kappa/closed" }, "PORT_UNKNOWN", /has no outport/],
  [{ method: "GET", url: "/kappa/pending" }, "KAPPA_PENDING", /does not run yet/],
  [{ method: "GET", url: "/kappa/sums?wait=61" }, "QUERY_INVALID", /from 0 to 60, not "61"/],
  [{ method: "GET", url: "/kappa/sums?wait=-1" }, "QUERY_INVALID", /from 0 to 60/],
  [{ method: "GET", url: "/kappa/sums?wait=" }, "QUERY_INVALID", /from 0 to 60/],
  [{ method: "GET", url: "/kappa/sums?wait=soon" }, "QUERY_INVALID", /from 0 to 60/],
  [{ method: "DELETE", url: "/kappa/nope" }, "KAPPA_UNKNOWN", /nope/],
  [{ method: "GET", url: "/actor/sums:Sums:nope" }, "ACTOR_UNKNOWN", /no kappa has an actor/i],
  [{ method: "GET", url: "/actor/nope" }, "ACTOR_UNKNOWN", /no kappa has an actor/i],
  [{ method: "GET", url: "/runtimes/nope" }, "RUNTIME_UNKNOWN", /nope/],
  [{ method: "GET", url: "/" }, "NOT_FOUND", /GET \/openapi\.json/],
  [{ method: "GET", url: "/kappa/a/b/c" }, "NOT_FOUND", /GET \/openapi\.json/],
  [{ method: "GET", url: "/kappa/%ff" }, "NOT_FOUND", /can't be decoded/],
  [
    { method: "POST", url: "/kappa", headers: json, payload: "1" },
    "METHOD_NOT_ALLOWED",
    /\/kappa does not take POST; it takes PUT, GET, HEAD/,
  ],
  [{ method: "PUT", url: "/kappa/sums", headers: text, payload: "x" }, "METHOD_NOT_ALLOWED", /does not take PUT/],
  [{ method: "DELETE", url: "/runtimes" }, "METHOD_NOT_ALLOWED", /it takes GET, HEAD/],
];

describe("problem documents", () => {
  test.each(cases.map((one) => [`${one[0].method} ${String(one[0].url)}`, ...one] as const))(
    "%s: %#",
    async (_, request, code, detail) => {
      const answer = await base.app.inject(request);
      const [status, title] = ERRORS[code];
      expect(answer.json()).toMatchObject({
        type: `urn:kappa:error:${code}`,
        title,
        status,
        code,
        detail: expect.stringMatching(detail),
        instance: String(request.url).split("?")[0],
      });
      expect(answer.statusCode).toBe(status);
      expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    },
  );

  test("a full inport: 429 with Retry-After, and nothing is lost", async () => {
    // Nobody reads: 5 tokens in the Sink, 4 in each queue on the way.
    const accepted: number[] = [];
    let full = await base.post("two/a", "1");
    for (let count = 1; full.statusCode === 202; count++) {
      accepted.push(count);
      expect(count).toBeLessThan(50);
      await base.local.idle();
      full = await base.post("two/a", "1");
    }
    expect([full.statusCode, full.json().code, full.headers["retry-after"]]).toEqual([429, "QUEUE_FULL", "1"]);
    const got: number[] = [];
    for (const _ of accepted) got.push((await base.get("/kappa/two/c?wait=10")).json());
    expect(got).toEqual(accepted);
    expect((await base.get("/kappa/two/c")).statusCode).toBe(204);
  });

  test("a token beyond what a device takes is refused", async () => {
    const device = base.device("small");
    device.connect();
    const put = await base.put(`${TEXTS} apply prefix: runtime_name(name="small")`, "?name=texts");
    expect(put.statusCode).toBe(201);
    const large = await base.post("texts", JSON.stringify("x".repeat(191)));
    expect([large.statusCode, large.json().code]).toEqual([413, "TOKEN_TOO_LARGE"]);
    expect((await base.post("texts", JSON.stringify("x".repeat(100)))).statusCode).toBe(202);
    expect((await base.get("/kappa/texts?wait=10")).json()).toBe(`> ${"x".repeat(100)}`);
  });

  test("say where in the script an error is", async () => {
    const { diagnostics } = (await base.put("# one\na: std.Cuonter()\na.integer > voidport")).json();
    expect(diagnostics).toMatchObject([
      {
        severity: "error",
        file: expect.stringMatching(/^k\w+\.calvin$/),
        line: 2,
        column: 4,
        endLine: 2,
        excerpt: "a: std.Cuonter()",
        hint: expect.stringContaining("std.Counter"),
      },
    ]);
  });

  test("a fault inside is logged and told without its details", async () => {
    const { list } = base.kappas;
    base.kappas.list = () => Promise.reject(new Error("a secret"));
    const answer = await base.get("/kappa");
    base.kappas.list = list;
    expect([answer.statusCode, answer.json().code]).toEqual([500, "INTERNAL"]);
    expect(answer.body).not.toContain("secret");
  });

  test("405 names the methods", async () => {
    expect((await base.app.inject({ method: "PATCH", url: "/kappa/sums" })).headers.allow).toBe(
      "DELETE, POST, GET, HEAD",
    );
  });
});
