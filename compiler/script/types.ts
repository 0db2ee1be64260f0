import { TypeCode } from "../actor/types.js";
import { CompileError } from "../diagnostic.js";
import { calvinActor, calvinActorTypes } from "./calvin-actors.js";
import { FINDINGS } from "./diagnostics.js";
import type { Declared, Direction, Signature, Taken } from "./model.js";
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
  signature: {
    inports: new Map([["void", [{ type: TypeCode.any }]]]),
    outports: new Map(),
    arguments: new Map(),
    routings: [],
  },
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

  /**
   * Asks the resolver for each type once. Errors of actors become findings of the report.
   *
   * @param shown whether the script is only shown: then what Calvin's actor of a name takes is known as well
   */
  static async load(
    types: Iterable<string>,
    resolver: ActorResolver,
    report: Report,
    shown: boolean,
  ): Promise<ActorTypes> {
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
        const signature = known && signatureOf(known);
        signatures.set(name, signature && shown ? withCalvin(signature, name) : signature);
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
    inports: new Map(actor.inports.map(({ name, type }) => [name, [{ type }]])),
    outports: new Map(actor.outports.map(({ name, type }) => [name, type])),
    arguments: new Map(
      actor.args.map(({ name, type, required }) => [name, { required, constraints: [{ type, literal: false }] }]),
    ),
    routings: [...declared(actor.inports, "inport"), ...declared(actor.outports, "outport")],
  };
}

/** A signature that knows where Calvin's actor of that name takes more. */
function withCalvin(signature: Signature, calvin: string): Signature {
  const actor = calvinActor(calvin);
  if (actor === undefined) return signature;
  const inports = new Map(signature.inports);
  for (const { name } of actor.inports) {
    const taken = inports.get(name);
    if (taken !== undefined) inports.set(name, marked(taken, calvin));
  }
  const args = new Map(signature.arguments);
  const missing = new Set<string>();
  for (const { name } of actor.args) {
    const argument = args.get(name);
    if (argument === undefined) missing.add(name);
    else args.set(name, { ...argument, constraints: marked(argument.constraints, calvin) });
  }
  return { ...signature, inports, arguments: args, calvinArguments: missing };
}

function marked<T extends Taken>(all: T[], calvin: string): T[] {
  return all.map((taken) => ({ ...taken, calvin }));
}

function declared(ports: PortSignature[], direction: Direction): Declared[] {
  return ports.flatMap(({ name: port, routing }) => (routing === undefined ? [] : [{ direction, port, routing }]));
}
