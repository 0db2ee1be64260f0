import type { Range as LspRange } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Range } from "../compiler/script/source.js";

/** A range of offsets as lines and UTF-16 columns. */
export function toRange(document: TextDocument, { offset, end }: Range): LspRange {
  return { start: document.positionAt(offset), end: document.positionAt(end) };
}
