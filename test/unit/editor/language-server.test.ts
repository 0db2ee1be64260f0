import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Client } from "./client.js";

let editor: Client;

const ADD = `import { action, type In, type Out } from "kappa";

/** Adds a number to each. */
export class Add {
  private n: i32;

  /** @param n what is added */
  constructor(n: i32 = 1) {
    this.n = n;
  }

  /**
   * @param number the number
   * @param sum the number and n
   */
  @action
  add(number: In<i32>, sum: Out<i32>): void {
    sum.send(number.value + this.n);
  }
}
`;

const SCRIPT = `define STEP = 2

component Twice(step=STEP) number -> sum {
  """Adds a number again."""
  first: own.Add(n=step)
  second: own.Add(n=step)
  .number > first.number
  first.sum > second.number
  second.sum > .sum
}

count: std.Counter()
twice: Twice(step=STEP)
more: own.Add()
log: own.Add()
count.integer > more.number
:one 1 > twice.number
twice.sum > log.number
log.sum > voidport
more.sum > voidport

rule near: runtime_name(name="a") | all_nodes()
group all: count, twice:first
apply all, twice:second: near
`;

/** The place of the n-th occurrence of a text, a little inside. */
function at(text: string, what: string, nth = 1): number {
  let offset = -1;
  for (let count = 0; count < nth; count++) offset = text.indexOf(what, offset + 1);
  if (offset < 0) throw new Error(`no ${what}`);
  return offset + 1;
}

beforeAll(async () => {
  editor = await Client.start({
    "own/Add.ts": ADD,
    "bad/Broken.ts": ADD.replace("Add", "Broken").replace("number.value", "nothing.value"),
    "other.calvin": "a: own.Add()\n5 > a.number\na.sum > voidport\n",
  });
});

afterAll(async () => {
  await editor.close();
});

describe("diagnostics", () => {
  test("of a good script there are none", async () => {
    await editor.open("good.calvin", SCRIPT);
    expect(await editor.findings("good.calvin")).toEqual([]);
  });

  test("come as you type, with the compiler's code, range and hint, and a quick fix", async () => {
    const text = "a: own.Add()\n1 > a.number\na.sun > voidport\n";
    await editor.open("typo.calvin", text);
    const [diagnostic, ...others] = await editor.diagnostics("typo.calvin");
    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({
      code: "KS201",
      severity: 1,
      source: "kappa",
      message: "Actor 'a' (own.Add) has no outport 'sun'.\ndid you mean 'sum'?",
      range: { start: { line: 2, character: 2 }, end: { line: 2, character: 5 } },
    });
    const [fix] = await editor.quickFixes("typo.calvin", diagnostic!);
    expect(fix?.title).toBe("Change to 'sum'");
    expect(editor.edited("typo.calvin", Object.values(fix!.edit!.changes!)[0]!)).toBe(text.replace("sun", "sum"));
    await editor.type("typo.calvin", text.indexOf("sun"), text.indexOf("sun") + 3, "sum");
    expect(await editor.findings("typo.calvin")).toEqual([]);
  });

  test("have UTF-16 columns, and lines that end in CR LF", async () => {
    await editor.open("unicode.calvin", 'a: text.Nothing()\r\n/* 𝕏𝕏 é */ b: io.Lgo(data="𝕏")\r\n');
    expect(await editor.diagnostics("unicode.calvin")).toMatchObject([
      { code: "KS112", range: { start: { line: 0, character: 3 }, end: { line: 0, character: 15 } } },
      { code: "KS112", range: { start: { line: 1, character: 16 }, end: { line: 1, character: 22 } } },
    ]);
  });

  test("of an actor with errors are shown where it is used", async () => {
    await editor.open("uses.calvin", "a: bad.Broken()\n1 > a.number\na.sum > voidport\n");
    const found = await editor.diagnostics("uses.calvin");
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ range: { start: { line: 0, character: 3 }, end: { line: 0, character: 13 } } });
    expect(found[0]?.message).toMatch(/^bad\.Broken has an error in line 18: /);
  });

  test("know what a script includes, as it is in the editor", async () => {
    await editor.open("shared.calvin", "component C() -> sum {\n  a: own.Add()\n  1 > a.number\n  a.sum > .sum\n}\n");
    await editor.open("main.calvin", "include shared\nc: C()\nc.sum > voidport\n");
    expect(await editor.findings("main.calvin")).toEqual([]);
    await editor.open("shared.calvin", "component C() -> sum {\n  a: own.Add()\n  1 > a.numbr\n  a.sum > .sum\n}\n");
    await editor.open("main.calvin", "include shared\nc: C()\nc.sum > voidport\n# again\n");
    expect(await editor.findings("main.calvin")).toEqual(["KS201 include shared"]);
  });

  test("do not ask for what is given at deployment", async () => {
    await editor.open(
      "service.calvin",
      "component S(n) i -> o {\n  a: own.Add(n=n)\n  .i > a.number\n  a.sum > .o\n}\n",
    );
    expect(await editor.findings("service.calvin")).toEqual([]);
  });
});

