import { KappaError } from "../errors.js";
import type { Request } from "./context.js";

/** Longest wait for a token, seconds. */
export const WAIT_MAX = 60;

/** One query parameter; undefined when missing. Throws QUERY_INVALID for one that is not known, or given twice. */
export function queryOf<K extends string>(request: Request, known: readonly K[]): Partial<Record<K, string>> {
  const result: Partial<Record<K, string>> = {};
  for (const [name, value] of Object.entries(request.query)) {
    if (!known.includes(name as K)) {
      const may = known.length > 0 ? `it may be ${known.join(", ")}` : "there are none here";
      throw new KappaError("QUERY_INVALID", `There is no query parameter ${name}: ${may}`);
    }
    if (typeof value !== "string") throw new KappaError("QUERY_INVALID", `The query parameter ${name} is given twice`);
    result[name as K] = value;
  }
  return result;
}

/** Seconds to wait; 0 when missing. */
export function waitOf(value: string | undefined): number {
  if (value === undefined) return 0;
  const seconds = Number(value);
  if (value.trim() === "" || !(seconds >= 0 && seconds <= WAIT_MAX)) {
    throw new KappaError(
      "QUERY_INVALID",
      `wait is a number of seconds from 0 to ${WAIT_MAX}, not ${JSON.stringify(value)}`,
    );
  }
  return seconds;
}

/** A flag: `true`, `false`, or no value, which is true. */
export function flagOf(name: string, value: string | undefined): boolean {
  if (value === undefined || value === "false") return false;
  if (value === "true" || value === "") return true;
  throw new KappaError("QUERY_INVALID", `${name} is true or false, not ${JSON.stringify(value)}`);
}
