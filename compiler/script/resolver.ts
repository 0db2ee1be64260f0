/** A port as the compiler sees it; `type` is a TypeCode of compiler/actor/types.ts. */
export interface PortSignature {
  name: string;
  type: number;
  /** The routing that the actor is made for, if it is not the usual one. */
  routing?: string;
}

export interface ArgumentSignature {
  name: string;
  type: number;
  required: boolean;
}

/** What a script needs to know of an actor type. The manifest of a compiled module fits. */
export interface ActorSignature {
  inports: PortSignature[];
  outports: PortSignature[];
  args: ArgumentSignature[];
}

/** Knows the actors that scripts may use. */
export interface ActorResolver {
  /**
   * The signature of an actor type such as `io.Print`, or undefined when there is no such actor.
   *
   * @throws {CompileError} when there is one, but it has errors; they become errors of the script
   */
  resolve(type: string): Promise<ActorSignature | undefined>;
  /** Names of all actor types, for "did you mean". */
  suggestions?(): string[];
}
