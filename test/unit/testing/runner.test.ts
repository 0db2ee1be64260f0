import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { compileActor } from "../../../compiler/actor/index.js";
import { type ActorCase, readCases } from "../../../testing/case.js";
import { nodeStage } from "../../../testing/node-stage.js";
import { count, describeFile, describeSum, toJson, toJunit } from "../../../testing/report.js";
import { type FileResult, findCases, runFile } from "../../../testing/run-files.js";

const DIVIDE = `import { action, type In, type Out } from "kappa";
import { light } from "kappa/io";
import { temp } from "kappa/sense";

/** Divides. */
export class Divide {
  constructor(private by: i32 = 2) {}
  @action divide(a: In<i32>, result: Out<i32>): void {
    result.send(a.value / this.by);
  }
  @action look(any: In<f32>, half: Out<f32>): void {
    light(any.value > 0);
    half.send(temp() / 2);
  }
}
`;

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kappa-test-"));
  file = join(folder, "Divide.ts");
  await writeFile(file, DIVIDE);
});
afterAll(() => rm(folder, { recursive: true }));

async function run(cases: ActorCase[]): Promise<FileResult> {
  await writeFile(join(folder, "Divide.test.json"), JSON.stringify(cases));
  const [found] = await findCases([folder]);
  return runFile(found!, [nodeStage], compileActor);
}

/** The notes of the only case. */
async function notes(of: Omit<ActorCase, "name">): Promise<string[]> {
  const { error, results } = await run([{ name: "it", ...of }]);
  expect(error).toBeUndefined();
  expect(results[0]!.outcome).toBe(results[0]!.notes.length > 0 ? "failed" : "passed");
  return results[0]!.notes;
}

describe("cases of an actor", () => {
  test("pass when exactly what is written comes out", async () => {
    expect(await notes({ in: { a: [10, -7] }, out: { result: [5, -3] } })).toEqual([]);
    expect(await notes({ args: { by: 5 }, in: { a: [10] }, out: { result: [2] } })).toEqual([]);
  });

  test("tell the first token that differs, and both lists", async () => {
    expect(await notes({ in: { a: [10, 8] }, out: { result: [5, 3] } })).toEqual([
      "result: token 2 differs",
      "  - 5 3",
      "  + 5 4",
    ]);
    expect(await notes({ in: { a: [10] } })).toEqual(["result: token 1 differs", "  - nothing", "  + 5"]);
    expect(await notes({ out: { result: [1] } })).toEqual(["result: token 1 differs", "  - 1", "  + nothing"]);
  });

  test("tell the step", async () => {
    const steps = [{ in: { a: [2] }, out: { result: [1] } }, { in: { a: [4] } }];
    expect((await notes({ steps }))[0]).toBe("in step 2");
  });

  test("tell a trap with the action's line in its source", async () => {
    const trapped = await notes({ args: { by: 0 }, in: { a: [10] } });
    expect(trapped).toEqual([`it trapped: division in the action divide (${file}:8)`]);
    expect(await notes({ args: { by: 0 }, in: { a: [10] }, fault: "division" })).toEqual([]);
    expect(await notes({ in: { a: [1] }, out: { result: [0] }, fault: "division" })).toEqual([
      "it should have trapped: division",
    ]);
  });

  test("answer for capabilities and write down what is done with them", async () => {
    const world = { "sense.temp": [21, 20] };
    const of: Omit<ActorCase, "name"> = { world, in: { any: [1, -1, 2] }, out: { half: [10.5, 10, 10] } };
    expect(await notes({ ...of, does: { "io.light": [true, false, 1] } })).toEqual([]);
    expect(await notes(of)).toEqual(["io.light: it did otherwise", "  - []", "  + [1,0,1]"]);
  });

  test("allow a distance where they say so", async () => {
    const of = { world: { "sense.temp": [20] }, in: { any: [1] }, out: { half: [10.01] }, does: { "io.light": [1] } };
    expect(await notes({ ...of, tolerance: 0.02 })).toEqual([]);
    expect((await notes({ ...of, tolerance: 0.001 }))[0]).toBe("half: token 1 differs");
  });

  test("refuse names and values that the actor does not have", async () => {
    expect(await notes({ in: { b: [1] } })).toEqual(["Divide has no inport b"]);
    expect(await notes({ out: { a: [1] } })).toEqual(["Divide has no outport a"]);
    expect(await notes({ args: { over: 1 } })).toEqual(['"args": Divide has no argument over']);
    expect(await notes({ in: { a: ["ten"] } })).toEqual(["inport a: text does not fit i32"]);
    expect(await notes({ world: { "sense.smell": [1] } })).toEqual(['"world": there is no capability sense.smell']);
  });

  test("an actor that does not compile is a failure with its place", async () => {
    await writeFile(join(folder, "Wrong.ts"), "export class Wrong {}");
    await writeFile(join(folder, "Wrong.test.json"), "[]");
    const result = await runFile(join(folder, "Wrong.test.json"), [nodeStage], compileActor);
    expect(result.error).toMatch(/Wrong\.ts:1:14: error KA002/);
    expect(count([result])).toEqual({ passed: 0, failed: 1, skipped: 0 });
    await rm(join(folder, "Wrong.test.json"));
  });
});

