import { typeName } from "../../compiler/script/port-types.js";
import { rangeOf } from "../../compiler/script/tree.js";
import { docstringText } from "../../compiler/script/values.js";
import type { ActorDescription } from "../library.js";
import type { Scope } from "../script/scopes.js";

/** An actor as markdown: its signature, what it does, and what its ports and arguments are for. */
export function actorMarkdown(type: string, { signature, doc }: ActorDescription): string {
  const ports = (list: { name: string; type: number }[]) =>
    list.map((port) => `${port.name}: ${typeName(port.type)}`).join(", ");
  const args = signature.args.map((arg) => `${arg.name}${arg.required ? "" : "?"}: ${typeName(arg.type)}`).join(", ");
  const head = `${type}(${args}) ${ports(signature.inports)} -> ${ports(signature.outports)}`;
  const texts = [
    ...signature.args.map(({ name }) => listItem(name, doc?.args[name])),
    ...[...signature.inports, ...signature.outports].map(({ name }) => listItem(name, doc?.ports[name])),
  ];
  return join(code(head.replace(/ +/g, " ").trim()), doc?.doc, [...new Set(texts)].join(""));
}

/** A component as markdown: its head and its docstring. */
export function componentMarkdown({ component: node }: Scope, text: string): string {
  if (node === undefined) return "";
  const range = rangeOf(node);
  const head = text.slice(range.offset, node.body?.$cstNode?.offset ?? range.end).replace(/\{\s*$/, "");
  return join(
    code(head.replace(/\s+/g, " ").trim()),
    node.body?.doc === undefined ? undefined : docstringText(node.body.doc),
  );
}

/** A port of an actor as markdown; undefined when there is no such port. */
export function portMarkdown(type: string, name: string, side: "in" | "out", description: ActorDescription) {
  const { signature, doc } = description;
  const port = (side === "in" ? signature.inports : signature.outports).find((candidate) => candidate.name === name);
  return port && join(code(`${side}port ${type}.${name}: ${typeName(port.type)}`), doc?.ports[name]);
}

/** An argument of an actor as markdown; undefined when there is no such argument. */
export function argumentMarkdown(type: string, name: string, { signature, doc }: ActorDescription) {
  const argument = signature.args.find((candidate) => candidate.name === name);
  if (argument === undefined) return undefined;
  const head = `argument ${name}: ${typeName(argument.type)}${argument.required ? "" : "  # optional"}`;
  return join(code(head), `Of ${type}.`, doc?.args[name]);
}

/** Text as a block of CalvinScript. */
export function code(text: string): string {
  return `\`\`\`calvin\n${text}\n\`\`\``;
}

/** Parts of a text as paragraphs, those that there are. */
export function join(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}

function listItem(name: string, text: string | undefined): string {
  return text === undefined || text === "" ? "" : `- \`${name}\`: ${text.replace(/\n+/g, " ")}\n`;
}
