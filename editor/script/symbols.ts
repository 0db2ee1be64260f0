import type { AstNode } from "langium";
import type { Component } from "../../compiler/script/generated/ast.js";
import type { Range } from "../../compiler/script/source.js";

export type DefinitionKind = "constant" | "component" | "rule" | "group" | "actor" | "argument" | "inport" | "outport";

/** Something that a script names. */
export interface Definition {
  kind: DefinitionKind;
  name: string;
  /** Of the name. */
  range: Range;
  /** Of the whole statement, or of the name alone. */
  extent: Range;
  node: AstNode;
  /** The component that it belongs to; undefined at the top level. */
  component?: Component;
  /** Of an actor: its type, as far as it is written. */
  type?: string;
}

/** Something that a script uses and that is not defined in it. */
export interface External {
  kind: "actorType" | "port" | "actorArgument" | "predicate" | "predicateArgument" | "property";
  /** Actor type or predicate. */
  of: string;
  /** Of a port, argument or property. */
  name: string;
  /** Of a port, where that is known. */
  direction?: Direction;
}

export type Direction = "in" | "out";

/** A name in the text. */
export interface Occurrence {
  range: Range;
  /** What it means; undefined when there is nothing of that name. */
  target: Definition | External | undefined;
  /** Whether this is the definition itself. */
  defines: boolean;
}

/** Whether a target is defined in the script. */
export function isDefinition(target: Definition | External): target is Definition {
  return "extent" in target;
}

/** Whether two targets are the same thing; what is defined is only itself. */
export function isSame(a: Definition | External, b: Definition | External): boolean {
  if (isDefinition(a) || isDefinition(b)) return a === b;
  if (a.kind !== b.kind || a.of !== b.of || a.name !== b.name) return false;
  return a.direction === b.direction || a.direction === undefined || b.direction === undefined;
}
