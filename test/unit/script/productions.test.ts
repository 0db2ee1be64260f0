import { describe, expect, test } from "@jest/globals";
import { compile, firstArgs, graphOf, wiring } from "./support.js";

const NOTHING = { voids: [], inports: [], outports: [], requirements: {} };

describe("graph", () => {
  test("of two connected actors, with every span", async () => {
    const { graph, warnings, sources } = await compile("src: t.Source(value=2)\nsnk: t.Sink()\nsrc.out > snk.in\n");
    const at = (line: number, from: number, to: number, offset: number) => ({
      file: "s.calvin",
      start: { line, column: from, offset },
      end: { line, column: to, offset: offset + to - from },
    });
    expect(graph).toEqual({
      name: "s",
      file: "s.calvin",
      actors: [
        { id: "s:src", type: "t.Source", args: { value: 2 }, span: at(1, 1, 4, 0) },
        { id: "s:snk", type: "t.Sink", args: {}, span: at(2, 1, 4, 23) },
      ],
      connections: [
        { from: { actor: "s:src", port: "out" }, to: { actor: "s:snk", port: "in" }, span: at(3, 1, 17, 37) },
      ],
      ...NOTHING,
      portProperties: [],
      components: [],
    });
    expect(sources).toEqual({ "s.calvin": "src: t.Source(value=2)\nsnk: t.Sink()\nsrc.out > snk.in\n" });
    expect(warnings).toEqual([]);
  });

  test("of a service with ports, arguments, documentation, properties and a requirement", async () => {
    const graph = await graphOf(
      `component Room(level, step=1) set -> now {
         """Keeps a level.

            Slowly."""
         keep: t.Pass()
         base: t.Source(value=level)
         step > more.in
         more: t.Any()
         show: t.Any()
         .set > keep.in
         keep.out > show.in
         base.out > voidport
         more.out > voidport
         show.out > .now
         .now(overflow="latest")
       }
       rule here: runtime_name(name="pi")
       apply keep: here`,
      { level: 4 },
    );
    expect(graph).toEqual({
      name: "s",
      component: "Room",
      doc: "Keeps a level.\n\nSlowly.",
      actors: [
        { id: "s:Room:keep", type: "t.Pass", args: {} },
        { id: "s:Room:base", type: "t.Source", args: { value: 4 } },
        { id: "s:Room:_literal_const_1", type: "std.Constant", args: { data: 1 } },
        { id: "s:Room:more", type: "t.Any", args: {} },
        { id: "s:Room:show", type: "t.Any", args: {} },
      ],
      connections: [
        { from: { actor: "s:Room:_literal_const_1", port: "token" }, to: { actor: "s:Room:more", port: "in" } },
        { from: { actor: "s:Room:keep", port: "out" }, to: { actor: "s:Room:show", port: "in" } },
      ],
      voids: [
        { actor: "s:Room:base", port: "out" },
        { actor: "s:Room:more", port: "out" },
      ],
      inports: [{ name: "set", peers: [{ actor: "s:Room:keep", port: "in" }], properties: {} }],
      outports: [{ name: "now", peers: [{ actor: "s:Room:show", port: "out" }], properties: { overflow: "latest" } }],
      requirements: { "s:Room:keep": { op: "match", predicate: "runtime_name", args: { name: "pi" } } },
    });
  });

  test("is the same each time, whatever was compiled between", async () => {
    const service = "component A(x=1) -> o { x > a.in a: t.Any() a.out > .o }";
    const first = JSON.stringify(await compile(service));
    await compile("7 > p.token p: t.Print() 8 > q.token q: t.Print()");
    await compile("p: t.Print( $").catch(() => {});
    expect(JSON.stringify(await compile(service))).toBe(first);
  });
});

