import type { ActorDoc } from "../compiler/actor/types.js";
import type { ActorResolver, ActorSignature } from "../compiler/script/index.js";

/** What an editor shows of an actor. */
export interface ActorDescription {
  signature: ActorSignature;
  doc?: ActorDoc;
}

/** The actors that scripts may use: what the compiler asks for, and what people want to know. */
export interface ActorLibrary extends ActorResolver {
  /** Names of all actor types. */
  suggestions(): string[];
  /** An actor's signature and documentation; undefined when there is none, or when it does not compile. */
  describe(type: string): Promise<ActorDescription | undefined>;
  /** The file with the source of an actor; undefined when there is none. */
  sourceFile(type: string): Promise<string | undefined>;
}

/** Gives the library for the scripts of a folder. */
export type LibraryFor = (scriptFile: string) => Promise<ActorLibrary>;
