import { TypeCode } from "../actor/types.js";
import { CompileError } from "../diagnostic.js";
import { calvinActor, calvinActorTypes } from "./calvin-actors.js";
import { FINDINGS } from "./diagnostics.js";
import type { Declared, Direction, Signature } from "./model.js";
import type { Report } from "./report.js";
import type { ActorResolver, ActorSignature, PortSignature } from "./resolver.js";
import type { Range } from "./source.js";

/** The actor that a literal on a connection becomes. */
export const CONSTANT_TYPE = "std.Constant";

/** The actor that a transform becomes. */
export const CONSTANTIFY_TYPE = "std.Constantify";

/** The actors that a voidport becomes: one that drops tokens and one that never gives any. They need not be there. */
export const TERMINATOR: BuiltIn = {
  type: "flow.Terminator",
  port: "void",
  signature: { inports: new Map([["void", [TypeCode.any]]]), outports: new Map(), arguments: new Map(), routings: [] },
};
export const VOID: BuiltIn = {
  type: "flow.Void",
  port: "void",
  signature: {
    inports: new Map(),
    outports: new Map([["void", TypeCode.any]]),
    arguments: new Map(),
    routings: [],
  },
};

interface BuiltIn {
  type: string;
  /** Its only port. */
  port: string;
  signature: Signature;
}

/** The signatures of all actor types that a script uses. */
export class ActorTypes {
  private constructor(
    private readonly signatures: ReadonlyMap<string, Signature | undefined>,
    /** Types that exist but have errors, which have been reported. */
    private readonly faulty: ReadonlySet<string>,
    /** Types that only Calvin has, and of which that has not been said yet. */
    private readonly missing: Set<string>,
    private readonly suggestions: () => string[],
  ) {}

  /** Asks the resolver for each type once. Errors of actors become findings of the report. */
  static async load(types: Iterable<string>, resolver: ActorResolver, report: Report): Promise<ActorTypes> {
    const names = [...new Set(types)];
    const answers = await Promise.allSettled(names.map((name) => resolver.resolve(name)));
    const signatures = new Map<string, Signature | undefined>();
    const faulty = new Set<string>();
    const missing = new Set<string>();
    for (const [index, answer] of answers.entries()) {
      const name = names[index] ?? "";
      if (answer.status === "fulfilled") {
        const known = answer.value ?? calvinActor(name);
        if (known !== answer.value) missing.add(name);
        signatures.set(name, known && signatureOf(known));
      } else if (answer.reason instanceof CompileError) {
        faulty.add(name);
        report.adopt(answer.reason);
      } else {
        throw answer.reason;
      }
    }
    return new ActorTypes(signatures, faulty, missing, () => [
      ...new Set([...(resolver.suggestions?.() ?? []), ...calvinActorTypes()]),
    ]);
  }

  /** The signature of a type; undefined after reporting, at `range`, that there is none. Says once if only Calvin has the actor. */
  signature(type: string, range: Range, report: Report): Signature | undefined {
    const signature = this.signatures.get(type);
    if (signature === undefined && !this.faulty.has(type)) {
      report.add(range, FINDINGS.unknownActorType(type), report.suggest(type, this.suggestions()));
    }
    if (this.missing.delete(type)) report.add(range, FINDINGS.missingActor(type));
    return signature;
  }
}

function signatureOf(actor: ActorSignature): Signature {
  return {
    inports: new Map(actor.inports.map(({ name, type }) => [name, [type]])),
    outports: new Map(actor.outports.map(({ name, type }) => [name, type])),
    arguments: new Map(
      actor.args.map(({ name, type, required }) => [name, { required, constraints: [{ type, literal: false }] }]),
    ),
    routings: [...declared(actor.inports, "inport"), ...declared(actor.outports, "outport")],
  };
}

function declared(ports: PortSignature[], direction: Direction): Declared[] {
  return ports.flatMap(({ name: port, routing }) => (routing === undefined ? [] : [{ direction, port, routing }]));
}
