import { describe, expect, test } from "@jest/globals";
import type { Module } from "../../../compiler/actor/types.js";
import { TypeCode } from "../../../compiler/actor/types.js";
import type { Json, RuleExpression } from "../../../compiler/script/graph.js";
import type { RuntimeInfo } from "../../../runtime/host.js";
import { leastRam, obstacles } from "../../../runtime/placement/feasible.js";
import { OUTER, type PlacementRequest, place } from "../../../runtime/placement/placement.js";
import { formatRule, whyNot } from "../../../runtime/placement/rules.js";

const position = { line: 1, column: 1, offset: 0 };
const span = { file: "test", start: position, end: position };

const match = (predicate: string, args: Record<string, Json> = {}): RuleExpression => ({
  op: "match",
  predicate,
  args,
  span,
});
const all = (...of: RuleExpression[]): RuleExpression => ({ op: "all", of, span });
const any = (...of: RuleExpression[]): RuleExpression => ({ op: "any", of, span });
const not = (of: RuleExpression): RuleExpression => ({ op: "not", of, span });

function runtime(name: string, more: Partial<RuntimeInfo> = {}): RuntimeInfo {
  return {
    id: `id-${name}`,
    name,
    kind: "constrained",
    capabilities: [],
    attributes: {},
    simulated: false,
    connected: true,
    tokenMax: 192,
    ...more,
  };
}

const base = runtime("base", { kind: "base", tokenMax: 65536, capabilities: ["sys.time"] });

function module(requires: string[] = [], memory = 0): Module {
  return {
    hash: "00",
    bytes: new Uint8Array(),
    requires,
    manifest: {
      abi: 1,
      name: "M",
      inports: [{ name: "in", type: TypeCode.f32 }],
      outports: [],
      actions: [],
      globals: [
        { name: "a", type: TypeCode.i32 },
        { name: "b", type: TypeCode.f64 },
      ],
      args: [],
      memory,
      slots: 0,
      fuel: 0,
      roles: {},
    },
  };
}

const assignments = (request: PlacementRequest) => place(request).assignments;

describe("rules", () => {
  const kitchen = runtime("kitchen-1", {
    attributes: { room: "kitchen", floor: 2, tags: ["a", "b"], place: { x: 1, y: 2 } },
    capabilities: ["sense.temp"],
    board: "netduinoplus2",
  });

  test.each<[string, RuleExpression, string | undefined]>([
    ["an attribute that fits", match("attr_match", { room: "kitchen" }), undefined],
    ["several attributes", match("attr_match", { room: "kitchen", floor: 2 }), undefined],
    ["values compared as JSON", match("attr_match", { tags: ["a", "b"], place: { y: 2, x: 1 } }), undefined],
    ["what every runtime has", match("attr_match", { name: "kitchen-1", board: "netduinoplus2" }), undefined],
    ["no coercion", match("attr_match", { floor: "2" }), 'its floor is 2, not "2"'],
    ["an attribute it lacks", match("attr_match", { owner: "me" }), 'it has no attribute owner (wanted: "me")'],
    [
      "a name of Object.prototype",
      match("attr_match", { toString: "me" }),
      'it has no attribute toString (wanted: "me")',
    ],
    ["a capability", match("capability", { name: "sense.temp" }), undefined],
    ["a capability it lacks", match("capability", { name: "io.light" }), "it lacks the capability io.light"],
    ["a runtime's name", match("runtime_name", { name: "kitchen-1" }), undefined],
    ["another name", match("runtime_name", { name: "x" }), 'its name is "kitchen-1", not "x"'],
    ["every node", match("all_nodes"), undefined],
    ["an unknown predicate", match("nonsense"), "no predicate is called nonsense"],
    ["not", not(match("attr_match", { room: "kitchen" })), 'excluded by ~attr_match(room="kitchen")'],
    ["not of what does not hold", not(match("attr_match", { room: "hall" })), undefined],
    ["or", any(match("attr_match", { room: "hall" }), match("attr_match", { floor: 2 })), undefined],
    [
      "or of none",
      any(match("attr_match", { room: "hall" }), match("attr_match", { floor: 3 })),
      'its room is "kitchen", not "hall", nor: its floor is 2, not 3',
    ],
    [
      "and of two that fail",
      all(match("attr_match", { room: "hall" }), match("attr_match", { floor: 3 })),
      'its room is "kitchen", not "hall"; its floor is 2, not 3',
    ],
    ["and of nothing", all(), undefined],
    ["or of nothing", any(), "no alternative is given"],
  ])("%s", (_, rule, reason) => {
    expect(whyNot(rule, kitchen)).toBe(reason);
  });

  test("Calvin's predicates: what can be decided is, and what can't holds nowhere, negated or not", () => {
    const pi = runtime("pi", {
      attributes: { country: "se", "owner.role": "test", role: "x" },
      capabilities: ["io.light"],
    });
    const index = (value: Json) => whyNot(match("node_attr_match", { index: value }), pi);
    expect(index(["node_name", { name: "pi" }])).toBeUndefined();
    expect(index({ address: { country: "se" }, owner: { role: "test" } })).toBeUndefined();
    expect(index(["address", { country: "us" }])).toBe('its country is "se", not "us"');
    expect(whyNot(match("actor_reqs_match", { requires: ["io.light", "io.pwm"] }), pi)).toBe(
      "it lacks the capability io.pwm",
    );
    expect([whyNot(match("current_node"), pi), whyNot(match("current_node"), base)]).toEqual([
      "it is not the host that takes the deployment",
      undefined,
    ]);
    const scaling = match("device_scaling");
    for (const rule of [scaling, not(scaling), all(match("current_node"), not(any(scaling)))]) {
      expect(whyNot(rule, base)).toBe("this host does not support device_scaling() yet");
    }
  });

  test("are shown as scripts have them", () => {
    const rule = all(any(match("all_nodes"), not(match("attr_match", { a: 1 }))), match("runtime_name", { name: "x" }));
    expect(formatRule(rule)).toBe('((all_nodes() | ~attr_match(a=1)) & runtime_name(name="x"))');
  });
});

