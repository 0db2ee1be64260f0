import ts from "typescript";
import type { ActorModel } from "./model.js";
import type { ActorDoc } from "./types.js";

/**
 * The doc comments of an actor: of the class, of its actions, and of ports and arguments as the `@param` tags of actions and
 * of the constructor say. A port that several actions document keeps the first text.
 */
export function documentation(model: ActorModel): ActorDoc {
  const doc: ActorDoc = { doc: commentOf(model.node), actions: [], ports: {}, args: {} };
  for (const { name, method } of model.actions) {
    doc.actions.push({ name, doc: commentOf(method) });
    for (const parameter of method.parameters) addParameter(doc.ports, parameter);
  }
  for (const { node } of model.args) addParameter(doc.args, node);
  return doc;
}

/**
 * The name that a port, an argument or a field has outside of the source: without an underscore at the end. So a port may be
 * called `in`, which TypeScript reserves, and an in- and an outport of one action alike.
 */
export function outerName(name: string): string {
  return name.replace(/_$/, "");
}

function addParameter(texts: Record<string, string>, parameter: ts.ParameterDeclaration): void {
  const [tag] = ts.getJSDocParameterTags(parameter);
  const text = tag && ts.getTextOfJSDocComment(tag.comment);
  const name = outerName(parameter.name.getText());
  if (text && texts[name] === undefined) texts[name] = tidy(text.replace(/^-\s*/, ""));
}

function commentOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return tidy(ts.getTextOfJSDocComment(comments.at(-1)?.comment) ?? "");
}

/** One blank between words, paragraphs kept apart. */
function tidy(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, " ").trim())
    .join("\n\n");
}