describe("lexical rules", () => {
  test("comments of all kinds, and none inside strings", async () => {
    const text = `/* one
      two */ a: t.Args( // rest
        text="/* # // */" # more
      ) /**/`;
    expect(await firstArgs(text)).toEqual({ text: "/* # // */" });
  });

  test("lines may end with CR LF, and columns are those of the text", async () => {
    const { graph } = await compile('a: t.Args(text="x")\r\n# no\r\nb: t.Args()\r\n');
    expect(graph.actors[1]?.span.start).toEqual({ line: 3, column: 1, offset: 27 });
  });

  test("a byte order mark is white space", async () => {
    expect(await firstArgs("\uFEFFa: t.Args(i32=1)")).toEqual({ i32: 1 });
  });

  test("identifiers may begin with a literal or a keyword", async () => {
    const text =
      "trueish: t.Any() nullx: t.Any() define_: t.Any() falsey: t.Print() trueish.out > nullx.in nullx.out > define_.in define_.out > trueish.in, falsey.token";
    expect(await wiring(text)).toEqual([
      "trueish.out -> nullx.in",
      "nullx.out -> define_.in",
      "define_.out -> trueish.in",
      "define_.out -> falsey.token",
    ]);
  });

  test("ports and arguments may be called like keywords", async () => {
    expect(await graphOf("k: t.Keyword(define=1) k.apply > k.rule")).toEqual({
      name: "s",
      actors: [{ id: "s:k", type: "t.Keyword", args: { define: 1 } }],
      connections: [{ from: { actor: "s:k", port: "apply" }, to: { actor: "s:k", port: "rule" } }],
      ...NOTHING,
    });
  });

  test("names of JavaScript's own objects are names like any other", async () => {
    const text = `component S(toString) -> { valueOf: t.Args(any=toString) hasOwnProperty: constructor() }
      component constructor() -> { a: t.Args() }`;
    const graph = await graphOf(text, { toString: 1 });
    expect(graph.actors).toEqual([
      { id: "s:S:valueOf", type: "t.Args", args: { any: 1 } },
      { id: "s:S:hasOwnProperty:a", type: "t.Args", args: {} },
    ]);
  });
});

describe("values", () => {
  test.each<[string, string, unknown]>([
    ["integer", "42", 42],
    ["negative", "-7", -7],
    ["leading zeros", "007", 7],
    ["trailing point", "1.", 1],
    ["fraction", "-0.25", -0.25],
    ["exponent", "1e5", 100000],
    ["signed exponent", "-2.5E-1", -0.25],
    ["minus zero", "-0", 0],
    ["true", "true", true],
    ["false", "false", false],
    ["null", "null", null],
    ["string", '"a b"', "a b"],
    ["empty string", '""', ""],
    ["escapes", String.raw`"\n\t\r\b\f\v\a\"\'\\\/"`, "\n\t\r\b\f\v\x07\"'\\/"],
    ["codes", String.raw`"\x41\u00e5\u{1F600}\101\0"`, "Aå😀A\0"],
    ["not ASCII", '"blå 😀"', "blå 😀"],
    ["raw string", String.raw`!"\d+\.\n"`, String.raw`\d+\.\n`],
    ["raw string with a quote", String.raw`!"a\"b"`, String.raw`a\"b`],
    ["concatenation", '"a"\n  "b" !"\\c"', "ab\\c"],
    ["array", "[1, true, null]", [1, true, null]],
    ["array without commas", '[1 "a" "b" -2]', [1, "ab", -2]],
    ["trailing comma", "[1,]", [1]],
    ["empty array and object", "[[], {}]", [[], {}]],
    ["object", '{"a": 1, "b": {"c": [2]}}', { a: 1, b: { c: [2] } }],
    ["object without commas", '{"a": 1 "b" "c": 2,}', { a: 1, bc: 2 }],
    ["16 levels", `${"[".repeat(16)}${"]".repeat(16)}`, JSON.parse(`${"[".repeat(16)}${"]".repeat(16)}`)],
    ["largest safe integer", "9007199254740991", 9007199254740991],
    ["a double beyond it", "9007199254740992", 9007199254740992],
  ])("%s", async (_, text, value) => {
    const { graph, warnings } = await compile(`a: t.Args(any=${text})`);
    expect(graph.actors[0]?.args).toEqual({ any: value });
    expect(warnings).toEqual([]);
  });

  test("__proto__ is a key like any other", async () => {
    const args = await firstArgs('a: t.Args(any={"__proto__": 1})');
    expect(Object.entries(args?.any as object)).toEqual([["__proto__", 1]]);
  });
});

