import type { Span } from "../diagnostic.js";

/** A JSON value, as scripts and REST have them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One actor of a compiled script, under its full name `script:component:actor`. */
export interface GraphActor {
  id: string;
  /** Actor type, `namespace.Name`. */
  type: string;
  args: Record<string, Json>;
  /** What the port references in the arguments mean; none when there are none. */
  references?: PortReference[];
  span: Span;
}

/** `&actor.port` in an argument; the value there is the text `actor.port`. */
export interface PortReference extends Endpoint {
  /** Where in the arguments: the argument's name, then keys and indices. */
  at: (string | number)[];
}

/** One use of a component. */
export interface GraphComponent {
  /** The full name, with which those of all that is inside begin. */
  id: string;
  type: string;
  args: Record<string, Json>;
  /** Ids of the actors directly inside. */
  actors: string[];
  components: GraphComponent[];
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
  /** The tag of the target, `@tag actor.port`. */
  tag?: string | number;
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
   * for runtimes (`runtimeGraph`) `order`: a list of the ports it is connected to, each `actor.port`; `mapping`: such ports by key.
   */
  properties: Record<string, Json>;
}

/** What a script means: the one shape that placement, deployment and tools consume. */
export interface Graph {
  /** The script's name, the first part of every id. */
  name: string;
  /** The file of the script, as in its spans. */
  file?: string;
  /** The component that is the service, if the script has one. */
  component?: string;
  doc?: string;
  actors: GraphActor[];
  connections: GraphConnection[];
  /** Outports whose tokens are dropped without an actor that does it; see `runtimeGraph`. */
  voids: Endpoint[];
  inports: KappaPort[];
  outports: KappaPort[];
  /** Of the actors' ports; none for one without. */
  portProperties?: PortProperties[];
  /** The uses of components, by nesting. */
  components?: GraphComponent[];
  /** Where each actor may go, by actor id; no entry, anywhere. */
  requirements: Record<string, RuleExpression>;
}
