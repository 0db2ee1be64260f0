import { describe, expect, test } from "@jest/globals";
import type { RuleExpression } from "../../../compiler/script/graph.js";
import { compile, graphOf } from "./support.js";

const P = { op: "match", predicate: "runtime_name", args: { name: "p" } };
const Q = { op: "match", predicate: "capability", args: { name: "q" } };
const R = { op: "match", predicate: "attr_match", args: { r: 1 } };
const RULES = 'rule p: runtime_name(name="p") rule q: capability(name="q") rule r: attr_match(r=1)\n';

/** The requirement of the only actor under `apply a: expression`. */
async function requirement(expression: string): Promise<RuleExpression | undefined> {
  const graph = await graphOf(`${RULES} apply a: ${expression}\n a: t.Args() b: t.Args() apply b: p & q & r`);
  return graph.requirements["s:a"];
}

describe("rule expressions", () => {
  test.each<[string, unknown]>([
    ["p", P],
    ["all_nodes()", { op: "all", of: [] }],
    ["p & q", { op: "all", of: [P, Q] }],
    ["p & q & r", { op: "all", of: [P, Q, R] }],
    ["p | q | r", { op: "any", of: [P, Q, R] }],
    ["p | q & r", { op: "any", of: [P, { op: "all", of: [Q, R] }] }],
    ["p & q | r", { op: "any", of: [{ op: "all", of: [P, Q] }, R] }],
    ["(p | q) & r", { op: "all", of: [{ op: "any", of: [P, Q] }, R] }],
    ["~p", { op: "not", of: P }],
    ["~~p", { op: "not", of: { op: "not", of: P } }],
    ["~p & q", { op: "all", of: [{ op: "not", of: P }, Q] }],
    ["~(p & q)", { op: "not", of: { op: "all", of: [P, Q] } }],
    ["p | ~q", { op: "any", of: [P, { op: "not", of: Q }] }],
    ["~(p | ~q)", { op: "not", of: { op: "any", of: [P, { op: "not", of: Q }] } }],
    ["((p))", P],
    ["p & (q & r)", { op: "all", of: [P, { op: "all", of: [Q, R] }] }],
    [
      'attr_match(room="kitchen", "floor-no"=2, tags=["a"], define={"x": null})',
      {
        op: "match",
        predicate: "attr_match",
        args: { room: "kitchen", "floor-no": 2, tags: ["a"], define: { x: null } },
      },
    ],
  ])("%s", async (text, expected) => {
    expect(await requirement(text)).toEqual(expected);
  });

  test("may name rules defined later and constants", async () => {
    const text = 'apply a: x a: t.Args() rule x: ~y rule y: attr_match(owner=ME) define ME = "me"';
    expect((await graphOf(text)).requirements).toEqual({
      "s:a": { op: "not", of: { op: "match", predicate: "attr_match", args: { owner: "me" } } },
    });
  });

  test("keep the place of what they mean", async () => {
    const { graph } = await compile("rule r: ~all_nodes()\napply a: r\na: t.Args()");
    const rule = graph.requirements["s:a"];
    expect(rule?.span).toEqual({
      file: "s.calvin",
      start: { line: 1, column: 9, offset: 8 },
      end: { line: 1, column: 21, offset: 20 },
    });
  });
});

describe("targets", () => {
  const COMPONENT =
    "component C() -> { a: t.Args() n: N() } component N() -> { b: t.Args() 1 > p.token p: t.Print() }\n";

  async function targets(text: string): Promise<string[]> {
    return Object.keys((await graphOf(`${RULES}${COMPONENT}${text}`)).requirements).map((id) => id.slice(2));
  }
  const REST = "\nrule unused: p & q & r apply z: unused z: t.Args()";

  test.each<[string, string[]]>([
    ["x", ["x", "z"]],
    ["x, y", ["x", "y", "z"]],
    ["c", ["c:a", "c:n:b", "c:n:_literal_const_1", "c:n:p", "z"]],
    ["c:n", ["c:n:b", "c:n:_literal_const_1", "c:n:p", "z"]],
    ["c:n:b", ["c:n:b", "z"]],
    ["c:a, x,c:n:p", ["c:a", "c:n:p", "x", "z"]],
  ])("apply %s", async (target, expected) => {
    const text = `c: C() x: t.Args() y: t.Args() apply ${target}: p${REST}`;
    expect(await targets(text)).toEqual(expected);
  });

  test.each<[string, string[]]>([
    ["C", ["C:a", "C:n:b", "C:n:_literal_const_1", "C:n:p"]],
    ["a", ["C:a"]],
    ["C:a", ["C:a"]],
    ["n", ["C:n:b", "C:n:_literal_const_1", "C:n:p"]],
    ["C:n:b", ["C:n:b"]],
    ["n:b", ["C:n:b"]],
  ])("of a service: apply %s", async (target, expected) => {
    expect(await targets(`apply ${target}: p rule all: p & q & r`)).toEqual(expected);
  });

  test("several rules for one actor must all hold, in the order of the text, each once", async () => {
    const text = `${RULES} a: t.Args() b: t.Args() apply a: p apply b, a: q | r apply a: p`;
    expect((await graphOf(text)).requirements).toEqual({
      "s:a": { op: "all", of: [P, { op: "any", of: [Q, R] }] },
      "s:b": { op: "any", of: [Q, R] },
    });
  });
});
