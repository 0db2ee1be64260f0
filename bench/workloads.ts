import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileActor } from "../compiler/actor/index.js";
import { type Module, TypeCode } from "../compiler/actor/types.js";

/** The actors whose firings are measured, by their files. */
export const FIRED = [
  "test/actors/Tally.ts",
  "examples/thermostat/home/Thermostat.ts",
  "test/actors/AverageIncremental.ts",
  "test/actors/Average.ts",
  "test/actors/Format.ts",
] as const;

/** Folders with every actor there is. */
const FOLDERS = ["actors", "examples/thermostat/home", "test/actors"];

const compiled = new Map<string, Promise<Module>>();

/** The module of an actor's file, compiled once. */
export function moduleOf(file: string): Promise<Module> {
  const known = compiled.get(file);
  if (known) return known;
  const module = compileActor(readFileSync(file, "utf8"), { file });
  compiled.set(file, module);
  return module;
}

/** Every actor's file, in order. */
export function actorFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
      .sort()
      .map((name) => join(folder, name)),
  );
}

/** The action that is fired: the first one from an inport to an outport. */
export function firedAction({ manifest }: Module): { action: number; inport: number; outport: number; type: number } {
  const action = manifest.actions.findIndex(({ inmask, outmask }) => inmask !== 0 && outmask !== 0);
  const { inmask, outmask } = manifest.actions[action]!;
  const inport = lowestBit(inmask);
  if (inmask !== 2 ** inport) throw new Error(`${manifest.name}: more than one inport in the action`);
  return { action, inport, outport: lowestBit(outmask), type: manifest.inports[inport]!.type };
}

/** Two values that are fed in turn; of a temperature around 20 °C they make a thermostat switch each time. */
export function valuesFor(type: number): (number | string)[] {
  if (type === TypeCode.f32 || type === TypeCode.f64) return [18.3, 22.7];
  return type === TypeCode.text ? ["living room", "living room"] : [1, 2];
}

function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
