import { describe, expect, test } from "@jest/globals";
import { compile, graphOf, wiring } from "./support.js";

const PAIR = `component Pair(x) i -> o {
  p: t.Pass()
  s: t.Source(value=x)
  s.out > voidport
  .i > p.in
  p.out > .o
}
`;

describe("components", () => {
  test("are expanded in place with their arguments, before or after their definition", async () => {
    const use = "a: Pair(x=1) b: Pair(x=V) a.o > b.i b.o > a.i define V = 2\n";
    const expected = {
      name: "s",
      actors: [
        { id: "s:a:p", type: "t.Pass", args: {} },
        { id: "s:a:s", type: "t.Source", args: { value: 1 } },
        { id: "s:b:p", type: "t.Pass", args: {} },
        { id: "s:b:s", type: "t.Source", args: { value: 2 } },
      ],
      connections: [
        { from: { actor: "s:a:p", port: "out" }, to: { actor: "s:b:p", port: "in" } },
        { from: { actor: "s:b:p", port: "out" }, to: { actor: "s:a:p", port: "in" } },
      ],
      voids: [
        { actor: "s:a:s", port: "out" },
        { actor: "s:b:s", port: "out" },
      ],
      inports: [],
      outports: [],
      requirements: {},
    };
    expect(await graphOf(PAIR + use)).toEqual(expected);
    expect(await graphOf(use + PAIR)).toEqual(expected);
  });

  test("nest, and pass arguments on", async () => {
    const text = `a: Outer(y=7) a.o > a.i
      component Outer(y) i -> o { in: Pair(x=y) .i > in.i in.o > .o }
      ${PAIR}`;
    const { actors, connections } = await graphOf(text);
    expect(actors).toEqual([
      { id: "s:a:in:p", type: "t.Pass", args: {} },
      { id: "s:a:in:s", type: "t.Source", args: { value: 7 } },
    ]);
    expect(connections).toEqual([{ from: { actor: "s:a:in:p", port: "out" }, to: { actor: "s:a:in:p", port: "in" } }]);
  });

  test("an inport may feed several, through several levels", async () => {
    const text = `component Two() i -> { a: t.Sink() b: t.Sink() .i > a.in, b.in }
      component Three() i -> { t: Two() c: t.Sink() .i > c.in .i > t.i }
      x: Three() s: t.Source() s.out > x.i`;
    expect(await wiring(text)).toEqual(["s.out -> x:c.in", "s.out -> x:t:a.in", "s.out -> x:t:b.in"]);
  });

  test("tokens into a component that drops them are dropped", async () => {
    const text = "component Hole() i -> { .i > voidport } s: t.Source() h: Hole() s.out > h.i";
    expect(await wiring(text)).toEqual(["s.out -> void"]);
  });

  test("an outport that leads outside to voidport drops tokens", async () => {
    const text = "component Src() -> o { s: t.Source() s.out > .o } a: Src() a.o > voidport";
    expect(await wiring(text)).toEqual(["a:s.out -> void"]);
  });

  test("an outport without a source feeds nothing", async () => {
    const text = "component Mute() -> o { voidport > .o } a: Mute() b: t.Sink() a.o > b.in";
    expect(await wiring(text)).toEqual([]);
  });

  test("a port may be connected inside and lead to an outport too", async () => {
    const text = "component C() -> o { s: t.Source() k: t.Sink() s.out > k.in, .o } c: C() k: t.Sink() c.o > k.in";
    expect(await wiring(text)).toEqual(["c:s.out -> c:k.in", "c:s.out -> k.in"]);
  });

  test("literals inside are counted with those of the whole script and take arguments", async () => {
    const text = "component L(v) -> { v > p.token p: t.Print() 1 > q.token q: t.Print() } a: L(v=[3]) b: L(v=null)";
    expect((await graphOf(text)).actors.filter(({ type }) => type === "std.Constant")).toEqual([
      { id: "s:a:_literal_const_1", type: "std.Constant", args: { data: [3] } },
      { id: "s:a:_literal_const_2", type: "std.Constant", args: { data: 1 } },
      { id: "s:b:_literal_const_1", type: "std.Constant", args: { data: null } },
      { id: "s:b:_literal_const_2", type: "std.Constant", args: { data: 1 } },
    ]);
  });

  test("arguments have defaults, which may be constants, and hide constants of their name", async () => {
    const text = "define D = 8 define x = 9 component C(x, y=D) -> { a: t.Args(i32=x, u8=y) } c: C(x=1) d: C(x=x, y=3)";
    expect((await graphOf(text)).actors.map(({ args }) => args)).toEqual([
      { i32: 1, u8: 8 },
      { i32: 9, u8: 3 },
    ]);
  });

  test("may have an inport and an outport of one name", async () => {
    const text = 'component C() x -> x { p: t.Pass() .x > p.in p.out > .x .x[out](overflow="block") }';
    const { inports, outports } = await graphOf(text);
    expect(inports).toEqual([{ name: "x", peers: [{ actor: "s:C:p", port: "in" }], properties: {} }]);
    expect(outports).toEqual([
      { name: "x", peers: [{ actor: "s:C:p", port: "out" }], properties: { overflow: "block" } },
    ]);
  });

  test("several properties of a port may stand in several statements of their own", async () => {
    const text = 'component C() -> x { s: t.Source() s.out > .x .x() .x(overflow="latest") }';
    expect((await graphOf(text)).outports[0]?.properties).toEqual({ overflow: "latest" });
  });
});

