import { expect, test } from "@jest/globals";
import { dotOf } from "../../../cli/graph/dot.js";
import { layOut } from "../../../cli/graph/layout.js";
import { svgOf } from "../../../cli/graph/svg.js";
import { compileScriptFile } from "../../../cli/sources.js";
import type { Graph } from "../../../compiler/script/graph.js";

const SCRIPT = `component Inner() value -> sum {
  add: std.Sum()
  .value > add.integer
  add.integer > .sum
}
component Outer() value -> sum, other {
  one: Inner()
  two: Inner()
  .value > one.value, two.value
  one.sum > .sum
  two.sum > .other
}
`;

async function graphOf(): Promise<Graph> {
  return (await compileScriptFile("nest.calvin", SCRIPT, { actors: [] })).graph;
}

test("the layout: boxes hold what is in them, ports lie on the sides, every connection has a route from port to port", async () => {
  const graph = await graphOf();
  const { boxes, actors, ends, edges, width, height } = await layOut(graph);
  expect(boxes.map(({ label, depth }) => [label, depth])).toEqual([
    ...[
      ["nest", 0],
      ["Outer", 1],
      ["one", 2],
      ["two", 2],
    ],
  ]);
  expect(actors.map(({ actor }) => actor.id)).toEqual(["nest:Outer:one:add", "nest:Outer:two:add"]);
  for (const [at, actor] of actors.entries()) {
    const box = boxes[2 + at]!;
    expect(actor.x).toBeGreaterThan(box.x);
    expect(actor.x + actor.width).toBeLessThan(box.x + box.width);
    expect(actor.y + actor.height).toBeLessThan(box.y + box.height);
    expect(actor.ports.map(({ side, x }) => [side, x])).toEqual([
      ["in", actor.x],
      ["out", actor.x + actor.width],
    ]);
  }
  expect([ends.map(({ name }) => name), edges.length]).toEqual([["value", "sum", "other"], 4]);
  const ports = actors.flatMap((actor) => actor.ports.map(({ x, y }) => `${x},${y}`));
  for (const { points, title } of edges) {
    const touched = [points[0]!, points.at(-1)!].filter(({ x, y }) => ports.includes(`${x},${y}`));
    expect([title, touched.length]).toEqual([title, 1]);
    for (const { x, y } of points) expect(x >= 0 && x <= width && y >= 0 && y <= height).toBe(true);
  }
});

test("pictures are the same bytes each time, and text in them is escaped", async () => {
  const graph = await graphOf();
  expect(await svgOf(graph)).toBe(await svgOf(await graphOf()));
  expect(dotOf(graph)).toBe(dotOf(await graphOf()));
  expect(dotOf(graph)).toContain('subgraph "cluster_nest:Outer:one" {');
  graph.actors[0]!.args = { text: '<b>&"' };
  expect(await svgOf(graph)).toContain("text=&quot;&lt;b&gt;&amp;\\&quot;&quot;");
  expect(dotOf(graph)).toContain("text=&quot;&lt;b&gt;&amp;\\&quot;&quot;");
});
