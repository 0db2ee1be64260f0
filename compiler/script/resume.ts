import type { Token } from "./language.js";

/** Where to read on after a syntax error, and whether that is inside a component. */
export interface Continuation {
  index: number;
  inComponent: boolean;
}

const TOP_LEVEL = new Set(["define", "component", "rule", "apply"]);

/**
 * The next place after a syntax error where a statement plainly begins: first on its line and shaped like one.
 *
 * @param at index of the offending token
 * @param rules the grammar's rules that were being read, outermost first
 * @param resumed where reading was resumed last, -1 for never; the result lies beyond it
 */
export function continuation(tokens: Token[], at: number, rules: string[], resumed: number): Continuation | undefined {
  let inComponent = isInBody(tokens, at, rules);
  for (let index = at; index < tokens.length; index++) {
    const name = nameAt(tokens, index);
    if (name === "{" && !inComponent && opensBody(tokens, index)) {
      inComponent = true;
      if (index + 1 < tokens.length && nameAt(tokens, index + 1) !== "DOCSTRING")
        return { index: index + 1, inComponent };
      continue;
    }
    if (!startsLine(tokens, index)) continue;
    if (name === "}" && inComponent) {
      inComponent = false;
      if (index + 1 < tokens.length) return { index: index + 1, inComponent };
      return undefined;
    }
    if (index <= resumed) continue;
    if (TOP_LEVEL.has(name) && nameAt(tokens, index + 1) === "ID") return { index, inComponent: false };
    if (startsStatement(tokens, index)) return { index, inComponent };
  }
  return undefined;
}

function nameAt(tokens: Token[], index: number): string {
  return tokens[index]?.tokenType.name ?? "";
}

function startsLine(tokens: Token[], index: number): boolean {
  return index === 0 || tokens[index - 1]?.endLine !== tokens[index]?.startLine;
}

/** Whether the error lies between a component's braces and not in its head. */
function isInBody(tokens: Token[], at: number, rules: string[]): boolean {
  const body = rules.lastIndexOf("BodyStatement");
  if (body >= 0) return rules[body - 1] === "ComponentBody";
  if (rules.at(-1) === "ComponentBody") return true;
  if (!rules.includes("Component")) return false;
  for (let index = at - 1; index >= 0 && nameAt(tokens, index) !== "component"; index--) {
    if (opensBody(tokens, index)) return true;
  }
  return false;
}

/** Whether a brace opens a component's body: only there it follows names alone after an arrow, a bracket or the keyword. */
function opensBody(tokens: Token[], index: number): boolean {
  if (nameAt(tokens, index) !== "{") return false;
  for (let before = index - 1; before >= 0; before--) {
    const name = nameAt(tokens, before);
    if (name === "->" || name === ")" || name === "component") return true;
    if (name !== "ID" && name !== ",") return false;
  }
  return false;
}

/** Whether tokens are shaped like the beginning of a statement. */
export function startsStatement(tokens: Token[], index: number): boolean {
  const [first, second, third] = [0, 1, 2].map((step) => nameAt(tokens, index + step));
  switch (first) {
    case "ID":
      return second === ":" || second === "." || second === ">";
    case ".":
      return third === ">" || third === "[" || third === "(";
    case ":":
      return second === "ID";
    case "voidport":
    case "STRING":
    case "NUMBER":
    case "true":
    case "false":
    case "null":
      return second === ">";
    default:
      return false;
  }
}
