import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compileActor } from "../../compiler/actor/index.js";
import type { Module } from "../../compiler/actor/types.js";

/** Where `namespace.Name` is looked for. */
const ROOTS = ["actors", "examples/thermostat", "test/actors"];

const compiled = new Map<string, Promise<Module>>();

/** The module of an actor of this repository, by type: `std.Identity`, or `test.Spin` for test/actors/Spin.ts. */
export function actorModule(type: string): Promise<Module> {
  const known = compiled.get(type);
  if (known) return known;
  const making = compileType(type);
  compiled.set(type, making);
  return making;
}

async function compileType(type: string): Promise<Module> {
  const path = type.startsWith("test.") ? type.slice(5) : type.replace(".", "/");
  for (const root of ROOTS) {
    const file = join(root, `${path}.ts`);
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return compileActor(text, { file });
  }
  throw new Error(`There is no actor ${type} in ${ROOTS.join(", ")}`);
}

/** Number of an in- or outport by name. */
export function portNumber(module: Module, direction: "in" | "out", name: string): number {
  const ports = direction === "in" ? module.manifest.inports : module.manifest.outports;
  const number = ports.findIndex((port) => port.name === name);
  if (number < 0) throw new Error(`${module.manifest.name} has no ${direction}port ${name}`);
  return number;
}
