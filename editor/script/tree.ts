import type { BodyStatement, Component, Script } from "../../compiler/script/generated/ast.js";
import type { Range } from "../../compiler/script/source.js";
import { readPieces } from "../../compiler/script/syntax.js";
import { rangeOf } from "../../compiler/script/tree.js";

export type Statement = Script["statements"][number];

/** A component, and up to where its body reaches, also when the text around it is half typed. */
export interface ComponentRegion {
  node: Component;
  statements: BodyStatement[];
  range: Range;
}

/** The statements of a text as far as they can be read; parts of broken ones may be missing. */
export interface ScriptTree {
  statements: Statement[];
  components: ComponentRegion[];
}

/** Reads a text that may be broken anywhere. */
export function readTree(text: string): ScriptTree {
  const statements: Statement[] = [];
  const components: ComponentRegion[] = [];
  const closed = new Set<ComponentRegion>();
  for (const { tree, end } of readPieces(text)) {
    const before = (node: Statement) => node.$cstNode !== undefined && rangeOf(node).offset < end;
    if (tree.$type === "ComponentBody") {
      const region = components.at(-1);
      region?.statements.push(...tree.statements.filter(before));
      const close = rangeOf(tree).end;
      if (region === undefined || close > end || text[close - 1] !== "}") continue;
      region.range = { offset: region.range.offset, end: close };
      closed.add(region);
      continue;
    }
    for (const statement of tree.statements.filter(before)) {
      statements.push(statement);
      if (statement.$type !== "Component") continue;
      const body = statement.body?.statements ?? [];
      const region = { node: statement, statements: body.filter(before), range: rangeOf(statement) };
      components.push(region);
      if (region.range.end <= end && text[region.range.end - 1] === "}") closed.add(region);
    }
  }
  for (const region of components) {
    if (closed.has(region)) continue;
    // What is not closed reaches to the next statement outside.
    const next = statements[statements.indexOf(region.node) + 1];
    region.range = { offset: region.range.offset, end: next === undefined ? text.length : rangeOf(next).offset };
  }
  return { statements, components };
}
