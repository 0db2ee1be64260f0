import { expect, test } from "@jest/globals";
import { calvinActor, calvinActorTypes } from "../../../compiler/script/calvin-actors.js";
import { compileScript } from "../../../compiler/script/index.js";
import { withoutSpans } from "./support.js";

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