describe("completion", () => {
  const COMPONENT = "component C(arg) input -> output {\n  c: std.Counter()\n  d: own.Add()\n  ";

  test.each<[string, string, string[], string[]]>([
    ["statements", "|", ["define", "component", "rule", "group", "apply", "voidport"], [".input"]],
    ["statements in a component", `${COMPONENT}|\n}\n`, ["voidport", "c.integer", "d.sum", ".input"], ["define"]],
    ["actor types", "a: |", ["std.Counter", "own.Add", "io.Log"], []],
    ["components", "component C() -> { a: io.Log()\n}\na: C|", ["C", "own.Add"], []],
    ["types of a namespace", "a: own.|", ["Add"], ["Counter"]],
    ["arguments", "a: own.Add(|", ["n"], []],
    ["arguments that are not given yet", "a: own.Add(n=1, |)", [], ["n"]],
    ["arguments of a component", "component C(x, y) -> { a: io.Log()\n}\na: C(x=1, |)", ["y"], ["x"]],
    ["values", `define A = 1\n${COMPONENT}e: own.Add(n=|)\n}`, ["A", "arg"], ["e"]],
    ["values of a constant", "define A = 1\ndefine B = |", ["A", "true", "null"], ["B"]],
    ["outports", "a: own.Add()\na.|", ["sum"], []],
    ["outports before another statement", "a: own.Add()\na.|\nb: io.Log()\na.sum > b.data", ["sum"], []],
    ["inports", "a: own.Add()\n1 > a.|", ["number"], ["sum"]],
    ["targets", `${COMPONENT}c.integer > |\n}`, ["d.number", ".output", "voidport"], [".input", "d.sum", "c.integer"]],
    ["further targets", `${COMPONENT}c.integer > .output, |\n}`, ["d.number", "voidport"], ["d.sum"]],
    ["ports of the component inside", `${COMPONENT}.|\n}`, ["input"], []],
    ["ports of the component as targets", `${COMPONENT}c.integer > .|\n}`, ["output"], ["input"]],
    ["ports of a component outside", `${COMPONENT}c.integer > .output\n}\nx: C(arg=1)\nx.|`, ["output"], []],
    ["rules and predicates", "rule r: all_nodes()\nrule s: r & |", ["r", "all_nodes", "runtime_name"], ["s"]],
    ["rules in parentheses", "rule r: ~(|", ["all_nodes", "attr_match"], []],
    ["arguments of a predicate", "rule r: runtime_name(|", ["name"], []],
    ["what rules apply to", "a: io.Log()\ngroup g: a\napply |", ["a", "g"], []],
    ["what is in a component", `${COMPONENT}c.integer > .output\n}\nx: C(arg=1)\napply x:|`, ["c", "d"], ["x"]],
    ["rules to apply", "a: io.Log()\nrule r: all_nodes()\napply a: |", ["r", "all_nodes"], ["a"]],
    ["properties", `${COMPONENT}.output(|`, ["overflow"], []],
    ["values of a property", `${COMPONENT}.output(overflow=|`, ['"latest"', '"block"'], []],
    ["values of a property in quotes", `${COMPONENT}.output(overflow="|")`, ["latest", "block"], []],
    ["directions", "a: own.Add()\na.sum[|", ["in", "out"], []],
    ["constants in a transform", "define A = 1\na: own.Add()\na.sum > /|", ["A"], []],
    ["targets after a transform", "a: own.Add()\na.sum > /1/ |", ["a.number"], []],
    ["port references", "a: own.Add()\nb: own.Add(n=&a.|)", ["sum", "number"], []],
    ["nothing in comments", "a: own.Add() # a.|", [], ["sum"]],
    ["nothing in texts", 'a: own.Add(n="a.|")', [], ["sum"]],
  ])("proposes %s", async (_, marked, wanted, unwanted) => {
    const labels = (await editor.complete("complete.calvin", marked)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(wanted));
    for (const label of unwanted) expect(labels).not.toContain(label);
  });

  test("puts in the rest of a word, and says what an actor is when asked", async () => {
    const items = await editor.complete("complete.calvin", "a: own.A|");
    const add = items.find(({ label }) => label === "Add")!;
    expect(add.textEdit).toEqual({
      range: { start: { line: 0, character: 7 }, end: { line: 0, character: 8 } },
      newText: "Add($0)",
    });
    const { documentation } = await editor.resolve(add);
    expect((documentation as { value: string }).value).toBe(
      "```calvin\nown.Add(n?: i32) number: i32 -> sum: i32\n```\n\nAdds a number to each.\n\n" +
        "- `n`: what is added\n- `number`: the number\n- `sum`: the number and n\n",
    );
  });
});

