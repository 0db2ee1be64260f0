import { TypeCode } from "../actor/types.js";
import type { Json } from "./graph.js";
import type { Signature } from "./model.js";
import { nearest } from "./suggest.js";

/** What a predicate takes. */
export interface PredicateSignature {
  arguments: Signature["arguments"];
  /** Takes arguments of any name and value, but at least one. */
  open?: true;
  /** What is wrong with the arguments, each of which has the right type: the argument and what it must be. */
  check?(args: Record<string, Json>): { argument: string; wanted: string } | undefined;
}

type Types = Record<string, number>;

/** Arguments by name; one whose name ends in `?` may be left out. */
function takes(types: Types, check?: PredicateSignature["check"]): PredicateSignature {
  const args = Object.entries(types).map(
    ([name, type]): [string, { required: boolean; constraints: [] | [{ type: number; literal: false }] }] => [
      name.replace("?", ""),
      { required: !name.endsWith("?"), constraints: type === TypeCode.any ? [] : [{ type, literal: false }] },
    ],
  );
  return { arguments: new Map(args), ...(check ? { check } : {}) };
}

const TEXTS = TypeCode.array + TypeCode.text;

/** The attributes that Calvin indexes, by their kind; any key fits a kind that has none. */
const INDEXED: Record<string, string[]> = {
  owner: ["organization", "organizationalUnit", "role", "personOrGroup"],
  address: ["country", "stateOrProvince", "locality", "street", "streetNumber", "building", "floor", "room"],
  node_name: ["organization", "organizationalUnit", "purpose", "group", "name"],
  user_extra: [],
  cpuTotal: [],
  cpuAvail: [],
  cpuAffinity: [],
  memTotal: [],
  memAvail: [],
};

/** `index=["node_name", {"name": "x"}]`, or `index={"node_name": {"name": "x"}}`. */
function checkIndex({ index }: Record<string, Json>): { argument: string; wanted: string } | undefined {
  const wrong = (wanted: string) => ({ argument: "index", wanted });
  const entries = indexEntries(index);
  if (entries === undefined) return wrong('a kind and its attributes, as in ["node_name", {"name": "x"}]');
  for (const [kind, value] of entries) {
    const keys = Object.hasOwn(INDEXED, kind) ? INDEXED[kind] : undefined;
    if (keys === undefined) return wrong(`of a known kind, not '${kind}'; ${known(kind, Object.keys(INDEXED))}`);
    if (keys.length === 0) continue;
    if (value === null || typeof value !== "object" || Array.isArray(value))
      return wrong(`an object of attributes for '${kind}'`);
    const strange = Object.keys(value).find((key) => !keys.includes(key));
    if (strange !== undefined) return wrong(`attributes of '${kind}', not '${strange}'; ${known(strange, keys)}`);
  }
  return undefined;
}

function known(name: string, names: string[]): string {
  const near = nearest(name, names);
  return near === undefined ? `there are ${names.join(", ")}` : `did you mean '${near}'?`;
}

/** The kinds and values of the `index` of node_attr_match; undefined when it has neither of its forms. */
export function indexEntries(index: Json | undefined): [kind: string, value: Json][] | undefined {
  if (Array.isArray(index)) {
    const [kind, value, ...rest] = index;
    return typeof kind === "string" && value !== undefined && rest.length === 0 ? [[kind, value]] : undefined;
  }
  if (index === null || typeof index !== "object") return undefined;
  const entries = Object.entries(index);
  return entries.length === 0 ? undefined : entries;
}

/** Numbers of replicas that make a range. */
function checkRange({ min, max }: Record<string, Json>): { argument: string; wanted: string } | undefined {
  const low = typeof min === "number" ? min : 1;
  if (low < 0) return { argument: "min", wanted: "0 or more" };
  if (typeof max === "number" && max < Math.max(1, low))
    return { argument: "max", wanted: `${Math.max(1, low)} or more` };
  return undefined;
}

/** The predicates that rules may use; the runtime gives them their meaning. */
export const PREDICATES: ReadonlyMap<string, PredicateSignature> = new Map<string, PredicateSignature>([
  ["all_nodes", takes({})],
  ["attr_match", { arguments: new Map(), open: true }],
  ["capability", takes({ name: TypeCode.text })],
  ["runtime_name", takes({ name: TypeCode.text })],
  ["node_attr_match", takes({ index: TypeCode.any }, checkIndex)],
  ["current_node", takes({})],
  ["actor_nodes", takes({})],
  ["replica_nodes", takes({ "replication_id?": TypeCode.text })],
  ["actor_reqs_match", takes({ requires: TEXTS })],
  ["port_property_match", takes({ port_property: TEXTS })],
  ["shadow_actor_reqs_match", takes({ signature: TypeCode.text, "shadow_params?": TEXTS })],
  ["manual_scaling", takes({})],
  ["device_scaling", takes({ "max?": TypeCode.u32 }, checkRange)],
  ["performance_scaling", takes({ "min?": TypeCode.u32, "max?": TypeCode.u32, "alone?": TypeCode.bool }, checkRange)],
]);
