import { ABI_IMPORTS, FIRST_CAPABILITY, type ValueType } from "../compiler/actor/capabilities.js";
import type { Json } from "../compiler/script/graph.js";
import type { Capability } from "../runtime/actor/capabilities.js";
import { CaseError, type Values } from "./case.js";

/** A call of a capability that does something: its name and its argument, or an array of several. */
export interface Deed {
  capability: string;
  argument: Json;
}

/** The capabilities of a test: they answer as the case says, and what actors do with them is written down. */
export class World {
  readonly capabilities: Record<string, Capability> = {};
  private deeds: Deed[] = [];

  constructor(answers: Values) {
    for (const { number, name, result } of ABI_IMPORTS) {
      if (number < FIRST_CAPABILITY || name === "sys.time") continue;
      this.capabilities[name] = result ? this.answering(name, result, answers[name] ?? []) : this.doing(name);
    }
    const unknown = Object.keys(answers).find((name) => !(name in this.capabilities));
    if (unknown) throw new CaseError(`"world": there is no capability ${unknown}`);
  }

  /** What was done since the last call of this. */
  takeDeeds(): Deed[] {
    return this.deeds.splice(0);
  }

  private answering(name: string, result: ValueType, answers: Json[]): Capability {
    let next = 0;
    return () => {
      const answer = answers[Math.min(next++, answers.length - 1)];
      if (typeof answer !== "number" && typeof answer !== "boolean") {
        throw new CaseError(`"world" says no number that ${name} answers`);
      }
      return result === "i64" ? BigInt(answer) : Number(answer);
    };
  }

  private doing(name: string): Capability {
    return (caller, ...args) => {
      const argument = name === "log" ? caller.text(args[0]!, args[1]!) : args.length === 1 ? args[0]! : args;
      this.deeds.push({ capability: name, argument });
      return undefined;
    };
  }
}

/** Whether a case's deed is what was done: true and false are 1 and 0 to a capability. */
export function sameDeed(expected: Json, got: Json): boolean {
  const plain = (value: Json): Json => (Array.isArray(value) ? value.map(plain) : value === true ? 1 : value || 0);
  return JSON.stringify(typeof expected === "string" ? expected : plain(expected)) === JSON.stringify(got);
}
