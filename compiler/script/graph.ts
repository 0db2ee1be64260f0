import type { Span } from "../diagnostic.js";

/** A JSON value, as scripts and REST have them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One actor of a compiled script, under its full name `script:component:actor`. */
export interface GraphActor {
  id: string;
  /** Actor type, `namespace.Name`. */
  type: string;
  args: Record<string, Json>;
  span: Span;
}

/** One end of a connection. */
export interface Endpoint {
  actor: string;
  port: string;
}

export interface GraphConnection {
  from: Endpoint;
  to: Endpoint;
  span: Span;
}

/** A rule's expression. `all` of an empty list holds everywhere. */
export type RuleExpression =
  | { op: "all"; of: RuleExpression[]; span: Span }
  | { op: "any"; of: RuleExpression[]; span: Span }
  | { op: "not"; of: RuleExpression; span: Span }
  | { op: "match"; predicate: string; args: Record<string, Json>; span: Span };

/** A port of the kappa: the inports feed, or the outports are fed by, the ports listed. */
export interface KappaPort {
  name: string;
  peers: Endpoint[];
  /** Properties such as `{ overflow: "latest" }`. */
  properties: Record<string, Json>;
  span: Span;
}

/** What a script says of an actor's port. */
export interface PortProperties extends Endpoint {
  direction: "inport" | "outport";
  /**
   * `routing`: a name, or a list of names in order of preference; `queue_length`: 1 … 64 tokens; of an outport `tag`;
   * `order`: a list of the ports it is connected to, each `actor.port`; `mapping`: such ports by key.
   */
  properties: Record<string, Json>;
}

/** What a script means: the one shape that placement, deployment and tools consume. */
export interface Graph {
  /** The script's name, the first part of every id. */
  name: string;
  /** The component that is the service, if the script has one. */
  component?: string;
  doc?: string;
  actors: GraphActor[];
  connections: GraphConnection[];
  /** Outports whose tokens are dropped. */
  voids: Endpoint[];
  inports: KappaPort[];
  outports: KappaPort[];
  /** Of the actors' ports; none for one without. */
  portProperties?: PortProperties[];
  /** Where each actor may go, by actor id; no entry, anywhere. */
  requirements: Record<string, RuleExpression>;
}
