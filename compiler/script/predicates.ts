import { TypeCode } from "../actor/types.js";
import type { Signature } from "./model.js";

/** What a predicate takes; `open` takes arguments of any name and value, but at least one. */
export type PredicateSignature = "open" | Signature["arguments"];

const NAME: Signature["arguments"] = new Map([
  ["name", { required: true, constraints: [{ type: TypeCode.text, literal: false }] }],
]);

/** The predicates that rules may use; the runtime gives them their meaning. */
export const PREDICATES: ReadonlyMap<string, PredicateSignature> = new Map<string, PredicateSignature>([
  ["all_nodes", new Map()],
  ["attr_match", "open"],
  ["capability", NAME],
  ["runtime_name", NAME],
]);
