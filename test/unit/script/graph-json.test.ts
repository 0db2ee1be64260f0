import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { CompileError } from "../../../compiler/diagnostic.js";
import { compileScript, diagnosticsJson, graphJson } from "../../../compiler/script/index.js";
import { compile, withoutSpans } from "./support.js";

const PAGE = readFileSync("docs/graph.md", "utf8");
const [, SCRIPT = ""] = /```calvin\n([\s\S]*?)```/.exec(PAGE) ?? [];
const [GRAPH, DIAGNOSTICS] = [...PAGE.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = ""]) => JSON.parse(json));

/** No actors but those of Calvin's library. */
const actors = { resolve: async () => undefined };

describe("docs/graph.md", () => {
  test("its script means what it says", async () => {
    const { graph } = await compileScript(SCRIPT, { name: "cellar", actors });
    expect(withoutSpans(JSON.parse(graphJson(graph)))).toEqual(GRAPH);
  });

  test("its diagnostics are told so", async () => {
    const text = SCRIPT.replace("show.token\n", "show.tokn\n");
    const error = await compileScript(text, { name: "cellar", actors }).catch((reason: unknown) => reason);
    if (!(error instanceof CompileError)) throw error;
    const errors = error.diagnostics.filter(({ severity }) => severity === "error");
    expect(JSON.parse(diagnosticsJson(errors, error.sources))).toEqual(DIAGNOSTICS);
  });
});

describe("graphJson", () => {
  test("has every span, and all ports with their peers and properties", async () => {
    const { graph } = await compile(`component S() i -> o { a: t.Collect() .i > @"x" a.in 1 > a.in a.out > .o }
rule r: all_nodes() | ~runtime_name(name="x") apply S: r`);
    const { ports, connections, inports, outports, requirements, component } = JSON.parse(graphJson(graph));
    expect(component).toBe("S");
    expect(ports).toEqual([
      { actor: "s:S:a", port: "in", direction: "in", nbr_peers: 2, routing: "collect-unordered" },
      { actor: "s:S:a", port: "out", direction: "out", nbr_peers: 1 },
      { actor: "s:S:_literal_const_1", port: "token", direction: "out", nbr_peers: 1 },
    ]);
    const at = (line: number, from: number, to: number, offset: number) => ({
      start: { line, column: from, offset },
      end: { line, column: to, offset: offset + to - from },
    });
    expect(connections).toEqual([
      {
        from: { actor: "s:S:_literal_const_1", port: "token" },
        to: [{ actor: "s:S:a", port: "in", span: at(1, 54, 62, 53) }],
      },
    ]);
    expect([inports[0].span, outports[0].span]).toEqual([at(1, 15, 16, 14), at(1, 20, 21, 19)]);
    expect(requirements["s:S:a"]).toEqual({
      op: "any",
      of: [
        { op: "all", of: [], span: at(2, 9, 20, 83) },
        {
          op: "not",
          of: { op: "match", predicate: "runtime_name", args: { name: "x" }, span: at(2, 24, 46, 98) },
          span: at(2, 23, 46, 97),
        },
      ],
      span: at(2, 9, 46, 83),
    });
  });

  test("is the same byte for byte", async () => {
    const text = 'component C(x) -> o { x > .o } a: C(x={"b": 1, "a": [2]}) k: t.Print() a.o > k.token';
    const first = graphJson((await compile(text)).graph);
    await compile("1 > p.token p: t.Print()");
    expect(graphJson((await compile(text)).graph)).toBe(first);
    expect(first.endsWith("}\n")).toBe(true);
  });
});
