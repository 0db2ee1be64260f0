import type { AstNode } from "langium";
import type { DocumentSymbol } from "vscode-languageserver";
import { SymbolKind } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { toRange } from "../positions.js";
import type { ScriptIndex } from "../script/script-index.js";
import type { Definition, DefinitionKind } from "../script/symbols.js";

const KINDS: Record<DefinitionKind, SymbolKind> = {
  constant: SymbolKind.Constant,
  component: SymbolKind.Class,
  rule: SymbolKind.Boolean,
  group: SymbolKind.Array,
  actor: SymbolKind.Object,
  argument: SymbolKind.Property,
  inport: SymbolKind.Interface,
  outport: SymbolKind.Interface,
};

/** The script's outline: what it defines, and inside components their arguments, ports and actors. */
export function outline(index: ScriptIndex, document: TextDocument): DocumentSymbol[] {
  const inside = new Map<AstNode, Definition[]>();
  const top: Definition[] = [];
  for (const definition of index.scopes.definitions) {
    const { component } = definition;
    if (component === undefined) top.push(definition);
    else inside.set(component, [...(inside.get(component) ?? []), definition]);
  }
  const inOrder = (a: Definition, b: Definition) => a.range.offset - b.range.offset;
  const symbol = (definition: Definition): DocumentSymbol => ({
    name: definition.name,
    detail: definition.type ?? definition.kind,
    kind: KINDS[definition.kind],
    range: toRange(document, extentOf(definition, index)),
    selectionRange: toRange(document, definition.range),
    ...(definition.kind === "component"
      ? { children: (inside.get(definition.node) ?? []).sort(inOrder).map(symbol) }
      : {}),
  });
  return top.sort(inOrder).map(symbol);
}

/** The whole of what is defined; a component that is half typed reaches as far as its body does. */
function extentOf({ kind, range, extent, node }: Definition, index: ScriptIndex) {
  const region = kind === "component" ? index.scopes.all.find(({ component }) => component === node)?.range : undefined;
  const { offset, end } = region ?? extent;
  return { offset: Math.min(offset, range.offset), end: Math.max(end, range.end) };
}
