import type { Json } from "../compiler/script/graph.js";

/** Values of ports or capabilities by name, in order. */
export type Values = Record<string, Json[]>;

/** One step of a case: time passes, tokens go in, and when nothing more can happen, exactly these have come out. */
export interface Step {
  /** Milliseconds of virtual time that pass before anything else. */
  after?: number;
  /** Tokens for inports, JSON converted as docs/tokens.md says. */
  in?: Values;
  /** Tokens of outports; an outport that is not named sends nothing. */
  out?: Values;
  /** What the actor asks of capabilities that do something: each call's argument, or an array of several. */
  does?: Values;
  /** The trap that the actor ends in. */
  fault?: string;
}

/** A test case of one actor, written beside it in `Name.test.json` (docs/actors.md, "Testing"). */
export interface ActorCase extends Step {
  name: string;
  /** Arguments by name. */
  args?: Record<string, Json>;
  /** What capabilities answer, call by call; the last answer stays. */
  world?: Values;
  /** The actor sends as long as it may: more than `out` names is no failure. */
  endless?: boolean;
  /** How far a number may be from what is expected; 0 when nothing is said. */
  tolerance?: number;
  /** Several steps in order, instead of one written in the case itself. */
  steps?: Step[];
}

/** A file of cases that cannot be used; the message says where. */
export class CaseError extends Error {
  override readonly name = "CaseError";
}

const STEP: Record<string, Check> = { after: milliseconds, in: values, out: values, does: values, fault: text };
const CASE: Record<string, Check> = {
  ...STEP,
  name: text,
  args: object,
  world: values,
  endless: (value) => typeof value === "boolean" || "true or false",
  tolerance: (value) => (typeof value === "number" && value >= 0) || "a number from 0",
  steps: (value) => Array.isArray(value) || "an array of steps",
};

/** Whether a value is as it must be, or what it must be. */
type Check = (value: unknown) => true | string;

/** The cases of a file's text. Throws CaseError. */
export function readCases(text: string, file: string): ActorCase[] {
  const cases = parse(text, file);
  if (!Array.isArray(cases)) throw new CaseError(`${file}: an array of cases belongs here`);
  const names = new Set<string>();
  for (const [i, item] of cases.entries()) {
    const where = `${file}: case ${i + 1}`;
    check(item, CASE, where);
    const { name, steps } = item as ActorCase;
    if (name === undefined) throw new CaseError(`${where} has no name`);
    if (names.has(name)) throw new CaseError(`${where}: there is a case "${name}" already`);
    names.add(name);
    const own = Object.keys(STEP).find((key) => steps && key in (item as object));
    if (own) throw new CaseError(`${where} (${name}): "${own}" belongs into one of its steps`);
    for (const [s, step] of (steps ?? []).entries()) check(step, STEP, `${where} (${name}), step ${s + 1}`);
  }
  return cases as ActorCase[];
}

/** The steps of a case; one that is written in the case itself is the only one. */
export function stepsOf(of: ActorCase): Step[] {
  return of.steps ?? [of];
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CaseError(`${file}: ${(error as Error).message}`);
  }
}

function check(item: unknown, keys: Record<string, Check>, where: string): void {
  if (typeof item !== "object" || item === null || Array.isArray(item)) throw new CaseError(`${where} is no object`);
  for (const [key, value] of Object.entries(item)) {
    const known = keys[key];
    if (!known) throw new CaseError(`${where}: "${key}" is unknown; there are ${Object.keys(keys).join(", ")}`);
    const result = known(value);
    if (result !== true) throw new CaseError(`${where}: "${key}" is ${result}`);
  }
}

function text(value: unknown): true | string {
  return (typeof value === "string" && value !== "") || "a text";
}

function object(value: unknown): true | string {
  return (typeof value === "object" && value !== null && !Array.isArray(value)) || "an object";
}

function values(value: unknown): true | string {
  return (object(value) === true && Object.values(value as object).every(Array.isArray)) || "an object of arrays";
}

function milliseconds(value: unknown): true | string {
  return (typeof value === "number" && value >= 0) || "a number of milliseconds from 0";
}
