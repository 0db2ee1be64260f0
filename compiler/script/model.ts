import type { Component, Value } from "./generated/ast.js";
import type { Json } from "./graph.js";
import type { Range } from "./source.js";

/** A value of a script that is known, or will be when the component around it is given its arguments. */
export type Known = { value: Json } | { parameter: string };

/** What a port or an argument takes. */
export interface Taken {
  /** A TypeCode of compiler/actor/types.ts. */
  type: number;
  /** The actor of Calvin's of that name that takes anything there; only in scripts that are shown, not deployed. */
  calvin?: string;
}

/** What an argument must fit; `literal` when it travels on a connection and is not converted. */
export interface Constraint extends Taken {
  literal: boolean;
}

/** What the connections to and from an actor or a component instance are checked against. */
export interface Signature {
  /** What the ports that an inport feeds in the end take; empty when its tokens are dropped. */
  inports: Map<string, Taken[]>;
  /** Type of the port that feeds an outport in the end; undefined when it is not known or nothing does. */
  outports: Map<string, number | undefined>;
  arguments: Map<string, { required: boolean; constraints: Constraint[] }>;
  /** Arguments that Calvin's actor of that name has and this one has not; only in scripts that are shown, not deployed. */
  calvinArguments?: ReadonlySet<string>;
  /** Routings that an actor declares for its ports. */
  routings: Declared[];
}

export type Direction = "inport" | "outport";

/** A property that an actor declares for a port of its own. */
export interface Declared {
  direction: Direction;
  port: string;
  routing: string;
}

/** One actor, or one use of a component, in a body. */
export interface Instance {
  name: string;
  /** `namespace.Name`, or the component's name. */
  type: string;
  /** Undefined for an actor. */
  component?: Definition;
  /** Undefined when the type is not known, which has been reported. */
  signature?: Signature;
  args: Map<string, Known>;
  /** Port references in its arguments. */
  references?: Reference[];
  range: Range;
}

/** `&actor.port` as, or inside, the value of an argument. */
export interface Reference {
  /** Where in the arguments: the argument's name, then keys and indices. */
  at: (string | number)[];
  instance: Instance;
  port: string;
}

/** One end of a connection inside a body. */
export type End = PortEnd | { inner: string };

/** A port of an instance. */
export interface PortEnd {
  instance: Instance;
  port: string;
}

export interface Link {
  from: End;
  to: End;
  range: Range;
  /** Where the target stands. */
  at: Range;
  tag?: string | number;
}

/** One property that a statement gives to a port. */
export interface PropertyStatement {
  /** The port as the statement names it: of an instance, or of the component around as seen from inside. */
  end: End;
  direction: Direction;
  name: string;
  value: Known;
  range: Range;
}

/** A body with all names resolved and sugar gone: what the script's top level or a component consists of. */
export interface Body {
  instances: Map<string, Instance>;
  links: Link[];
  properties: PropertyStatement[];
}

/** An argument that a component takes. */
export interface Parameter {
  name: string;
  optional: boolean;
  /** Absent when required, and when it has no value, which has been reported. */
  default?: Json;
  constraints: Constraint[];
  range: Range;
}

/** A component with its body resolved. */
export interface Definition {
  name: string;
  node: Component;
  doc?: string;
  parameters: Map<string, Parameter>;
  inports: Map<string, Range>;
  outports: Map<string, Range>;
  signature: Signature;
  body: Body;
  /** Actors in one instance, everything inside counted. */
  size: number;
  /** Levels of components in one instance, itself counted. */
  depth: number;
}

/** Turns a value of the syntax tree into a known one; undefined after reporting that it can't. */
export type Evaluate = (value: Value) => Known | undefined;
