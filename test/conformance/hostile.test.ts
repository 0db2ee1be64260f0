import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { compileActor } from "../../compiler/actor/index.js";
import type { TokenValue } from "../../compiler/actor/token.js";
import { type Module, TypeCode } from "../../compiler/actor/types.js";
import { LocalRuntime } from "../../runtime/actor/local-runtime.js";
import type { ErrorCode } from "../../runtime/errors.js";
import { Status } from "../../runtime/link/operations.js";
import { bare, disguised, forged } from "./forge.js";
import { Program } from "./program.js";
import { RawLink } from "./raw-link.js";
import { RIGS, type Rig } from "./rig.js";
import { Traffic } from "./traffic.js";

const rigs = (...names: string[]) => names.map((name) => [name, RIGS[name]!] as const);

/** What a runtime holds besides the modules that it keeps for another time: they are evicted here. */
async function holdings(rig: Rig, ...unused: Module[]): Promise<unknown> {
  if (rig.host instanceof LocalRuntime) return rig.host.ids();
  const link = new RawLink(rig);
  for (const module of unused) expect(await link.evict(module)).toMatchObject({ status: Status.ok });
  return link.holdings();
}

describe.each(rigs("node", "native_sim", "netduinoplus2"))("on %s, beside an actor that is busy,", (_name, make) => {
  let rig: Rig;
  let traffic: Traffic;
  beforeAll(async () => {
    rig = await make();
    traffic = await Traffic.begin(rig);
  });
  afterAll(() => rig?.close());

  const order = (value: TokenValue) => ({ port: "order", values: [0, 0, value] });
  const texts = (count: number, length: number) => Array.from({ length: count }, () => "x".repeat(length));
  const cases: [what: string, type: string, into: { port: string; values: TokenValue[] }, faults: string[]][] = [
    ["loops for ever", "test.Misbehave", order(-1), ["fuel"]],
    ["loops for ever while it writes memory", "test.Hoard", order(-2), ["fuel"]],
    ["recurses without end", "test.Recurse", { port: "depth", values: [3, -1] }, ["fuel", "stack"]],
    ["recurses without end, twice each time", "test.Misbehave", order(-2), ["fuel", "stack"]],
    ["traps", "test.Misbehave", order(-3), ["unreachable"]],
    ["divides by zero", "test.Misbehave", order(-4), ["division"]],
    ["sends twice on a port", "test.Misbehave", order(-6), ["port"]],
    ["fills its heap in one firing", "test.Hoard", order(-1), ["unreachable"]],
    ["fills its heap in many firings", "test.Grow", { port: "text", values: texts(400, 80) }, ["unreachable"]],
  ];

  test.each(cases)(
    "one that %s is faulted, and leaves nothing behind",
    async (_what, type, { port, values }, faults) => {
      const before = await holdings(rig);
      const program = await new Program().actor("bad", type);
      for (const { name } of program.module("bad").manifest.outports) program.discard(`bad.${name}`);
      for (const { name } of program.module("bad").manifest.inports) program.feed(`bad.${name}`);
      const running = await program.run(rig);
      running.send(`bad.${port}`, values);
      const { actor, fault } = await running.fault();
      expect([actor, faults]).toEqual(["bad", expect.arrayContaining([fault])]);
      expect(await rig.host.report("bad")).toMatchObject({ status: "faulted", fault });
      await traffic.goesOn();
      await running.remove();
      expect(await holdings(rig, program.module("bad"))).toEqual(before);
      await traffic.goesOn();
    },
  );

  const stillborn = [
    [
      "whose constructor loops for ever",
      "constructor(private n: i32 = 1) { while (this.n > 0) this.n = (this.n & 7) + 1; }",
    ],
    ["whose start() traps", "private n: i32 = 0; start(): void { this.n = 1; assert(this.n == 0); }"],
  ] as const;

  test.each(stillborn)("one %s is refused, and leaves nothing behind", async (_what, text) => {
    const before = await holdings(rig);
    const module = await compileActor(
      `import { action, type In } from "kappa";
       export class Stillborn { ${text} @action take(value: In<i32>): void { this.n += value.value; } }`,
      { file: "Stillborn.ts" },
    );
    const making = async () => {
      await rig.host.deploy([{ id: "bad", module, args: [] }], []);
      await rig.host.start(["bad"]);
    };
    await expect(making()).rejects.toMatchObject({ code: "ACTOR_TRAPPED" });
    await rig.host.remove(["bad"]);
    expect(await holdings(rig, module)).toEqual(before);
    await traffic.goesOn();
  });

  test("and the busy one has answered every token in order", () => traffic.end());
});

/** A module, the status that its last chunk is answered with, the code that a host makes of it, and the detail. */
type Forgery = [what: string, module: Module, status: number, code: ErrorCode, detail: number | undefined];