describe("a file of cases", () => {
  test.each([
    ["[", /^x: /],
    ["{}", /^x: an array of cases belongs here$/],
    ["[1]", /^x: case 1 is no object$/],
    ["[{}]", /^x: case 1 has no name$/],
    ['[{"name":"a"},{"name":"a"}]', /^x: case 2: there is a case "a" already$/],
    ['[{"name":"a","inn":{}}]', /^x: case 1: "inn" is unknown; there are after, in, out, does, fault, name, /],
    ['[{"name":"a","in":{"b":1}}]', /^x: case 1: "in" is an object of arrays$/],
    ['[{"name":"a","after":-1}]', /^x: case 1: "after" is a number of milliseconds from 0$/],
    ['[{"name":"a","in":{},"steps":[]}]', /^x: case 1 \(a\): "in" belongs into one of its steps$/],
    ['[{"name":"a","steps":[{"name":"b"}]}]', /^x: case 1 \(a\), step 1: "name" is unknown/],
  ])("%s is refused", (text, message) => {
    expect(() => readCases(text, "x")).toThrow(message);
  });
});

describe("reports", () => {
  let result: FileResult;
  beforeAll(async () => {
    const good: ActorCase = { name: 'halves & "rounds"', in: { a: [3] }, out: { result: [1] } };
    result = await run([good, { name: "fails", in: { a: [3] } }]);
    result.results.push({ ...result.results[0]!, name: "later", outcome: "skipped", notes: ["no board <here>"] });
  });

  test("for people", () => {
    expect(describeFile(result)).toBe(
      [
        `FAIL  ${file}: 1 passed, 1 failed, 1 skipped`,
        "      fails (node)",
        "        result: token 1 differs",
        "          - nothing",
        "          + 1",
        "",
      ].join("\n"),
    );
    expect(describeSum([result])).toBe("1 passed, 1 failed, 1 skipped\n  1 skipped: no board <here>\n");
  });

  test("as JSON", () => {
    expect(JSON.parse(toJson([result]))).toMatchObject({
      passed: 1,
      failed: 1,
      skipped: 1,
      files: [{ file, results: [{ name: 'halves & "rounds"', outcome: "passed", firings: 1, fuel: "1" }, {}, {}] }],
    });
  });

  test("as JUnit", () => {
    const xml = toJunit([result])
      .replaceAll(/time="[\d.]+"/g, 'time="t"')
      .replaceAll(file, "F");
    expect(xml).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<testsuites>",
        '  <testsuite name="F" tests="3" failures="1" skipped="1">',
        '    <testcase classname="F" name="halves &amp; &quot;rounds&quot; (node)" time="t"/>',
        '    <testcase classname="F" name="fails (node)" time="t"><failure message="result: token 1 differs">' +
          "result: token 1 differs\n  - nothing\n  + 1</failure></testcase>",
        '    <testcase classname="F" name="later (node)" time="t"><skipped message="no board &lt;here&gt;"/></testcase>',
        "  </testsuite>",
        "</testsuites>",
        "",
      ].join("\n"),
    );
  });
});
