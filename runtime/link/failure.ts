import { abiImport } from "../../compiler/actor/capabilities.js";
import type { Manifest } from "../../compiler/actor/types.js";
import { TRAP_NAMES } from "../actor/trap.js";
import { type ErrorCode, KappaError } from "../errors.js";
import { Status } from "./operations.js";

/** Name of the trap with `code`. */
export function trapName(code: number): string {
  return TRAP_NAMES[code] ?? `trap ${code}`;
}

/** What a failed request was about, for its error. */
export interface Subject {
  /** Name of the device. */
  device: string;
  /** What was to be done: "create", "start" ... */
  doing: string;
  /** Id of the actor. */
  actor?: string | undefined;
  manifest?: Manifest | undefined;
}

const CODES: Record<number, ErrorCode> = {
  [Status.malformed]: "LINK_PROTOCOL",
  [Status.unknown]: "ACTOR_UNKNOWN",
  [Status.exists]: "ACTOR_EXISTS",
  [Status.hash]: "MODULE_INVALID",
  [Status.memory]: "MEMORY_EXHAUSTED",
  [Status.module]: "MODULE_INVALID",
  [Status.abi]: "MODULE_INVALID",
  [Status.capability]: "CAPABILITY_MISSING",
  [Status.argument]: "ARGUMENT_INVALID",
  [Status.port]: "PORT_UNKNOWN",
  [Status.limit]: "RUNTIME_LIMIT",
  [Status.state]: "ACTOR_STATE",
  [Status.trap]: "ACTOR_TRAPPED",
};

/** The error for a reply with a `status` other than ok. */
export function failure(status: number, items: unknown[], subject: Subject): KappaError {
  const detail = typeof items[0] === "number" ? items[0] : undefined;
  const who = subject.actor === undefined ? "" : ` actor ${subject.actor}`;
  const text = `${subject.device} could not ${subject.doing}${who}: ${reason(status, detail, subject)}`;
  const extra = { runtime: subject.device, status, ...(subject.actor === undefined ? {} : { actor: subject.actor }) };
  return new KappaError(CODES[status] ?? "LINK_PROTOCOL", text, detail === undefined ? extra : { ...extra, detail });
}

function reason(status: number, detail: number | undefined, { manifest }: Subject): string {
  switch (status) {
    case Status.malformed:
      return "it took the request for malformed; update its firmware or this runtime";
    case Status.unknown:
      return "it knows no such actor, module or connection; deploy it again";
    case Status.exists:
      return "the handle is in use; deploy it again";
    case Status.hash:
      return "the module did not arrive as it was sent; try again";
    case Status.memory:
      return `it does not fit into the memory${detail === undefined ? "" : ` (${detail} bytes free)`}; remove actors from the device or choose another`;
    case Status.module:
      return "the module is not valid there, or beyond a limit; compile it again";
    case Status.abi:
      return `it runs another version of the module ABI${detail === undefined ? "" : ` (${detail})`}; update its firmware`;
    case Status.capability:
      return `it has no ${detail === undefined ? "such capability" : (abiImport(detail)?.name ?? `capability ${detail}`)}; choose another device`;
    case Status.argument:
      return `argument ${(detail === undefined ? undefined : manifest?.args[detail]?.name) ?? detail ?? "?"} does not fit or is missing`;
    case Status.port:
      return `connection ${detail ?? "?"} names a port that is not there or is taken`;
    case Status.limit:
      return "it holds as many actors, connections or modules as it can; remove some or choose another device";
    case Status.state:
      return "the actor is not in the state for it";
    case Status.trap:
      return `it trapped (${trapName(detail ?? 0)}); look at its constructor and start()`;
    default:
      return `it answered with status ${status}, which this runtime does not know; update the older of the two`;
  }
}
