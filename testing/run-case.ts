import { TokenError } from "../compiler/actor/token.js";
import type { Module, Port } from "../compiler/actor/types.js";
import { type ActorCase, CaseError, type Step, stepsOf, type Values } from "./case.js";
import { nodeStage } from "./node-stage.js";
import type { Input, Play, Seen, Stage } from "./stage.js";
import { sameToken, showToken, tokenOf } from "./values.js";
import { sameDeed } from "./world.js";

/** How a case went. */
export interface Result {
  name: string;
  stage: string;
  outcome: "passed" | "failed" | "skipped";
  /** What differs, line by line; or why it was skipped. */
  notes: string[];
  milliseconds: number;
  firings: number;
  /** Of all firings together. */
  fuel: bigint;
}

/** Runs a case of an actor. On another stage than Node.js, it must fire as often and use as much fuel as there, too. */
export async function runCase(stage: Stage, module: Module, of: ActorCase): Promise<Result> {
  const begin = performance.now();
  const result: Result = {
    ...{ name: of.name, stage: stage.name, notes: [], firings: 0, fuel: 0n },
    outcome: "passed",
    milliseconds: 0,
  };
  const unfit = stage.unfit(module, of);
  if (unfit !== undefined) return { ...result, outcome: "skipped", notes: [unfit] };
  try {
    Object.assign(result, await play(stage, module, of));
  } catch (error) {
    result.notes.push(`${(error as Error).message}`);
  }
  if (result.notes.length > 0) result.outcome = "failed";
  return { ...result, milliseconds: performance.now() - begin };
}

async function play(stage: Stage, module: Module, of: ActorCase) {
  const args = argumentsOf(module, of);
  const plays: Play[] = [await nodeStage.open(module, args, of)];
  try {
    if (stage !== nodeStage) plays.push(await stage.open(module, args, of));
    return await steps(plays, module, of);
  } finally {
    for (const play of plays) await play.close();
  }
}

async function steps(plays: Play[], module: Module, of: ActorCase) {
  const all = stepsOf(of);
  let seen: Seen | undefined;
  for (const [i, step] of all.entries()) {
    const input = inputOf(module, step);
    const model = await plays[0]!.step(input);
    seen = plays[1] ? await plays[1].step(input, model) : model;
    const notes = [...differences(module, of, step, seen), ...(of.endless ? [] : deviations(seen, model))];
    if (notes.length > 0) return { notes: all.length > 1 ? [`in step ${i + 1}`, ...notes] : notes };
  }
  return { firings: seen!.firings, fuel: seen!.fuel };
}

function argumentsOf({ manifest }: Module, { args = {} }: ActorCase): (Uint8Array | undefined)[] {
  const unknown = Object.keys(args).find((name) => !manifest.args.some((argument) => argument.name === name));
  if (unknown) throw new CaseError(`"args": ${manifest.name} has no argument ${unknown}`);
  return manifest.args.map(({ name, type }) =>
    args[name] === undefined ? undefined : token(args[name], type, `argument ${name}`),
  );
}

function inputOf({ manifest }: Module, step: Step): Input {
  return { after: step.after ?? 0, tokens: tokensOf(manifest.inports, step.in ?? {}, "inport", manifest.name) };
}

function tokensOf(ports: Port[], values: Values, kind: string, actor: string): Uint8Array[][] {
  const unknown = Object.keys(values).find((name) => !ports.some((port) => port.name === name));
  if (unknown) throw new CaseError(`${actor} has no ${kind} ${unknown}`);
  return ports.map(({ name, type }) => (values[name] ?? []).map((value) => token(value, type, `${kind} ${name}`)));
}

function token(value: Parameters<typeof tokenOf>[0], type: number, what: string): Uint8Array {
  try {
    return tokenOf(value, type);
  } catch (error) {
    if (error instanceof TokenError) throw new CaseError(`${what}: ${error.message}`);
    throw error;
  }
}

/** What is otherwise than the step says. */
function differences({ manifest }: Module, of: ActorCase, step: Step, seen: Seen): string[] {
  const expected = tokensOf(manifest.outports, step.out ?? {}, "outport", manifest.name);
  const notes = manifest.outports.flatMap(({ name }, i) => {
    const got = of.endless ? seen.tokens[i]!.slice(0, expected[i]!.length) : seen.tokens[i]!;
    return compare(name, expected[i]!, got, of.tolerance ?? 0);
  });
  return [...notes, ...deedDifferences(step.does ?? {}, seen), ...faultDifference(step.fault, seen)];
}

function compare(name: string, expected: Uint8Array[], got: Uint8Array[], tolerance: number): string[] {
  const same = (i: number) => expected[i] && got[i] && sameToken(expected[i], got[i], tolerance);
  const length = Math.max(expected.length, got.length);
  const first = Array.from({ length }, (_, i) => i).find((i) => !same(i));
  if (first === undefined) return [];
  const list = (tokens: Uint8Array[]) => tokens.map(showToken).join(" ") || "nothing";
  return [`${name}: token ${first + 1} differs`, `  - ${list(expected)}`, `  + ${list(got)}`];
}

function deedDifferences(expected: Values, { deeds }: Seen): string[] {
  const names = new Set([...Object.keys(expected), ...deeds.map(({ capability }) => capability)]);
  return [...names].flatMap((name) => {
    const want = expected[name] ?? [];
    const got = deeds.filter(({ capability }) => capability === name).map(({ argument }) => argument);
    if (want.length === got.length && want.every((value, i) => sameDeed(value, got[i]!))) return [];
    return [`${name}: it did otherwise`, `  - ${JSON.stringify(want)}`, `  + ${JSON.stringify(got)}`];
  });
}

function faultDifference(expected: string | undefined, { fault }: Seen): string[] {
  if (expected === fault?.trap) return [];
  if (!fault) return [`it should have trapped: ${expected}`];
  return [`it trapped: ${fault.trap}${fault.action === undefined ? "" : ` in the action ${fault.action}`}`];
}

/** What another runtime did otherwise than Node.js. */
function deviations(seen: Seen, model: Seen): string[] {
  const notes: string[] = [];
  if (seen.firings !== model.firings) notes.push(`it fired ${seen.firings} times, in Node.js ${model.firings} times`);
  if (seen.fuel !== model.fuel) notes.push(`it used ${seen.fuel} units of fuel, in Node.js ${model.fuel}`);
  return notes;
}