describe("the service", () => {
  test("is the last component that no other uses", async () => {
    const text = `component First() -> { a: t.Args() }
      component Service() -> { i: Inner() }
      component Inner() -> { a: t.Args() }`;
    const { graph, warnings } = await compile(text);
    expect(graph.component).toBe("Service");
    expect(graph.actors.map(({ id }) => id)).toEqual(["s:Service:i:a"]);
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([["KS904", "Unused component: 'First'."]]);
  });

  test("is nobody when the script has actors of its own", async () => {
    const { graph } = await compile("component C() -> { a: t.Args() } c: C()");
    expect(graph.component).toBeUndefined();
    expect(graph.inports).toEqual([]);
    expect(graph.actors.map(({ id }) => id)).toEqual(["s:c:a"]);
  });

  test("has ports that feed several, feed nothing or are fed by nothing", async () => {
    const text = `component S() a, b -> c, d {
      x: t.Sink() y: t.Sink() z: t.Source()
      .a > x.in, y.in .b > voidport z.out > .c voidport > .d
    }`;
    expect(await wiring(text)).toEqual([".a -> S:x.in", ".a -> S:y.in", ".b ->", "S:z.out -> .c", "-> .d"]);
  });

  test("takes arguments at deployment, which go before defaults", async () => {
    const text = "component S(a, b=2) -> { x: t.Args(i32=a, u8=b) }";
    expect((await graphOf(text, { a: 1 })).actors[0]?.args).toEqual({ i32: 1, u8: 2 });
    expect((await graphOf(text, { a: 1, b: 3 })).actors[0]?.args).toEqual({ i32: 1, u8: 3 });
  });

  test.each<[string, string, string]>([
    ["one line", '"""  Text. """', "Text."],
    ["indented", '"""\n    First.\n\n      Second.\n    """', "First.\n\n  Second."],
    ["CR LF", '"""First.\r\n   Second.\r\n   """', "First.\nSecond."],
    ["empty", '""""""', ""],
    ["quotes inside", '"""say "it" twice"""', 'say "it" twice'],
  ])("documentation: %s", async (_, doc, expected) => {
    expect((await graphOf(`component S() -> { ${doc} a: t.Args() }`)).doc).toBe(expected);
  });
});
