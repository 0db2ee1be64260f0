import { type Command, InvalidArgumentError, Option } from "commander";
import type { Json } from "../compiler/script/graph.js";
import type { DeviceSpec } from "../runtime/mesh/devices.js";

/** Where REST listens when nothing else is said. */
export const DEFAULT_PORT = 8377;

/** Adds `--host`, for commands that speak to a base runtime. */
export function hostOption(): Option {
  return new Option("--host <url>", "the base runtime").env("KAPPA_HOST").default(`http://127.0.0.1:${DEFAULT_PORT}`);
}

/** Adds `--json`. */
export function jsonOption(what = "print JSON, errors as well"): Option {
  return new Option("--json", what);
}

/** Adds `--actors`. */
export function actorsOption(): Option {
  return new Option("--actors <dir>", "further actors: DIR/namespace/Name.ts; may be given again")
    .argParser(collect)
    .default([], "those beside the script, and Kappa's own");
}

export function includeOption(): Option {
  return new Option("-i, --include <dir>", "where included files are looked for; may be given again")
    .argParser(collect)
    .default([], "the directory of the script");
}

/** Adds examples to a command's help: what to type, and what it does. */
export function examples(command: Command, list: readonly (readonly [line: string, what: string])[]): Command {
  const width = Math.max(...list.map(([line]) => line.length));
  const lines = list.map(([line, what]) => `  ${line.padEnd(width)}  # ${what}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

/** A port number, 0 for any. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}

/** Seconds, not negative. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !(seconds >= 0 && seconds < 1e6))
    throw new InvalidArgumentError("It is a number of seconds.");
  return seconds;
}

/** A whole number from 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1) throw new InvalidArgumentError("It is a whole number from 1.");
  return count;
}

/** Collects the values of an option that may be given again. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** `key=value`, added to those before. The value is taken as JSON if it is, else as text: 3, true, "3", kitchen. */
export function collectAttribute(text: string, before: Record<string, Json>): Record<string, Json> {
  return { ...before, ...attributeOf(text) };
}

/** `ADDRESS[,name=x,key=value…]`, added to those before. */
export function collectDevice(text: string, before: DeviceSpec[]): DeviceSpec[] {
  const [address, ...settings] = text.split(",");
  const all: Record<string, Json> = Object.assign({}, ...settings.map(attributeOf));
  const { name, ...attributes } = all;
  return [...before, { address: address!, attributes, ...(name !== undefined && { name: String(name) }) }];
}

function attributeOf(text: string): Record<string, Json> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError(`"${text}" is not of the form key=value.`);
  return { [text.slice(0, at)]: jsonOr(text.slice(at + 1)) };
}

function jsonOr(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
