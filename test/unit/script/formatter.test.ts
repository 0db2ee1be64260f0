import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { AstNode } from "langium";
import { CompileError } from "../../../compiler/diagnostic.js";
import { formatScript } from "../../../compiler/script/format/index.js";
import { calvinServices } from "../../../compiler/script/language.js";
import { Report } from "../../../compiler/script/report.js";
import { Source } from "../../../compiler/script/source.js";
import { parseScript } from "../../../compiler/script/syntax.js";
import { docstringText } from "../../../compiler/script/values.js";
import { scriptTokens } from "./script-tokens.js";

/** The syntax tree of a script as JSON, without places; docstrings as they are read. */
function tree(text: string): unknown {
  const report = new Report(new Source("s.calvin", text));
  const script = parseScript(report);
  report.throwIfErrors();
  return JSON.parse(
    JSON.stringify(script as AstNode, (key, value) => {
      if (key === "doc" && typeof value === "string") return docstringText(value);
      return key.startsWith("$") && key !== "$type" ? undefined : value;
    }),
  );
}

/** The comments of a text in their order, without their white space. */
function comments(text: string): string[] {
  return calvinServices()
    .lexer.tokenize(text)
    .hidden.map(({ image }) => image.replace(/\s+/g, ""));
}

/** What holds for every script: nothing changes but the layout, and formatting again changes nothing. */
function holds(text: string): string {
  const formatted = formatScript(text);
  expect(tree(formatted)).toEqual(tree(text));
  expect(comments(formatted)).toEqual(comments(text));
  expect(formatScript(formatted)).toBe(formatted);
  return formatted;
}

const EXAMPLES = [...readFileSync("docs/language.md", "utf8").matchAll(/^```calvin *.*\n([\s\S]*?)^```$/gm)].map(
  ([, script = ""]) => script,
);

/** A script, and what becomes of it. */
const CASES: [string, string, string][] = [
  [
    "spaces, statements on one line, empty lines",
    "\n\na : std.Counter ( )  b:io.Log( )\n\n\n\na . integer>b . data ,c.d\n",
    "a: std.Counter()\nb: io.Log()\n\na.integer > b.data, c.d\n",
  ],
  [
    "commas between items, none at the end of a line",
    'a: x.Y(b=1 c=[1 2,3] d={"e":1 "f" : null})',
    'a: x.Y(b=1, c=[1, 2, 3], d={"e": 1, "f": null})\n',
  ],
  ["a list that ends in a comma", "a: x.Y(b=1, c=[],)", "a: x.Y(\n  b=1,\n  c=[],\n)\n"],
  [
    "arguments that do not fit",
    `a: x.Y(first="${"a".repeat(50)}", second="${"b".repeat(50)}")`,
    `a: x.Y(\n  first="${"a".repeat(50)}",\n  second="${"b".repeat(50)}",\n)\n`,
  ],
  [
    "targets that do not fit",
    `source.port > ${"a".repeat(40)}.in, ${"b".repeat(40)}.in, ${"c".repeat(40)}.in`,
    `source.port >\n  ${"a".repeat(40)}.in,\n  ${"b".repeat(40)}.in,\n  ${"c".repeat(40)}.in\n`,
  ],
  [
    "a rule that does not fit",
    `rule r:${"a".repeat(50)}(x=1)|(${"b".repeat(40)}&~c)|${"d".repeat(40)}`,
    `rule r: ${"a".repeat(50)}(x=1)\n  | (${"b".repeat(40)} & ~c)\n  | ${"d".repeat(40)}\n`,
  ],
  [
    "components",
    'define A=1\ncomponent C(x y=2)in->out{"""Doc.\n      More.\n        Deeper.\n  """\n\nv: x.Y()\n.in>v.i\n\n\nv.o>.out}\nc:C()',
    'define A = 1\n\ncomponent C(x, y=2) in -> out {\n  """Doc.\n  More.\n    Deeper.\n  """\n\n  v: x.Y()\n  .in > v.i\n\n  v.o > .out\n}\n\nc: C()\n',
  ],
  [
    "the head of a component that does not fit",
    `component C(${"a".repeat(40)}) ${"b".repeat(40)}, ${"c".repeat(40)} -> d, e { .b > .d }`,
    `component C(${"a".repeat(40)})\n  ${"b".repeat(40)}, ${"c".repeat(40)}\n  -> d, e\n{\n  .b > .d\n}\n`,
  ],
  [
    "comments",
    "# top\n\na: x.Y(b=1 # one\n, c=2 # two\n # three\n) # four\n/* five\n   * six\n   */ b: x.Y()\n\n// end",
    "# top\n\na: x.Y(\n  b=1,  # one\n  c=2,  # two\n  # three\n)  # four\n/* five\n * six\n */ b: x.Y()\n\n// end\n",
  ],
  [
    "comments above a component",
    "a: x.Y()\n# About C.\ncomponent C() -> {# in\n  # before\n\n  v: x.Y()\n  # after\n}\n# About b.\nb: C()",
    "a: x.Y()\n\n# About C.\ncomponent C() -> {  # in\n  # before\n\n  v: x.Y()\n  # after\n}\n\n# About b.\nb: C()\n",
  ],
  [
    "transforms, tags, references, groups, port properties and include",
    'include shared\na . b>/:t 1/@"x" c.d,/{"k":[1 &e.f]}/.g\nh.i[ in ](routing=["random" "balanced"])\ngroup j:a,b:c\napply j,a:k: l',
    'include shared\na.b > /:t 1/ @"x" c.d, /{"k": [1, &e.f]}/ .g\nh.i[in](routing=["random" "balanced"])\ngroup j: a, b:c\napply j, a:k: l\n',
  ],
  ["nothing but a comment", "  # x  \n\n", "# x\n"],
  ["nothing", " \n ", ""],
];

