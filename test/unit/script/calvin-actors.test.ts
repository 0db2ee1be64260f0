import { describe, expect, test } from "@jest/globals";
import { CompileError } from "../../../compiler/diagnostic.js";
import { calvinActor, calvinActorTypes } from "../../../compiler/script/calvin-actors.js";
import { type ActorSignature, compileScript } from "../../../compiler/script/index.js";
import { LIBRARY, placeOf, signature, withoutSpans } from "./support.js";

test("Calvin's library has 138 actors in 17 namespaces", () => {
  const types = calvinActorTypes();
  expect(types.length).toBe(138);
  expect(new Set(types.map((type) => type.split(".")[0])).size).toBe(17);
  expect(calvinActor("flow.Nothing")).toBeUndefined();
});

test("the interface of an actor: arguments, ports, routing", () => {
  expect(calvinActor("std.CountTimer")).toEqual({
    args: ["sleep", "start", "steps"].map((name) => ({ name, type: 0, required: false })),
    inports: [],
    outports: [{ name: "integer", type: 0 }],
  });
  expect(calvinActor("flow.CollectDict")).toEqual({
    args: [{ name: "mapping", type: 0, required: true }],
    inports: [{ name: "token", type: 0, routing: "collect-any-tagged" }],
    outports: [{ name: "dict", type: 0 }],
  });
  expect(calvinActor("flow.Void")).toEqual({ args: [], inports: [], outports: [{ name: "void", type: 0 }] });
});

test("a script with actors that are not there compiles, and its names and ports are checked", async () => {
  const actors = { resolve: async () => undefined };
  const text =
    'src: std.CountTimer(sleep=1) snk: io.Print() log: io.Log(loglevel="INFO") src.integer > snk.token, log.data';
  const { graph, warnings } = await compileScript(text, { name: "s", actors });
  expect(withoutSpans(graph.connections)).toEqual([
    { from: { actor: "s:src", port: "integer" }, to: { actor: "s:snk", port: "token" } },
    { from: { actor: "s:src", port: "integer" }, to: { actor: "s:log", port: "data" } },
  ]);
  expect(warnings.map(({ code }) => code)).toEqual(["KS906", "KS906", "KS906"]);
  await expect(compileScript(text.replace("loglevel", "level"), { name: "s", actors })).rejects.toThrow(/KS11[56]/);
  await expect(compileScript(text.replace("io.Print", "io.Prin"), { name: "s", actors })).rejects.toThrow(/io\.Print/);
});

describe("an actor that takes less than Calvin's of its name", () => {
  const narrow: Record<string, ActorSignature> = {
    ...LIBRARY,
    "text.PrefixString": signature({ in: "text" }, { out: "text" }, { prefix: "text" }),
    "std.Identity": signature({ token: "any" }, { token: "any" }),
  };
  const resolver = { resolve: async (type: string) => narrow[type] };
  const show = async (text: string) => {
    const { graph, warnings } = await compileScript(text, { name: "s", actors: resolver, purpose: "show" });
    return { graph, found: warnings.map((d) => `${placeOf(d)} ${d.code} ${d.severity} ${d.message}`) };
  };
  const refused = async (text: string, purpose: "show" | "deploy") => {
    const error = await compileScript(text, { name: "s", actors: resolver, purpose }).catch((error) => error);
    if (!(error instanceof CompileError)) throw new Error(`compiles: ${text}`);
    return error.diagnostics.map(({ code, severity }) => `${code} ${severity}`);
  };
  const MESSAGE = "Calvin's 'text.PrefixString' takes it.";

  test("is warned of where a script is shown, and the graph is what Calvin's would be", async () => {
    const text = `src: t.Source() p: text.PrefixString(prefix=1) i: std.Identity(dump=true)
src.out > p.in
p.out > i.token
i.token > voidport`;
    const { graph, found } = await show(text);
    expect(found).toEqual([
      `1:45-1:46 KS911 warning Argument 'prefix' takes text, not 1. ${MESSAGE}`,
      "1:64-1:68 KS911 warning Excess argument: 'dump'; std.Identity has no such argument. Calvin's 'std.Identity' takes it.",
      `2:11-2:15 KS911 warning 'src.out' sends f32, but 'p.in' takes text. ${MESSAGE}`,
    ]);
    expect(graph.actors.map(({ id, args }) => [id, args]).slice(0, 3)).toEqual([
      ["s:src", {}],
      ["s:p", { prefix: 1 }],
      ["s:i", { dump: true }],
    ]);
    expect(withoutSpans(graph.connections[0])).toEqual({
      from: { actor: "s:src", port: "out" },
      to: { actor: "s:p", port: "in" },
    });
    expect(await refused(text, "deploy")).toEqual(["KS117 error", "KS116 error", "KS208 error"]);
  });

  test("likewise for a literal, and through components", async () => {
    const text = `component C(pre, lit=2) in -> out {
  p: text.PrefixString(prefix=pre)
  q: text.PrefixString(prefix="")
  .in > p.in
  p.out > .out
  lit > q.in
  q.out > voidport
}
src: t.Source() c: C(pre=1)
src.out > c.in
c.out > voidport`;
    const { graph, found } = await show(text);
    expect(found).toEqual([
      `1:22-1:23 KS911 warning Argument 'lit' takes text, not 2. ${MESSAGE}`,
      `9:26-9:27 KS911 warning Argument 'pre' takes text, not 1. ${MESSAGE}`,
      `10:11-10:15 KS911 warning 'src.out' sends f32, but 'c.in' takes text. ${MESSAGE}`,
    ]);
    expect(graph.actors.find(({ id }) => id === "s:c:p")?.args).toEqual({ prefix: 1 });
    expect(await refused(text, "deploy")).toEqual(["KS117 error", "KS117 error", "KS208 error"]);
    const literal = "p: text.PrefixString() 1 > p.in p.out > voidport";
    expect((await show(literal)).found).toEqual([
      `1:28-1:32 KS911 warning 1 does not fit 'p.in', which takes text. ${MESSAGE}`,
    ]);
    expect(await refused(literal, "deploy")).toEqual(["KS209 error"]);
  });

  test("what Calvin's does not take either, or an actor that Calvin lacks, is an error as ever", async () => {
    expect(await refused("i: std.Identity(dumb=true) 1 > i.token i.token > voidport", "show")).toEqual(["KS116 error"]);
    expect(await refused("x: t.Text() 1 > x.in x.out > voidport", "show")).toEqual(["KS209 error"]);
    const both = `component C() in -> { p: text.PrefixString() x: t.Text() .in > p.in, x.in p.out > voidport x.out > voidport }
c: C() 1 > c.in`;
    expect(await refused(both, "show")).toEqual(["KS209 error"]);
  });
});
