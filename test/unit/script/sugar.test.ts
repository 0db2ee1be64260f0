import { describe, expect, test } from "@jest/globals";
import { runtimeGraph } from "../../../compiler/script/runtime-graph.js";
import { compile, graphOf, wholeWiring, wiring, withoutSpans } from "./support.js";

describe("transforms", () => {
  test("become actors, one for each target, or by their label", async () => {
    const text = `define V = [2]
      s: t.Source() a: t.Print() b: t.Print() c: t.Print() d: t.Print()
      s.out > /"x"/ a.token, /V/ b.token, c.token, /:mark true/ d.token`;
    expect(await wiring(text)).toEqual([
      "_transform_1.out -> a.token",
      "s.out -> _transform_1.in",
      "_transform_2.out -> b.token",
      "s.out -> _transform_2.in",
      "s.out -> c.token",
      "mark.out -> d.token",
      "s.out -> mark.in",
    ]);
    expect((await graphOf(text)).actors.slice(5)).toEqual([
      { id: "s:_transform_1", type: "std.Constantify", args: { constant: "x" } },
      { id: "s:_transform_2", type: "std.Constantify", args: { constant: [2] } },
      { id: "s:mark", type: "std.Constantify", args: { constant: true } },
    ]);
  });

  test("stand before a component's own outport, take its arguments and come from its inport", async () => {
    const text = `component C(v) i -> o { .i > /v/ .o } c: C(v=7) 1 > c.i k: t.Print() c.o > k.token`;
    expect(await wiring(text)).toEqual([
      "_literal_const_1.token -> c:_transform_1.in",
      "c:_transform_1.out -> k.token",
    ]);
    expect((await graphOf(text)).actors[0]?.args).toEqual({ constant: 7 });
  });

  test("values that the target does not take are found", async () => {
    await expect(compile('s: t.Source() k: t.Sink() s.out > /"x"/ k.in')).rejects.toThrow("KS209");
  });
});

describe("voidports are actors too", () => {
  test("counted over the script: in each body those that take tokens, then those that give none", async () => {
    const text = `component C() i -> o { s: t.Source() voidport > .o s.out > voidport .i > voidport }
      a: t.Source() k: t.Sink() l: t.Sink() c: C()
      voidport > k.in, l.in
      a.out > voidport
      c.o > voidport
      1 > c.i`;
    expect(await wholeWiring(text)).toEqual([
      "c:s.out -> c:_void_1.void",
      "_void_6.void -> k.in",
      "_void_7.void -> l.in",
      "a.out -> _void_4.void",
      "c:_void_3.void -> _void_5.void",
      "_literal_const_1.token -> c:_void_2.void",
    ]);
    const { graph } = await compile(text);
    expect(graph.actors.filter(({ id }) => id.includes("_void_")).map(({ id, type }) => `${id} ${type}`)).toEqual([
      "s:c:_void_3 flow.Void",
      "s:c:_void_1 flow.Terminator",
      "s:c:_void_2 flow.Terminator",
      "s:_void_6 flow.Void",
      "s:_void_7 flow.Void",
      "s:_void_4 flow.Terminator",
      "s:_void_5 flow.Terminator",
    ]);
  });
});

describe("tags and port references", () => {
  test("a tag belongs to the connection", async () => {
    const text = 'a: t.Source() k: t.Collect() b: t.Source() a.out > @1 k.in b.out > @"x" k.in k.out > voidport';
    expect((await graphOf(text)).connections).toEqual([
      { from: { actor: "s:a", port: "out" }, to: { actor: "s:k", port: "in" }, tag: 1 },
      { from: { actor: "s:b", port: "out" }, to: { actor: "s:k", port: "in" }, tag: "x" },
    ]);
  });

  test("a port reference is a text, and the graph says what it means", async () => {
    const text = `component C() -> o { s: t.Source() s.out > .o
        m: t.Args(any={"a": &s.out, "b": [1]}) }
      c: C() c.o > voidport`;
    const { graph } = await compile(text);
    expect(withoutSpans(graph.actors[1])).toEqual({
      id: "s:c:m",
      type: "t.Args",
      args: { any: { a: "s.out", b: [1] } },
      references: [{ at: ["any", "a"], actor: "s:c:s", port: "out" }],
    });
  });
});

