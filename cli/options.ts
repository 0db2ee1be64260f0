import { InvalidArgumentError } from "commander";
import type { Json } from "../compiler/script/graph.js";
import type { DeviceSpec } from "../runtime/mesh/devices.js";

/** A port number, 0 for any. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
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
