import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startBoard } from "../../cli/emulator.js";
import { compileActor } from "../../compiler/actor/index.js";
import type { Module } from "../../compiler/actor/types.js";
import { boardStage } from "../../testing/board-stage.js";
import { nodeStage } from "../../testing/node-stage.js";
import { runFile, sourceOf } from "../../testing/run-files.js";
import type { Stage } from "../../testing/stage.js";

const ROOTS = ["actors", "examples/thermostat/home"];
const files = (await Promise.all(ROOTS.map(filesOf))).flat().sort();
const cases = files.filter((file) => file.endsWith(".test.json"));

async function filesOf(root: string): Promise<string[]> {
  return (await readdir(root, { recursive: true })).map((file) => join(root, file));
}

const image = "build/firmware/native_sim_asan/kappa";
const native = { board: "native_sim", ...(existsSync(image) ? { image } : {}) };

describe("the actors' cases", () => {
  const stages: Stage[] = [nodeStage];
  const modules = new Map<string, Promise<Module>>();
  const compile = (text: string, { file }: { file: string }) => {
    const known = modules.get(file) ?? compileActor(text, { file });
    modules.set(file, known);
    return known;
  };

  beforeAll(async () => {
    stages.push(await boardStage("native_sim", await startBoard(native)));
    stages.push(await boardStage("netduinoplus2", await startBoard({ board: "netduinoplus2" })));
  });
  afterAll(async () => {
    for (const stage of stages) await stage.close();
  });

  test("there are some for every actor", () => {
    const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
    expect(sources.length).toBeGreaterThan(30);
    expect(cases.map(sourceOf)).toEqual(sources);
  });

  test.each(cases)("%s", async (file) => {
    const { error, results } = await runFile(file, stages, compile);
    expect(error).toBeUndefined();
    expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(results.filter(({ stage, outcome }) => stage === "node" && outcome !== "passed")).toEqual([]);
  });
});