describe("formatScript", () => {
  test.each(CASES)("%s", (_, text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test.each(CASES)("%s, with CR LF", (_, text, expected) => {
    const windows = text.replace(/\n/g, "\r\n");
    expect(holds(windows)).toBe(windows.includes("\n") ? expected.replace(/\n/g, "\r\n") : expected);
  });

  test("keeps the example as it is", () => {
    const text = readFileSync("examples/thermostat/heating.calvin", "utf8");
    expect(holds(text)).toBe(text);
  });

  test("keeps the meaning of the examples of the documentation", () => {
    let formatted = 0;
    for (const text of EXAMPLES) {
      if (!(failure(text) instanceof CompileError)) formatted++;
      else continue;
      holds(text);
      holds(text.replace(/\n/g, "\r\n"));
    }
    expect(formatted).toBeGreaterThanOrEqual(EXAMPLES.length - 2);
  });

  test("keeps the meaning and the comments of any script", () => {
    fc.assert(
      fc.property(scriptTokens, (text) => {
        holds(text);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test.each([
    ["a: x.Y(", ["KS002"]],
    ["a: x.Y()\nb > c\nc.d > e.f\nf: $", ["KS001", "KS003"]],
    ['define A = "x', ["KS004"]],
  ])("refuses %j with what is wrong", (text, codes) => {
    const error = failure(text);
    expect(error).toBeInstanceOf(CompileError);
    expect((error as CompileError).diagnostics.map(({ code }) => code)).toEqual(codes);
    expect((error as CompileError).diagnostics[0]?.span.file).toBe("f.calvin");
  });

  test("formats thousands of statements", () => {
    const text = Array.from({ length: 5000 }, (_, i) => `a${i}:x.Y(b=[1 2 3])# c\n`).join("");
    expect(formatScript(text).split("\n")).toHaveLength(5001);
  });
});

function failure(text: string): unknown {
  try {
    return void formatScript(text, { file: "f.calvin" });
  } catch (error) {
    return error;
  }
}
