import type { AstNode } from "langium";
import type { Range } from "./source.js";

/** Where a node of the syntax tree stands. */
export function rangeOf(node: AstNode): Range {
  const { $cstNode } = node;
  return $cstNode === undefined ? { offset: 0, end: 0 } : { offset: $cstNode.offset, end: $cstNode.end };
}

/** From the start of one node to the end of another. */
export function rangeFrom(first: AstNode, last: AstNode): Range {
  return { offset: rangeOf(first).offset, end: rangeOf(last).end };
}
