import type ts from "typescript";
import type { TokenValue } from "./token.js";

/** A port with its type code; `node` is its first declaration. */
export interface PortModel {
  name: string;
  type: number;
  node: ts.ParameterDeclaration;
  typeNode: ts.TypeNode;
}

/** A parameter of an action: port number `index`. */
export interface PortUse {
  direction: "in" | "out";
  name: string;
  index: number;
}

/** What enables an action besides its ports. */
export interface Conditions {
  /** A bool field, or a method that returns bool. */
  when?: { kind: "field" | "method"; name: string };
  /** Name of the field with the period, or the period in ms. */
  every?: string | number;
}

export interface ActionModel extends Conditions {
  name: string;
  method: ts.MethodDeclaration;
  ports: PortUse[];
  /** Whether it takes exceptional tokens: marked with `@exception`. */
  handler: boolean;
}

/** A field; one that is declared by a constructor parameter has that as `node`. */
export interface FieldModel {
  name: string;
  type: number;
  node: ts.PropertyDeclaration | ts.ParameterDeclaration;
}

/** A constructor parameter. `direct` ones are written to their field by the runtime, the others go through `construct`. */
export interface ArgumentModel {
  name: string;
  type: number;
  node: ts.ParameterDeclaration;
  isField: boolean;
  direct: boolean;
  default?: TokenValue;
}

/** An actor class, checked. */
export interface ActorModel {
  name: string;
  source: ts.SourceFile;
  node: ts.ClassDeclaration;
  inports: PortModel[];
  outports: PortModel[];
  actions: ActionModel[];
  fields: FieldModel[];
  args: ArgumentModel[];
  construct?: ts.ConstructorDeclaration;
  /** Methods that are no actions, `start` and `stop` included. */
  methods: Map<string, ts.MethodDeclaration>;
  /** Bytes of the heap as `@memory` says. */
  heap?: number;
}
