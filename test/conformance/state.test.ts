import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import type { TokenValue } from "../../compiler/actor/token.js";
import { Program, type Running } from "./program.js";
import { nodeRig, RIGS, type Rig } from "./rig.js";
import { test } from "./scenario.js";

interface Case {
  type: string;
  inport: string;
  outport: string;
  values: TokenValue[];
  args?: Record<string, TokenValue>;
}

const CASES: Case[] = [
  { type: "std.Sum", inport: "integer", outport: "integer", values: [5, -3, 100, 7, 1, 2] },
  { type: "home.Smooth", inport: "reading", outport: "smooth", values: [1.5, 2.25, 20.125, 3, 4, 17.7] },
  { type: "test.Average", inport: "reading", outport: "mean", values: [1, 2, 3, 4.5, 5.25, 100] },
  {
    type: "text.PrefixString",
    inport: "in",
    outport: "out",
    values: ["a", "bb", "ccc", "dddd", "é", ""],
    args: { prefix: "- " },
  },
];

describe.each(Object.entries(RIGS))("state and fuel on %s and in Node", (_name, make) => {
  let rig: Rig;
  let node: Rig;
  beforeAll(async () => {
    [rig, node] = await Promise.all([make(), nodeRig()]);
  });
  afterAll(async () => {
    await rig?.close();
    await node?.close();
  });

  async function start(on: Rig, { type, inport, outport, args }: Case, held = false): Promise<Running> {
    const program = await new Program().actor("x", type, args);
    return program.feed(`x.${inport}`).tap(`x.${outport}`).run(on, { held });
  }

  async function fire(running: Running, { inport, outport }: Case, values: TokenValue[]): Promise<TokenValue[]> {
    running.send(`x.${inport}`, values);
    return running.take(`x.${outport}`, values.length);
  }

  test.each(CASES)("$type uses the same fuel and ends in the same state", async (of) => {
    const [here, there] = [await start(rig, of), await start(node, of)];
    expect(await fire(here, of, of.values)).toEqual(await fire(there, of, of.values));
    const [a, b] = [await rig.host.report("x"), await node.host.report("x")];
    expect(a).toMatchObject({ firings: b.firings, fuel: b.fuel });
    expect(b.fuel).toBeGreaterThan(0n);
    expect(await rig.host.state("x")).toEqual(await node.host.state("x"));
    await here.remove();
    await there.remove();
  });

  test.each(CASES)("$type moves from Node and back between two firings", async (of) => {
    const whole = await start(node, of);
    const expected = await fire(whole, of, of.values);
    const end = await node.host.state("x");
    await whole.remove();

    const got: TokenValue[] = [];
    let state: Uint8Array | undefined;
    for (const [on, values] of [
      [node, of.values.slice(0, 2)],
      [rig, of.values.slice(2, 4)],
      [node, of.values.slice(4)],
    ] as const) {
      const running = await start(on, of, true);
      if (state) await on.host.restore("x", state);
      await running.start();
      got.push(...(await fire(running, of, [...values])));
      state = await on.host.state("x");
      await running.remove();
    }
    expect(got).toEqual(expected);
    expect(state).toEqual(end);
  });
});
