import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CompileError } from "../../../compiler/diagnostic.js";
import { graphJson } from "../../../compiler/script/json.js";
import { withoutVoids } from "../../../compiler/script/runtime-graph.js";
import { compile } from "./support.js";

const VALID = `define LIMIT = 5
define LIST = [1, "two" "three", {"k": null}]
component Inner(x, y=LIMIT) i, j -> o {
  """Passes."""
  p: t.Pass() q: t.Args(i32=x, u8=y)
  .i > p.in
  .j > voidport
  p.out > .o
  .o(overflow="latest")
}
component Outer() i -> o {
  a: Inner(x=1)
  b: Inner(x=2, y=3,)
  .i > a.i
  a.o > b.i, b.j
  b.o > .o
  :lit LIMIT > a.j /* c */
}
s: t.Source() o: Outer() k: t.Sink()
s.out > o.i # c
o.o > k.in
LIST > print.token
print: t.Print()
rule r: capability(name="sense.temp") & (attr_match(a=1) | ~all_nodes())
rule q: r | runtime_name(name="x")
apply o, s: q
apply o:a:p: r
group g: s, h
group h: k, o:b
apply g: all_nodes()
s.out[out](routing=["round-robin", "random"])
c: t.Collect()
c.in(routing="collect-unordered", queue_length=5)
s.out > @1 c.in, /{"a": null}/ c.in, /:mark LIMIT/ @"t" c.in
voidport > c.in
c.out > voidport
m: t.Args(any={"m": [&s.out]})
`;

const TOKENS = VALID.match(/"""[\s\S]*?"""|"[^"\n]*"|[A-Za-z0-9_.]+|->|\/\*|\*\/|\S|\n/g) ?? [];

/** How often each property is tried: the same cases each time, or FUZZ times as many others (`make fuzz`). */
function runs(numRuns: number, seed: number): { numRuns: number; seed?: number } {
  const factor = Number(process.env.FUZZ ?? 0);
  return factor > 0 ? { numRuns: numRuns * factor } : { numRuns, seed };
}

/** Compiles a text; whatever it is, there is a sound graph or a CompileError that has an error with a sound place. */
async function holds(text: string): Promise<void> {
  const result = await compile(text).catch((error: unknown) => error);
  if (result instanceof CompileError) {
    expect(result.diagnostics.some(({ severity }) => severity === "error")).toBe(true);
    // Of very many some are enough, because counting lines takes its time.
    const step = Math.ceil(result.diagnostics.length / 200);
    for (const { span } of result.diagnostics.filter((_, index) => index % step === 0)) {
      expect(span.start.offset).toBeGreaterThanOrEqual(0);
      expect(span.start.offset).toBeLessThanOrEqual(span.end.offset);
      expect(span.end.offset).toBeLessThanOrEqual(text.length);
      const before = text.slice(0, span.start.offset).split("\n");
      expect([span.start.line, span.start.column]).toEqual([before.length, (before.at(-1) ?? "").length + 1]);
    }
    return;
  }
  if (result instanceof Error) throw result;
  const { graph } = result as Awaited<ReturnType<typeof compile>>;
  const ids = new Set(graph.actors.map(({ id }) => id));
  expect(ids.size).toBe(graph.actors.length);
  const wires = graph.connections.map(({ from, to }) => `${from.actor}.${from.port} ${to.actor}.${to.port}`);
  expect(new Set(wires).size).toBe(wires.length);
  expect(JSON.parse(graphJson(graph)).actors).toHaveLength(graph.actors.length);
  expect(withoutVoids(graph).actors.some(({ id }) => id.includes("_void_"))).toBe(false);
  expect(graph.connections.filter(({ from, to }) => !ids.has(from.actor) || !ids.has(to.actor))).toEqual([]);
  for (const id of Object.keys(graph.requirements)) expect(ids.has(id)).toBe(true);
}

