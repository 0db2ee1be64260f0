import { expect, test } from "@jest/globals";
import type { Graph, Json, PortProperties } from "../../../compiler/script/graph.js";
import { policyOf } from "../../../runtime/kappa/fault-policy.js";

type Given = [port: string, properties: Record<string, Json>, direction?: PortProperties["direction"]];

const graph = (...given: Given[]): Graph => ({
  ...{ name: "k", actors: [], connections: [], voids: [], inports: [], outports: [], requirements: {} },
  portProperties: given.map(([port, properties, direction = "inport"]) => ({
    actor: "a",
    port,
    direction,
    properties,
  })),
});

test("an actor of which nothing is said has no policy", () => {
  expect(policyOf(graph(), "a")).toBeUndefined();
  expect(policyOf(graph(["in", { queue_length: 3 }]), "a")).toBeUndefined();
  expect(policyOf(graph(["in", { retries: 3 }]), "b")).toBeUndefined();
});

test("the properties of its inports come together", () => {
  expect(policyOf(graph(["in", { retries: 3 }]), "a")).toEqual({ retries: 3, backoff: 100, skips: false });
  expect(policyOf(graph(["in", { dead_letter: "log" }]), "a")).toEqual({ retries: 0, backoff: 100, skips: true });
  const two = graph(["x", { retries: 1, backoff: 5 }], ["y", { retries: 1, dead_letter: "log" }]);
  expect(policyOf(two, "a")).toEqual({ retries: 1, backoff: 5, skips: true });
});

test.each<[string, Given[], RegExp]>([
  ["too many retries", [["in", { retries: 256 }]], /retries=256; it is 0 to 255/],
  ["a pause that is a text", [["in", { backoff: "long" }]], /backoff="long"; it is 0 to 65535 ms/],
  ["dead letters to nowhere", [["in", { dead_letter: "post" }]], /dead_letter="post"; it is "log"/],
  [
    "two answers",
    [
      ["x", { retries: 1 }],
      ["y", { retries: 2 }],
    ],
    /inport y of a has retries=2; another inport/,
  ],
  ["an outport", [["out", { retries: 1 }, "outport"]], /outport out of a has retries=1; it is for inports/],
])("%s is refused", (_, given, message) => {
  expect(() => policyOf(graph(...given), "a")).toThrow(
    expect.objectContaining({ code: "PORT_PROPERTY", detail: expect.stringMatching(message) }),
  );
});
