import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { compileActor } from "../../../compiler/actor/index.js";
import { RULES } from "../../../compiler/actor/rules.js";
import { readCases } from "../../../testing/case.js";
import { nodeStage } from "../../../testing/node-stage.js";
import { runCase } from "../../../testing/run-case.js";

const guide = readFileSync("docs/actors.md", "utf8");
const examples = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text!);

describe("docs/actors.md", () => {
  test.each(examples.map((text) => [/class (\w+)/.exec(text)![1]!, text]))(
    "the example %s compiles",
    async (name, text) => {
      const module = await compileActor(text, { file: `${name}.ts` });
      expect(module.manifest.name).toBe(name);
      expect(module.doc!.doc).not.toBe("");
    },
  );

  test("there are examples, and the codes it names are there", () => {
    expect(examples.length).toBe(5);
    const codes: string[] = Object.values(RULES).map(([code]) => code);
    for (const [code] of guide.matchAll(/KA\d{3}/g)) expect(codes).toContain(code);
  });

  test("the cases of its example pass", async () => {
    const [, text] = /^```json\n(.*?)^```$/ms.exec(guide)!;
    const cases = readCases(text!, "docs/actors.md");
    expect(cases.length).toBe(2);
    const thermostat = await compileActor(examples[0]!, { file: "Thermostat.ts" });
    for (const of of cases)
      expect(await runCase(nodeStage, thermostat, of)).toMatchObject({ notes: [], outcome: "passed" });
  });

  test("the figures it tells hold", async () => {
    const average = await compileActor(readFileSync("test/actors/Average.ts", "utf8"), { file: "Average.ts" });
    expect(average.manifest.memory).toBe(88);
    expect(Math.round(average.bytes.length / 100)).toBe(3);
  });
});
