/** The closed list of capabilities by import number (docs/module-abi.md section 4). */
export const CAPABILITIES: Readonly<Record<number, string>> = {
  32: "sense.temp",
  33: "sense.humidity",
  40: "io.light",
  41: "io.digitalout",
  42: "io.digitalin",
  48: "sys.time",
  49: "sys.random",
  50: "log",
};

/** The name of the capability that import `number` gives; `capability <number>` for one that this version does not know. */
export function capabilityName(number: number): string {
  return CAPABILITIES[number] ?? `capability ${number}`;
}