describe("names", () => {
  beforeAll(() => editor.open("names.calvin", SCRIPT));

  test.each<[string, string, number, string[]]>([
    ["an actor's type", "own.Add", 1, ["own.Add(n?: i32) number: i32 -> sum: i32", "Adds a number to each."]],
    ["an actor", "more.number", 1, ["more: own.Add()", "own.Add(n?: i32) number: i32 -> sum: i32"]],
    ["a component", "Twice(step=STEP)\n", 1, ["component Twice(step=STEP) number -> sum", "Adds a number again."]],
    ["a constant", "STEP)\n", 1, ["define STEP = 2"]],
    ["a rule", "near\n", 1, ["rule near: "]],
    ["a group", "all, ", 1, ["group all: "]],
    ["an argument of a component", "step)\n", 1, ["argument step=STEP", "Of component Twice."]],
    ["a predicate", "runtime_name", 1, ["runtime_name(name: text)"]],
  ])("hover shows %s", async (_, what, nth, texts) => {
    const value = await editor.hover("names.calvin", at(SCRIPT, what, nth));
    for (const text of texts) expect(value).toContain(text);
  });

  test("hover shows a port, and nothing between names", async () => {
    const value = await editor.hover("names.calvin", at(SCRIPT, "more.number") + 5);
    expect(value).toBe("```calvin\ninport own.Add.number: i32\n```\n\nthe number");
    expect(await editor.hover("names.calvin", SCRIPT.indexOf("= 2"))).toBeUndefined();
  });

  test.each<[string, string, number, string]>([
    ["a constant", "STEP)\n", 1, "names.calvin:1:8 STEP"],
    ["an argument", "step)\n", 1, "names.calvin:3:17 step"],
    ["an argument given", "step=STEP", 2, "names.calvin:3:17 step"],
    ["an actor", "second.sum", 1, "names.calvin:6:3 second"],
    ["a component", "Twice(", 2, "names.calvin:3:11 Twice"],
    ["a rule", "near\n", 1, "names.calvin:22:6 near"],
    ["a group", "all,", 1, "names.calvin:23:7 all"],
    ["an actor inside, through its path", "second: near", 1, "names.calvin:6:3 second"],
    ["an actor's class", "own.Add", 1, "own/Add.ts:4:14"],
  ])("definition of %s", async (_, what, nth, place) => {
    const location = await editor.definition("names.calvin", at(SCRIPT, what, nth));
    expect(editor.show([location!])).toEqual([place]);
  });

  test("definition of ports and arguments", async () => {
    const show = async (offset: number) => editor.show([(await editor.definition("names.calvin", offset))!])[0];
    expect(await show(SCRIPT.indexOf("number > first") + 1)).toBe("names.calvin:3:28 number");
    expect(await show(SCRIPT.indexOf("twice.sum") + 7)).toBe("names.calvin:3:38 sum");
    expect(await show(SCRIPT.indexOf("more.sum") + 6)).toBe("own/Add.ts:17:24");
    expect(await show(SCRIPT.indexOf("n=step") + 1)).toBe("own/Add.ts:8:15");
  });

  test("definition of an actor of Kappa's own", async () => {
    const location = await editor.definition("names.calvin", at(SCRIPT, "std.Counter"));
    expect(location?.uri).toBe(pathToFileURL(`${process.cwd()}/actors/std/Counter.ts`).href);
    const lines = (await readFile("actors/std/Counter.ts", "utf8")).split("\n");
    expect(lines[location!.range.start.line]?.slice(location!.range.start.character)).toMatch(/^Counter/);
  });

  test("references in the script", async () => {
    const places = editor.show(await editor.references("names.calvin", at(SCRIPT, "second")));
    expect(places).toEqual([
      "names.calvin:6:3 second",
      "names.calvin:8:15 second",
      "names.calvin:9:3 second",
      "names.calvin:24:18 second",
    ]);
    const uses = await editor.references("names.calvin", at(SCRIPT, "STEP"), false);
    expect(editor.show(uses)).toEqual(["names.calvin:3:22 STEP", "names.calvin:13:19 STEP"]);
  });

  test("references of an actor in all scripts, open or not", async () => {
    await editor.open("unsaved.calvin", "x: own.Add()\n");
    const places = editor.show(await editor.references("names.calvin", at(SCRIPT, "own.Add")));
    expect(places.slice(0, 4)).toEqual([
      "names.calvin:5:10 own.Add",
      "names.calvin:6:11 own.Add",
      "names.calvin:14:7 own.Add",
      "names.calvin:15:6 own.Add",
    ]);
    expect(places).toEqual(expect.arrayContaining(["unsaved.calvin:1:4 own.Add", "other.calvin:1:4"]));
  });

  test.each<[string, string, number, string, string | RegExp, string]>([
    ["a constant", "STEP", 1, "BY", /\bSTEP\b/g, "BY"],
    ["a component", "Twice(", 2, "Double", /\bTwice\b/g, "Double"],
    ["an argument, inside and outside of its component", "step=STEP", 1, "by", /\bstep\b/g, "by"],
    ["a rule", "near", 1, "close", /\bnear\b/g, "close"],
    ["a group", "all:", 1, "every", /\ball\b/g, "every"],
    ["an actor, and in paths", "twice:", 1, "double", /\btwice\b/g, "double"],
    ["an actor in a component", "first:", 1, "one_", /\bfirst\b/g, "one_"],
    ["a label", "one 1", 1, "uno", /\bone\b/g, "uno"],
  ])("rename of %s", async (_, what, nth, newName, pattern, replacement) => {
    const renamed = await editor.rename("names.calvin", at(SCRIPT, what, nth), newName);
    expect(renamed).toBe(SCRIPT.replace(pattern, replacement));
  });

  test("rename of a component's port, inside and outside", async () => {
    const renamed = await editor.rename("names.calvin", SCRIPT.indexOf("sum {") + 1, "result");
    expect(renamed).toBe(
      SCRIPT.replace("-> sum {", "-> result {").replace("> .sum", "> .result").replace("twice.sum", "twice.result"),
    );
  });

  test.each<[string, string, string, RegExp]>([
    ["to what is no name", "STEP", "2x", /'2x' is no name/],
    ["to a reserved word", "STEP", "rule", /'rule' is a reserved word/],
    ["to what there is", "count:", "log", /There is already an actor 'log'/],
    ["of what an actor defines", "own.Add", "own.Plus", /defined by the actor own\.Add/],
    ["of what the language defines", "runtime_name", "x", /belongs to the language/],
  ])("no rename %s", async (_, what, newName, message) => {
    await expect(editor.rename("names.calvin", at(SCRIPT, what), newName)).rejects.toThrow(message);
  });

  test("what can be renamed is told before", async () => {
    expect(await editor.prepareRename("names.calvin", at(SCRIPT, "STEP"))).toMatchObject({ placeholder: "STEP" });
    await expect(editor.prepareRename("names.calvin", at(SCRIPT, "own.Add"))).rejects.toThrow(/own\.Add/);
  });
});

