import { watch } from "node:fs";
import { type Command, Option } from "commander";
import type { FileResult } from "../testing/run-files.js";
import type { Stage } from "../testing/stage.js";
import { startBoard } from "./emulator.js";
import { usage } from "./exit.js";
import { examples } from "./options.js";

interface TestOptions {
  board?: string;
  json?: boolean;
  junit?: boolean;
  watch?: boolean;
}

/** `kappa test PATH…`: runs the cases of actors in Node.js, and on a board. */
export function addTest(program: Command): void {
  const command = program
    .command("test")
    .description("run the cases of actors, each in NAME.test.json beside NAME.ts")
    .argument("<paths...>", "actors, their files of cases, or folders of them")
    .option("--board <name>", "also on an emulated board: native_sim, netduinoplus2, mps2_an386")
    .addOption(new Option("--json", "print the results as JSON").conflicts("junit"))
    .option("--junit", "print the results as JUnit XML")
    .option("--watch", "run again the cases of what changes")
    .action(test);
  examples(command, [
    ["kappa test .", "the cases of every actor here, in Node.js"],
    ["kappa test home --board native_sim --junit", "on an emulated board as well, for a CI"],
  ]);
}

async function test(paths: string[], options: TestOptions): Promise<void> {
  const { findCases } = await import("../testing/run-files.js");
  const { nodeStage } = await import("../testing/node-stage.js");
  const stages: Stage[] = [nodeStage];
  try {
    if (options.board !== undefined) {
      const { boardStage } = await import("../testing/board-stage.js");
      stages.push(await boardStage(options.board, await startBoard({ board: options.board })));
    }
    const failed = await run(await findCases(paths), stages, options);
    process.exitCode = failed ? 1 : 0;
    if (options.watch) await again(paths, stages, options);
  } finally {
    for (const stage of stages) await stage.close();
  }
}

/** Runs files one after another; whether anything failed. */
async function run(files: string[], stages: Stage[], { json, junit }: TestOptions): Promise<boolean> {
  const { runFile } = await import("../testing/run-files.js");
  const { count, describeFile, describeSum, toJson, toJunit } = await import("../testing/report.js");
  const { compileActor } = await import("../compiler/actor/index.js");
  if (files.length === 0) throw usage("there are no cases: write them into NAME.test.json beside NAME.ts");
  const results: FileResult[] = [];
  for (const file of files) {
    const result = await runFile(file, stages, compileActor);
    results.push(result);
    if (!json && !junit) process.stdout.write(describeFile(result));
  }
  process.stdout.write(json ? toJson(results) : junit ? toJunit(results) : describeSum(results));
  return count(results).failed > 0;
}

/** Waits for changes of actors and cases until the process is ended. */
async function again(paths: string[], stages: Stage[], options: TestOptions): Promise<void> {
  const { findCases } = await import("../testing/run-files.js");
  const changed = new Set<string>();
  let wake = () => {};
  const ended = new Promise<void>((resolve) => process.once("SIGINT", resolve));
  const watchers = paths.map((path) =>
    watch(path, { recursive: true }, () => {
      changed.add(path);
      wake();
    }),
  );
  let stopped = false;
  void ended.then(() => {
    stopped = true;
    wake();
  });
  while (!stopped) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (changed.size > 0 || stopped) resolve();
    });
    if (stopped) break;
    const files = await findCases([...changed]);
    changed.clear();
    await run(files, stages, options);
  }
  for (const watcher of watchers) watcher.close();
}