describe("for a runtime", () => {
  test("ports that tell their peers apart get the mapping or order of the actor, with full names", async () => {
    const text = `component C() -> {
        a: t.Source() b: t.Source() k: t.Tagged(mapping={"x": &a.out, "y": &b.out}, order=[&b.out, &a.out])
        a.out > k.in b.out > k.in
      } c: C()`;
    const { portProperties } = runtimeGraph((await compile(text)).graph);
    expect(portProperties).toEqual([
      {
        actor: "s:c:k",
        port: "in",
        direction: "inport",
        properties: {
          routing: "collect-any-tagged",
          mapping: { x: "s:c:a.out", y: "s:c:b.out" },
          order: ["s:c:b.out", "s:c:a.out"],
        },
      },
    ]);
  });
});

describe("port properties", () => {
  const properties = async (text: string) =>
    ((await graphOf(text)).portProperties ?? []).map(
      ({ actor, port, direction, properties }) =>
        `${actor.slice(2)}.${port} ${direction} ${JSON.stringify(properties)}`,
    );

  test("of actors, by statements and by themselves", async () => {
    const text = `s: t.Spread() k: t.Collect() e: t.Echo()
      1 > s.in s.out > k.in, e.x k.out > voidport e.x > voidport
      s.out(queue_length=8) s.out(queue_length=9, tag="t") e.x[in](queue_length=2) e.x[out](tag="u")`;
    expect(await properties(text)).toEqual([
      's.out outport {"routing":"round-robin","queue_length":8,"tag":"t"}',
      'k.in inport {"routing":"collect-unordered"}',
      'e.x inport {"queue_length":2}',
      'e.x outport {"tag":"u"}',
    ]);
  });

  test("lists are alternatives in order, of which all that are given leave the common ones", async () => {
    const text = `s: t.Source() k: t.Sink() s.out > k.in
      s.out(routing=["random", "balanced", "fanout"]) s.out(routing=["fanout", "random"]) `;
    expect(await properties(text)).toEqual(['s.out outport {"routing":["random","fanout"]}']);
    expect(await properties(`${text} s.out(routing="fanout")`)).toEqual(['s.out outport {"routing":["fanout"]}']);
  });

  test("cross the border of components: inside to the port at the other end, outside to the port within", async () => {
    const text = `component C(r, n) i -> o {
        p: t.Any() .i > p.in p.out > .o
        .i(routing=r) .o(routing="collect-unordered", queue_length=n)
      }
      component D() i -> o { c: C(r="random", n=3) .i > c.i c.o > .o .i(tag="d") }
      s: t.Source() d: D() k: t.Any() s.out > d.i d.o > k.in k.out > voidport
      d.i(queue_length=4) d.o(tag="out")`;
    expect(await properties(text)).toEqual([
      'd:c:p.in inport {"queue_length":4}',
      'd:c:p.out outport {"tag":"out"}',
      's.out outport {"tag":"d","routing":"random"}',
      'k.in inport {"routing":"collect-unordered","queue_length":3}',
    ]);
  });

  test("let an inport have several connections, through components and from the kappa's own port too", async () => {
    const text = `component S() i -> o {
        a: Two() b: t.Source() k: t.Any() .i > k.in a.o > k.in b.out > k.in
        k.in(routing=["collect-tagged", "collect-unordered"]) k.out > .o
      }
      component Two() -> o { x: t.Source() y: t.Source() x.out > .o y.out > .o }`;
    expect(await wiring(text)).toEqual([
      ".i -> S:k.in",
      "S:a:x.out -> S:k.in",
      "S:a:y.out -> S:k.in",
      "S:b.out -> S:k.in",
      "S:k.out -> .o",
    ]);
  });
});

describe("groups", () => {
  test("stand for their members, and theirs", async () => {
    const text = `component C() -> { a: t.Args() b: t.Args() } c: C() d: t.Args() e: t.Args()
      group inner: d, c:b
      group outer: inner, e
      apply outer: capability(name="x") apply inner: all_nodes()`;
    const { requirements } = await graphOf(text);
    const x = { op: "match", predicate: "capability", args: { name: "x" } };
    expect(requirements).toEqual({
      "s:c:b": { op: "all", of: [x, { op: "all", of: [] }] },
      "s:d": { op: "all", of: [x, { op: "all", of: [] }] },
      "s:e": x,
    });
  });
});