describe("the document", () => {
  test("has an outline", async () => {
    await editor.open("outline.calvin", SCRIPT);
    const names = (await editor.symbols("outline.calvin")).map(({ name, detail, children }) => [
      name,
      detail,
      ...(children ?? []).map((child) => `${child.name}: ${child.detail}`),
    ]);
    expect(names).toEqual([
      ["STEP", "constant"],
      [
        ...["Twice", "component", "step: argument", "number: inport", "sum: outport"],
        ...["first: own.Add", "second: own.Add"],
      ],
      ["count", "std.Counter"],
      ["twice", "Twice"],
      ["more", "own.Add"],
      ["log", "own.Add"],
      ["one", "std.Constant"],
      ["near", "rule"],
      ["all", "group"],
    ]);
  });

  test("is formatted, unless it can't be read", async () => {
    await editor.open("format.calvin", "a:std.Counter( ) # c\r\na.integer>voidport\r\n");
    expect(await editor.format("format.calvin")).toBe("a: std.Counter()  # c\r\na.integer > voidport\r\n");
    await editor.open("format.calvin", "a:std.Counter(");
    expect(await editor.format("format.calvin")).toBeNull();
  });
});

describe("half-typed text", () => {
  const LINES = SCRIPT.split("\n");

  test("keeps the outline around what is broken", async () => {
    const broken = SCRIPT.replace("first.sum > second.number", "first.").replace("more: own.Add()", "more: own.");
    await editor.open("broken.calvin", broken);
    const symbols = await editor.symbols("broken.calvin");
    const names = symbols.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["STEP", "Twice", "count", "twice", "log", "near", "all"]));
    const inside = symbols.find(({ name }) => name === "Twice")?.children?.map(({ name }) => name);
    expect(inside).toEqual(["step", "number", "sum", "first", "second"]);
    const places = editor.show(await editor.references("broken.calvin", at(broken, "second")));
    expect(places).toEqual(["broken.calvin:6:3 second", "broken.calvin:9:3 second", "broken.calvin:24:18 second"]);
  });

  test("never fails, wherever it is cut", async () => {
    for (let line = 0; line < LINES.length; line += 1) {
      const text = LINES.slice(0, line).join("\n");
      const cut = text.slice(0, text.length - (line % 5));
      await editor.open("cut.calvin", cut);
      await editor.symbols("cut.calvin");
      await editor.complete("cut.calvin", `${cut}|`);
      await editor.hover("cut.calvin", Math.max(0, cut.length - 2));
      await editor.references("cut.calvin", Math.max(0, cut.length - 2));
    }
  });
});