describe("arguments", () => {
  test("commas are optional, a trailing one is fine", async () => {
    const all = { i32: 1, text: "x", bool: true };
    expect(await firstArgs('a: t.Args(i32=1, text="x", bool=true)')).toEqual(all);
    expect(await firstArgs('a: t.Args(i32=1 text="x" bool=true)')).toEqual(all);
    expect(await firstArgs('a: t.Args(\n i32=1,\n text="x",\n bool=true,\n)')).toEqual(all);
  });

  test("may name constants, defined anywhere, which may name others", async () => {
    const text = 'a: t.Args(i32=A, any=D) define A = B define B = 5 define D = {"x": [1]}';
    expect(await firstArgs(text)).toEqual({ i32: 5, any: { x: [1] } });
  });

  test("the name may be a string", async () => {
    expect(await firstArgs('a: t.Args("i32"=1)')).toEqual({ i32: 1 });
  });
});

describe("connections", () => {
  test("fan out to a list", async () => {
    const text = "a: t.Source() b: t.Sink() c: t.Sink() a.out > b.in, c.in";
    expect(await wiring(text)).toEqual(["a.out -> b.in", "a.out -> c.in"]);
  });

  test("actors may be used before they are declared", async () => {
    expect(await wiring("a.out > b.in b: t.Sink() a: t.Source()")).toEqual(["a.out -> b.in"]);
  });

  test("voidport drops tokens", async () => {
    expect(await wiring("a: t.Source() a.out > voidport")).toEqual(["a.out -> void"]);
  });

  test("voidport beside a real target drops nothing", async () => {
    expect(await wiring("a: t.Source() b: t.Sink() a.out > voidport, b.in")).toEqual(["a.out -> b.in"]);
  });

  test("voidport as a source leaves inports open, with a warning", async () => {
    const text = "b: t.Sink() c: t.Sink() voidport > b.in, c.in";
    expect(await wiring(text)).toEqual([]);
    expect((await compile(text)).warnings.map(({ code, message }) => [code, message])).toEqual([
      ["KS905", "Using 'void' as input to 'b.in': it never gets a token."],
      ["KS905", "Using 'void' as input to 'c.in': it never gets a token."],
    ]);
  });

  test("literals become actors, counted over the script, one for all targets", async () => {
    const text = '42 > a.token, b.token "x" > c.token a: t.Print() b: t.Print() c: t.Print()';
    expect(await wiring(text)).toEqual([
      "_literal_const_1.token -> a.token",
      "_literal_const_1.token -> b.token",
      "_literal_const_2.token -> c.token",
    ]);
    expect((await graphOf(text)).actors[1]).toEqual({
      id: "s:_literal_const_2",
      type: "std.Constant",
      args: { data: "x" },
    });
  });

  test("labelled literals and constants have names of their own", async () => {
    const text = "define X = [1] :foo 42 > a.token :bar X > b.token X > c.token a: t.Print() b: t.Print() c: t.Print()";
    expect((await graphOf(text)).actors.slice(0, 3)).toEqual([
      { id: "s:foo", type: "std.Constant", args: { data: 42 } },
      { id: "s:bar", type: "std.Constant", args: { data: [1] } },
      { id: "s:_literal_const_1", type: "std.Constant", args: { data: [1] } },
    ]);
  });

  test("a labelled literal can be connected again by its name", async () => {
    const text = ":foo 42 > a.token foo.token > b.token a: t.Print() b: t.Print()";
    expect(await wiring(text)).toEqual(["foo.token -> a.token", "foo.token -> b.token"]);
  });

  test("a labelled literal after apply is no path", async () => {
    const text = "a: t.Print() rule b: all_nodes() apply a: b\n:foo 42 > a.token";
    expect(await wiring(text)).toEqual(["foo.token -> a.token"]);
  });
});