describe("any text is a graph or a CompileError", () => {
  test("the valid script is a graph", async () => {
    expect((await compile(VALID)).graph.actors).toHaveLength(17);
  });

  test("token soups", async () => {
    const soup = fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }).map((tokens) => tokens.join(" "));
    await fc.assert(fc.asyncProperty(soup, holds), runs(400, 1));
  });

  test("texts of any characters", async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom(...' \n"\\!/*#(){}[]:.,>-=~&|aZ09_$å'), maxLength: 80 }),
    );
    await fc.assert(fc.asyncProperty(text, holds), runs(400, 2));
  });

  test("valid scripts with tokens dropped, doubled, exchanged and replaced", async () => {
    const index = fc.nat(TOKENS.length - 1);
    const edit = fc.tuple(fc.constantFrom("drop", "double", "exchange", "replace"), index, index);
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const tokens = [...TOKENS];
        for (const [kind, at, other] of edits) {
          const [a, b] = [tokens[at] ?? "", tokens[other] ?? ""];
          if (kind === "drop") tokens.splice(at, 1);
          else if (kind === "double") tokens.splice(at, 0, a);
          else if (kind === "replace") tokens[at] = b;
          else [tokens[at], tokens[other]] = [b, a];
        }
        await holds(tokens.join(" "));
      }),
      runs(300, 3),
    );
  });

  test("valid scripts cut anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(VALID.length), (end) => holds(VALID.slice(0, end))),
      runs(150, 4),
    );
  });

  const DEEP = 20_000;
  test.each<[string, string]>([
    ["brackets", `rule r: ${"(".repeat(DEEP)}`],
    ["closed brackets", `rule r: ${"(".repeat(DEEP)}all_nodes()${")".repeat(DEEP)}`],
    ["arrays", `define X = ${"[".repeat(DEEP)}${"]".repeat(DEEP)}`],
    ["objects", `define X = ${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`],
    ["negations", `rule r: ${"~".repeat(DEEP)}all_nodes()`],
    ["constants", Array.from({ length: DEEP }, (_, i) => `define A${i} = A${i + 1}`).join("\n")],
    ["rules", Array.from({ length: DEEP }, (_, i) => `rule r${i}: r${i + 1}`).join("\n")],
    ["components", Array.from({ length: DEEP }, (_, i) => `component C${i}() -> { c: C${i + 1}() }`).join("\n")],
    [
      "circle of components",
      Array.from({ length: DEEP }, (_, i) => `component C${i}() -> { c: C${(i + 1) % DEEP}() }`).join("\n"),
    ],
    ["unclosed comments", "/*".repeat(DEEP)],
    ["unclosed strings", '"\n'.repeat(DEEP)],
    ["backslashes", `a: t.Args(text="${"\\".repeat(DEEP)}`],
    ["alternatives", `rule r: ${"all_nodes() | ".repeat(DEEP)}all_nodes()`],
    ["illegal characters", "$ ".repeat(DEEP)],
    ["docstring lines", `component C() -> { """${"\n x".repeat(DEEP * 10)}""" a: t.Args() }`],
    [
      "targets",
      `component C() i -> { ${Array.from({ length: DEEP }, (_, i) => `.i > a${i}.in a${i}: t.Sink()\n`).join("")} }`,
    ],
    ["syntax errors", "a b\n".repeat(DEEP)],
  ])("%s, very many", async (_, text) => {
    const started = process.cpuUsage();
    await holds(text.length > 1e6 ? text.slice(0, 1e6) : text);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(20_000);
  });
});

describe("time", () => {
  test("grows with the script and not faster: 10 000 actors in seconds", async () => {
    const script = (n: number) =>
      `${Array.from({ length: n }, (_, i) => `a${i}: t.Pass()\na${i}.out > a${(i + 1) % n}.in\n`).join("")}
       rule r: all_nodes() apply a0, a${n - 1}: r`;
    await compile(script(1000));
    const time = async (n: number) => {
      const started = performance.now();
      const { graph } = await compile(script(n));
      expect([graph.actors.length, graph.connections.length]).toEqual([n, n]);
      return performance.now() - started;
    };
    const small = await time(2500);
    const large = await time(10_000);
    expect(large).toBeLessThan(15_000);
    // Four times the text; the factor leaves room for a busy machine, but not for quadratic time.
    expect(large / small).toBeLessThan(12);
  });
});
