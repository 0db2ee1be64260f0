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

test("the connections of a port are numbered in the order of the graph", () => {
  const given = graph(
    ["a", "outport", { routing: "round-robin" }],
    ["c", "inport", { routing: "collect-unordered", queue_length: 7 }],
    ["b", "outport", { queue_length: 2 }],
  );
  expect(mannersOf(given, wires("ac", "bc", "ad"))).toEqual([
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
  expect(mannersOf(given, wires("ac", "ad"))).toEqual([
    { from: {}, to: {} },
    { from: {}, to: {} },
  ]);
  expect(mannersOf(given, wires("ba", "bd")).map(({ from }) => from.routing?.kind)).toEqual(["balanced", "balanced"]);
  expect(mannersOf(given, wires("cd"))).toEqual([{ from: {}, to: {} }]);
});

test.each<[string, Graph, string[], RegExp]>([
  ["a routing that there is not", graph(["a", "outport", { routing: "no-such" }]), ["ab", "ac"], /no-such.*random/],
  ["a queue that is too long", graph(["b", "inport", { queue_length: 65 }]), ["ab"], /queue_length=65.*1 to 64/],
  ["a queue of no length", graph(["a", "outport", { queue_length: "long" }]), ["ab"], /1 to 64/],
  ["several connections to an inport without a routing", graph(), ["ac", "bc"], /inport p of c.*collect-unordered/],
])("%s is refused", (_, given, pairs, message) => {
  expect(() => mannersOf(given, wires(...pairs))).toThrow(
    expect.objectContaining({ code: "PORT_PROPERTY", detail: expect.stringMatching(message) }),
  );
});

test("a kappa's own outport collects by itself", () => {
  expect(mannersOf(graph(), wires("az", "bz"))).toEqual([
    { from: {}, to: {} },
    { from: {}, to: {} },
  ]);
});
