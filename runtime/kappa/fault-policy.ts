import type { Graph, Json } from "../../compiler/script/graph.js";
import { KappaError } from "../errors.js";
import type { FaultPolicy } from "../host.js";

/** Milliseconds before the first retry, when nothing is said. */
const BACKOFF = 100;

/** The properties of inports that say what becomes of an actor that traps, and what each may be. */
const PROPERTIES: Record<string, { holds: (value: Json) => boolean; values: string }> = {
  retries: { holds: (value) => isWhole(value, 255), values: "0 to 255" },
  backoff: { holds: (value) => isWhole(value, 65_535), values: "0 to 65535 ms" },
  dead_letter: { holds: (value) => value === "log", values: '"log"' },
};

/**
 * What a graph says of an actor's faults: by the properties `retries`, `backoff` and `dead_letter` of its inports, which hold for
 * all of its firings. Undefined when it says nothing.
 *
 * @throws KappaError PORT_PROPERTY
 */
export function policyOf(graph: Graph, actor: string): FaultPolicy | undefined {
  const found = new Map<string, Json>();
  for (const { actor: owner, port, direction, properties } of graph.portProperties ?? []) {
    if (owner !== actor) continue;
    for (const [name, { holds, values }] of Object.entries(PROPERTIES)) {
      const value = properties[name];
      if (value === undefined) continue;
      const refuse = (why: string) => {
        const detail = `${direction} ${port} of ${actor} has ${name}=${JSON.stringify(value)}; ${why}`;
        return new KappaError("PORT_PROPERTY", detail, { actor, port });
      };
      if (direction === "outport") throw refuse("it is for inports");
      if (!holds(value)) throw refuse(`it is ${values}`);
      if (found.has(name) && found.get(name) !== value) throw refuse("another inport of the actor says otherwise");
      found.set(name, value);
    }
  }
  if (found.size === 0) return undefined;
  const number = (name: string, otherwise: number) => (found.get(name) as number | undefined) ?? otherwise;
  return { retries: number("retries", 0), backoff: number("backoff", BACKOFF), skips: found.has("dead_letter") };
}

function isWhole(value: Json, most: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
}
