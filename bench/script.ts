import type { ActorResolver } from "../compiler/script/index.js";
import { compileScript, graphJson } from "../compiler/script/index.js";
import { count, type Table } from "./report.js";

/** Actors in the scripts that are compiled. */
const SIZES = [1000, 10_000, 40_000];

const ANY = 0;
const ports = (...names: string[]) => names.map((name) => ({ name, type: ANY }));
const actors: ActorResolver = {
  resolve: async () => ({ inports: ports("in"), outports: ports("out"), args: [] }),
};

/** A ring of actors, each in a component of its own. */
function ring(size: number): string {
  const uses = Array.from({ length: size }, (_, i) => `a${i}: Stage()\na${i}.o > a${(i + 1) % size}.i\n`);
  return `component Stage() i -> o { p: x.Pass() .i > p.in p.out > .o }\n${uses.join("")}`;
}

/** Time from the text of a script to its graph. */
export async function scripts(): Promise<Table> {
  await compileScript(ring(1000), { name: "warm", actors });
  const rows: string[][] = [];
  for (const size of SIZES) {
    const text = ring(size);
    const start = performance.now();
    const { graph } = await compileScript(text, { name: "ring", actors });
    const compiled = performance.now();
    graphJson(graph);
    const ms = compiled - start;
    rows.push([count(size), count(ms), count((ms * 1000) / size), count(performance.now() - compiled)]);
  }
  return {
    title: "Compiling scripts",
    text: "A ring of actors, each in a component of its own, from text to graph, in one process that has compiled before.",
    columns: ["actors", "ms", "µs an actor", "ms more to JSON"],
    rows,
    command: "node build/js/bench/main.js script",
  };
}
