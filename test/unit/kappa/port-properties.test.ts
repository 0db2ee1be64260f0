import { expect, test } from "@jest/globals";
import type { Graph, Json, PortProperties } from "../../../compiler/script/graph.js";
import { mannersOf } from "../../../runtime/kappa/port-properties.js";

const span = { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } } as never;

/** Actors a … d, with properties such as `["a", "outport", { routing: "random" }]` of the port `p` of each. */
function graph(...properties: [string, PortProperties["direction"], Record<string, Json>][]): Graph {
  return {
    name: "k",
    actors: ["a", "b", "c", "d"].map((id) => ({ id, type: "std.Identity", args: {}, span })),
    connections: [],
    voids: [],
    inports: [],
    outports: [],
    requirements: {},
    portProperties: properties.map(([actor, direction, given]) => ({ actor, port: "p", direction, properties: given })),
  };
}

const wires = (...pairs: string[]) =>
  pairs.map((pair) => ({ from: { actor: pair[0]!, port: "p" }, to: { actor: pair[1]!, port: "p" } }));

const manners = (given: Graph, wires: Parameters<typeof mannersOf>[1]) =>
  mannersOf(given, wires, ({ actor }) => actor !== "d");

test("the connections of a port are numbered in the order of the graph", () => {
  const given = graph(
    ["a", "outport", { routing: "round-robin" }],
    ["c", "inport", { routing: "collect-unordered", queue_length: 7 }],
    ["b", "outport", { queue_length: 2 }],
  );
  expect(manners(given, wires("ac", "bc", "ad"))).toEqual([
    {
      from: { routing: { kind: "round-robin", turn: 0 } },
      to: { length: 7, collecting: { kind: "collect-unordered", place: 0 } },
    },
    { from: { length: 2 }, to: { length: 7, collecting: { kind: "collect-unordered", place: 1 } } },
    { from: { routing: { kind: "round-robin", turn: 1 } }, to: {} },
  ]);
});

test("a port with one connection needs no routing, fanout is none, and of a list the first that there is counts", () => {
  const given = graph(
    ["a", "outport", { routing: ["no-such", "fanout", "random"] }],
    ["b", "outport", { routing: ["no-such", "balanced"] }],
    ["c", "outport", { routing: "random" }],
  );
  expect(manners(given, wires("ac", "ad"))).toEqual([
    { from: {}, to: {} },
    { from: {}, to: {} },
  ]);
  expect(manners(given, wires("ba", "bd")).map(({ from }) => from.routing?.kind)).toEqual(["balanced", "balanced"]);
  expect(manners(given, wires("cd"))).toEqual([{ from: {}, to: {} }]);
});

test.each<[string, Graph, string[], RegExp]>([
  ["a routing that there is not", graph(["a", "outport", { routing: "no-such" }]), ["ab", "ac"], /no-such.*random/],
  ["a queue that is too long", graph(["b", "inport", { queue_length: 65 }]), ["ab"], /queue_length=65.*1 to 64/],
  ["a queue of no length", graph(["a", "outport", { queue_length: "long" }]), ["ab"], /1 to 64/],
  ["several connections to an inport without a routing", graph(), ["ac", "bc"], /inport p of c.*collect-unordered/],
  [
    "a mapping that misses a port",
    graph(["a", "outport", { routing: "dispatch-mapped", mapping: { x: "b.p" } }]),
    ["ab", "ac"],
    /c\.p are missing/,
  ],
  [
    "a mapping to elsewhere",
    graph(["a", "outport", { routing: "dispatch-mapped", mapping: { x: "q.p" } }]),
    ["ab"],
    /"q\.p".*b\.p/,
  ],
  [
    "an order that misses a port",
    graph(["a", "outport", { routing: "dispatch-ordered", order: ["b.p"] }]),
    ["ab", "ac"],
    /b\.p, c\.p/,
  ],
  [
    "a tag that is there twice",
    graph(["c", "inport", { routing: "collect-tagged" }], ["a", "outport", { tag: "b.p" }]),
    ["ac", "bc"],
    /tag b\.p/,
  ],
  ["tags for a typed port", graph(["d", "inport", { routing: "collect-tagged" }]), ["ad", "bd"], /type Token/],
  ["a mapping of a typed port", graph(["d", "outport", { routing: "dispatch-mapped" }]), ["da"], /type Token/],
])("%s is refused", (_, given, pairs, message) => {
  expect(() => manners(given, wires(...pairs))).toThrow(
    expect.objectContaining({ code: "PORT_PROPERTY", detail: expect.stringMatching(message) }),
  );
});

test("dispatch-ordered is round-robin in the order given, dispatch-mapped by keys", () => {
  const ordered = graph(["a", "outport", { routing: "dispatch-ordered", order: ["d.p", "b.p", "c.p"] }]);
  expect(manners(ordered, wires("ab", "ac", "ad")).map(({ from }) => from.routing)).toEqual([
    { kind: "round-robin", turn: 1 },
    { kind: "round-robin", turn: 2 },
    { kind: "round-robin", turn: 0 },
  ]);
  const mapped = graph(["a", "outport", { routing: "dispatch-mapped", mapping: { x: "b.p", y: "c.p", z: "b.p" } }]);
  expect(manners(mapped, wires("ab", "ac")).map(({ from }) => from.routing?.selectors)).toEqual([["x", "z"], ["y"]]);
});

test("tags are those of the mapping, else of the outports, else their names; places are in their order", () => {
  const tagged = graph(["c", "inport", { routing: "collect-all-tagged" }], ["a", "outport", { tag: "first" }]);
  expect(manners(tagged, wires("ac", "bc")).map(({ to }) => to.collecting)).toEqual([
    { kind: "collect-all-tagged", place: 1, tag: "first" },
    { kind: "collect-all-tagged", place: 0, tag: "b.p" },
  ]);
  const mapped = graph(["c", "inport", { routing: "collect-any-tagged", mapping: { z: "a.p", y: "b.p" } }]);
  expect(manners(mapped, wires("ac", "bc")).map(({ to }) => to.collecting?.tag)).toEqual(["z", "y"]);
  const listed = graph(["c", "inport", { routing: "collect-all-tagged", order: ["b.p", "a.p"] }]);
  expect(manners(listed, wires("ac", "bc")).map(({ to }) => to.collecting)).toEqual([
    { kind: "collect-all-listed", place: 1 },
    { kind: "collect-all-listed", place: 0 },
  ]);
});

test("a kappa's own outport collects by itself", () => {
  expect(manners(graph(), wires("az", "bz"))).toEqual([
    { from: {}, to: {} },
    { from: {}, to: {} },
  ]);
});