describe("bounds", () => {
  test("the least RAM is memory, globals and queues", () => {
    expect(leastRam(module([], 100))).toBe(100 + 4 + 8 + 4 * 5);
  });

  test("what does not fit is refused before it starts", () => {
    const small = runtime("small", { free: 131, connected: false });
    const actor = { id: "a", module: module(["io.light"], 100), args: [undefined, new Uint8Array(193)] };
    expect(obstacles(actor, small)).toEqual([
      "it is not connected",
      "it lacks the capability io.light",
      "it has 131 bytes of memory free and at least 132 are needed",
      "an argument takes 193 bytes and its tokens have at most 192",
    ]);
    const enough = runtime("enough", { free: 132, capabilities: ["io.light"], tokenMax: 193 });
    expect(obstacles(actor, enough)).toEqual([]);
  });
});

describe("placement", () => {
  const device = runtime("device", { capabilities: ["sense.temp", "io.light"] });

  test("actors that need nothing go to the base runtime", () => {
    expect(assignments({ actors: [{ id: "a", module: module() }], links: [], runtimes: [device, base] })).toEqual({
      a: "id-base",
    });
  });

  test("a control loop stays together on its device, though the host reads and writes it", () => {
    const result = place({
      actors: [
        { id: "source", fixed: "id-base" },
        { id: "sensor", module: module(["sense.temp"]) },
        { id: "control", module: module() },
        { id: "heater", module: module(["io.light"]) },
        { id: "sink", fixed: "id-base" },
      ],
      links: [
        { from: "source", to: "control", weight: OUTER },
        { from: "sensor", to: "control" },
        { from: "control", to: "heater" },
        { from: "control", to: "sink", weight: OUTER },
      ],
      runtimes: [base, device],
    });
    expect(result.assignments).toEqual({
      source: "id-base",
      sensor: "id-device",
      control: "id-device",
      heater: "id-device",
      sink: "id-base",
    });
    expect(result.pending).toEqual([]);
    expect(result.actors.map((actor) => actor.why)).toEqual([
      "part of the base runtime",
      "only device has all it needs",
      "2 runtimes have all it needs; there it is together with sensor, heater",
      "only device has all it needs",
      "part of the base runtime",
    ]);
  });

  test("two actors that may only meet on a third runtime meet there", () => {
    const [one, two, three] = ["one", "two", "three"].map((name) => runtime(name));
    expect(
      assignments({
        actors: [
          {
            id: "a",
            module: module(),
            rule: any(match("runtime_name", { name: "one" }), match("runtime_name", { name: "two" })),
          },
          {
            id: "b",
            module: module(),
            rule: any(match("runtime_name", { name: "three" }), match("runtime_name", { name: "two" })),
          },
        ],
        links: [{ from: "a", to: "b" }],
        runtimes: [one!, three!, two!],
      }),
    ).toEqual({ a: "id-two", b: "id-two" });
  });

  test("real sensors come before simulated ones, devices before the base runtime", () => {
    const sense = { capabilities: ["sense.temp"] };
    const simulated = runtime("a-simulated", { ...sense, simulated: true });
    const actors = [{ id: "s", module: module(["sense.temp"]) }];
    const host = runtime("base", { kind: "base", ...sense });
    const host2 = { ...host, simulated: true };
    expect(assignments({ actors, links: [], runtimes: [simulated, runtime("b-real", sense)] })).toEqual({
      s: "id-b-real",
    });
    expect(assignments({ actors, links: [], runtimes: [host, simulated] })).toEqual({ s: "id-base" });
    expect(assignments({ actors, links: [], runtimes: [host2, simulated] })).toEqual({ s: "id-a-simulated" });
  });

  test("memory is shared out: what does not fit any more goes elsewhere or is pending", () => {
    const tight = runtime("tight", { free: 300 });
    const rule = not(match("attr_match", { kind: "base" }));
    const actors = ["a", "b", "c"].map((id) => ({ id, module: module([], 100), rule }));
    const result = place({ actors, links: [], runtimes: [base, tight] });
    expect(result.assignments).toEqual({ a: "id-tight", b: "id-tight" });
    expect(result.pending).toEqual(["c"]);
    expect(result.actors[2]?.why).toBe(
      'no runtime can take it. base: excluded by ~attr_match(kind="base"). ' +
        "tight: 36 bytes are left for it and at least 132 are needed",
    );
  });

  test("what can't be placed says what each runtime lacks", () => {
    const actors = [{ id: "a", module: module(["sense.humidity"]), rule: match("attr_match", { room: "hall" }) }];
    const off = runtime("off", { connected: false, capabilities: ["sense.humidity"], attributes: { room: "hall" } });
    expect(place({ actors, links: [], runtimes: [base, off] })).toEqual({
      assignments: {},
      pending: ["a"],
      actors: [
        {
          actor: "a",
          why:
            "no runtime can take it. base: it lacks the capability sense.humidity; " +
            'it has no attribute room (wanted: "hall"). off: it is not connected',
          rejected: [
            {
              runtime: "id-base",
              name: "base",
              lacks: ["it lacks the capability sense.humidity", 'it has no attribute room (wanted: "hall")'],
            },
            { runtime: "id-off", name: "off", lacks: ["it is not connected"] },
          ],
        },
      ],
    });
  });

  test("an actor that is placed stays, even while its runtime is away", () => {
    const away = runtime("away", { connected: false });
    const actors = [
      { id: "a", module: module(), fixed: "id-away" },
      { id: "b", module: module(), fixed: "id-gone" },
    ];
    const result = place({ actors, links: [], runtimes: [base, away] });
    expect(result.assignments).toEqual({ a: "id-away" });
    expect(result.actors[1]?.why).toBe("it belongs on id-gone, which is not there");
  });

  test("the order of the runtimes does not matter", () => {
    const runtimes = ["d", "b", "c", "a"].map((name) => runtime(name, { capabilities: ["sense.temp"] }));
    const actors = [
      { id: "x", module: module(["sense.temp"]) },
      { id: "y", module: module() },
    ];
    const links = [{ from: "x", to: "y" }];
    const expected = { x: "id-a", y: "id-a" };
    expect(assignments({ actors, links, runtimes })).toEqual(expected);
    expect(assignments({ actors, links, runtimes: runtimes.reverse() })).toEqual(expected);
  });

  test("a kappa finds its runtime among 100 000", () => {
    const runtimes = Array.from({ length: 100_000 }, (_, n) =>
      runtime(`n${String(n).padStart(6, "0")}`, { capabilities: ["sense.temp"], attributes: { n } }),
    );
    const actors = [
      { id: "s", module: module(["sense.temp"]), rule: match("attr_match", { n: 77_777 }) },
      { id: "t", module: module(["sense.temp"]) },
    ];
    const result = place({ actors, links: [{ from: "s", to: "t" }], runtimes });
    expect(result.assignments).toEqual({ s: "id-n077777", t: "id-n077777" });
    expect(result.actors[0]?.rejected.length).toBe(20);
  });
});