const invalid = (what: string, module: Module): Forgery => [what, module, Status.module, "MODULE_INVALID", undefined];
const lacking = (what: string, number: number, type: string): Forgery => {
  const code = { head: `(import "k" "${number}" (func $f ${type}))`, body: "(drop (call $f))" };
  return [what, forged({}, code), Status.capability, "CAPABILITY_MISSING", number];
};

const whole = forged();
const cuts = [9, 40, whole.bytes.length >> 1, whole.bytes.length - 1];
const text = new TextEncoder().encode("export class Tally { /* not compiled */ }\n".repeat(20));
const memory = { head: "(memory 1 1)" };

const forgeries: Forgery[] = [
  invalid("bytes that are no Wasm", disguised(text)),
  invalid("a module without a manifest", bare()),
  ["a later version of the ABI", forged({ abi: 2 }), Status.abi, "MODULE_INVALID", 2],
  lacking("a capability that is not there", 33, "(result f32)"),
  lacking("an import that the ABI has not", 200, "(result i32)"),
  invalid(
    "an import with another signature",
    forged({}, { head: `(import "k" "48" (func $now (result i32)))`, body: "(drop (call $now))" }),
  ),
  ...cuts.map((length) =>
    invalid(`the first ${length} of ${whole.bytes.length} bytes`, disguised(whole.bytes.slice(0, length))),
  ),
  [
    "another hash",
    disguised(whole.bytes, "00112233445566778899aabbccddeeff"),
    Status.hash,
    "MODULE_INVALID",
    undefined,
  ],
  invalid("more memory than a page of Wasm", forged({ memory: 65544 }, memory)),
  invalid("memory that the code has not", forged({ memory: 1024 })),
  invalid(
    "code that grows its memory",
    forged({ memory: 1024 }, { ...memory, body: "(drop (memory.grow (local.get 0)))" }),
  ),
  invalid("an action with another parameter", forged({ inports: [{ name: "in", type: TypeCode.i64 }] })),
];

describe.each(rigs("native_sim", "netduinoplus2"))("modules that no compiler made, sent to %s", (_name, make) => {
  let rig: Rig;
  let link: RawLink;
  let traffic: Traffic;
  beforeAll(async () => {
    rig = await make();
    link = new RawLink(rig);
    traffic = await Traffic.begin(rig);
  });
  afterAll(() => rig?.close());

  const deploy = (module: Module, count = 1) =>
    rig.host.deploy(
      Array.from({ length: count }, (_, i) => ({ id: `forged${i}`, module, args: [] })),
      [],
    );

  test("one without a fault is taken", async () => {
    const before = await link.holdings();
    await deploy(whole);
    await rig.host.remove(["forged0"]);
    expect(await holdings(rig, whole)).toEqual(before);
  });

  test.each(forgeries)("%s: refused, and nothing is left", async (_what, module, status, code, detail) => {
    const before = await link.holdings();
    const reply = await link.module(module);
    expect([reply.status, ...reply.items]).toEqual(detail === undefined ? [status] : [status, detail]);
    expect(await link.create(0x7000, module)).toMatchObject({ status: Status.unknown });
    expect(await link.holdings()).toEqual(before);
    const extra = { status, ...(detail === undefined ? {} : { detail }) };
    await expect(deploy(module)).rejects.toMatchObject({ code, extra });
    expect(await link.holdings()).toEqual(before);
    await traffic.goesOn();
  });

  test("a module that says to be larger than any may be: refused at its first bytes", async () => {
    const before = await link.holdings();
    for (const total of [0, 32 * 1024 + 1, 0xffff_ffff]) {
      const first = { ...whole, bytes: whole.bytes.subarray(0, 8) };
      expect(await link.module(first, total)).toMatchObject({ status: Status.module });
    }
    expect(await link.holdings()).toEqual(before);
    await traffic.goesOn();
  });

  test("actors with more memory than is left: refused with what is free, and nothing is left", async () => {
    const before = await link.holdings();
    const large = forged({ memory: 65536 }, memory);
    expect(await link.module(large)).toMatchObject({ status: Status.ok });
    const made: number[] = [];
    let reply = await link.create(0x7000, large);
    for (; reply.status === Status.ok; reply = await link.create(0x7000 + made.length, large))
      made.push(0x7000 + made.length);
    expect(reply).toMatchObject({ status: Status.memory, items: [(await link.holdings()).free] });
    await traffic.goesOn();
    expect(await link.remove(made)).toMatchObject({ status: Status.ok });
    expect(await holdings(rig, large)).toEqual(before);

    await expect(deploy(large, 5)).rejects.toMatchObject({
      code: "MEMORY_EXHAUSTED",
      extra: { status: Status.memory },
    });
    expect(await holdings(rig, large)).toEqual(before);
    await traffic.goesOn();
  });

  test("and the busy one has answered every token in order", () => traffic.end());
});
