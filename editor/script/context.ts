import type { Token } from "../../compiler/script/language.js";
import { calvinServices } from "../../compiler/script/language.js";
import type { Range } from "../../compiler/script/source.js";
import type { Direction } from "./symbols.js";

/** What may stand at a place of a text that is being written. */
export type Context =
  | { kind: "statement" }
  | { kind: "type"; namespace?: string }
  | { kind: "target" }
  | { kind: "actor" }
  | { kind: "port"; actor: string; direction?: Direction }
  | { kind: "innerPort"; direction?: Direction }
  | { kind: "argument"; type: string; given: string[] }
  | { kind: "predicateArgument"; predicate: string; given: string[] }
  | { kind: "property"; given: string[] }
  | { kind: "argumentValue"; type: string; argument: string }
  | { kind: "propertyValue"; property: string; quoted: boolean }
  | { kind: "value" }
  | { kind: "expression" }
  | { kind: "path"; after?: string[] }
  | { kind: "direction" };

export interface Place {
  context: Context;
  /** The word that is being written, up to the cursor. */
  word: Range;
}

/** What may be written at an offset, told from the tokens before it; undefined where nothing can be proposed. */
export function placeAt(text: string, offset: number): Place | undefined {
  const { tokens, hidden } = calvinServices().lexer.tokenize(text);
  if (hidden.some((token) => isInside(token, offset, token.tokenType.name === "LINE_COMMENT"))) return undefined;
  const inside = tokens.find((token) => isInside(token, offset, isOpen(token)));
  const isString = inside?.tokenType.name === "STRING";
  if (inside?.tokenType.name === "DOCSTRING") return undefined;
  const start = isString ? inside.startOffset + 1 : wordStart(text, offset);
  const before = tokens.filter((token) => token.startOffset < (isString ? inside.startOffset : start));
  const context = new Tail(split(before, start), /\s/.test(text[start - 1] ?? "")).context(isString);
  return context && { context, word: { offset: start, end: offset } };
}

function isInside({ startOffset, image }: Token, offset: number, toEnd: boolean): boolean {
  return startOffset < offset && (toEnd ? offset <= startOffset + image.length : offset < startOffset + image.length);
}

function isOpen({ image, tokenType }: Token): boolean {
  return tokenType.name === "STRING" && !/^!?"(\\.|[^"\\])*"$/.test(image);
}

function wordStart(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && /[A-Za-z0-9_]/.test(text[start - 1] ?? "")) start--;
  return start;
}

/** Tokens of several words, such as `&actor.port` and `:actor`, as single ones, up to where the cursor's word begins. */
function split(tokens: Token[], end: number): Word[] {
  const words: Word[] = [];
  for (const token of tokens) {
    const { image, startOffset } = token;
    const isWhole = !["PORT_REFERENCE", "PATH_SEGMENT"].includes(token.tokenType.name);
    for (const match of isWhole ? [[image]] : image.matchAll(/[A-Za-z0-9_]+|\S/g)) {
      const offset = startOffset + ((match as RegExpMatchArray).index ?? 0);
      if (offset >= end) break;
      words.push({ image: match[0] ?? "", offset, line: token.startLine ?? 0, endLine: token.endLine ?? 0 });
    }
  }
  return words;
}

interface Word {
  image: string;
  offset: number;
  line: number;
  endLine: number;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const TOP_LEVEL = new Set(["define", "component", "rule", "group", "apply"]);

/** The tokens before the cursor, read backwards. */
class Tail {
  /** @param spaced whether white space comes between the last token and the cursor's word */
  constructor(
    private readonly words: Word[],
    private readonly spaced: boolean,
  ) {}

  context(inString: boolean): Context | undefined {
    const reference = inString ? undefined : this.reference();
    if (reference !== undefined) return reference;
    const { start, open } = this.enclosing();
    if (open === undefined) return inString ? undefined : this.inStatement(start);
    const bracket = this.words[open]?.image;
    if (bracket === "(") return this.inParentheses(open, start, inString);
    if (bracket === "[" && this.isDirection(open))
      return open === this.words.length - 1 ? { kind: "direction" } : undefined;
    return undefined;
  }

  /** `&actor.port`, which stands where a value does. */
  private reference(): Context | undefined {
    const last = this.words.length - 1;
    if (this.image(last) === "&" && ["=", "[", ",", ":"].includes(this.image(last - 1))) return { kind: "actor" };
    const isPort = this.image(last) === "." && this.image(last - 2) === "&";
    return isPort ? { kind: "port", actor: this.image(last - 1) } : undefined;
  }

  /** Where the statement begins, and the bracket in it that is open; not that of a component's body. */
  private enclosing(): { start: number; open?: number } {
    let depth = 0;
    let open: number | undefined;
    for (let index = this.words.length - 1; index >= 0; index--) {
      const { image } = this.words[index]!;
      if (image === ")" || image === "]" || image === "}") {
        // The end of a component before.
        if (image === "}" && depth === 0 && this.closesBody(index)) return this.found(index + 1, open);
        depth++;
      } else if (image === "{" && depth === 0 && this.opensBody(index)) return this.found(index + 1, open);
      else if (image === "(" || image === "[" || image === "{") {
        if (depth === 0) open ??= index;
        else depth--;
      }
      if (depth === 0 && this.startsStatement(index)) return this.found(index, open);
    }
    return this.found(0, open);
  }

  private found(start: number, open: number | undefined): { start: number; open?: number } {
    return { start: this.lastStatement(start), ...(open === undefined ? {} : { open }) };
  }

  /** Statements may follow each other on a line: each `)` or port is followed by the next one's name and a colon or dot. */
  private lastStatement(start: number): number {
    let depth = 0;
    let last = start;
    for (let index = start; index < this.words.length; index++) {
      const image = this.image(index);
      if ("([{".includes(image) && image.length === 1) depth++;
      else if (")]}".includes(image) && image.length === 1) depth--;
      else if (depth === 0 && index > start && this.mayFollow(index)) last = index;
    }
    return last;
  }

  private mayFollow(index: number): boolean {
    const ends = [")", "]", "}"].includes(this.image(index - 1)) || NAME.test(this.image(index - 1));
    if (!ends || this.image(index - 2) === "rule" || TOP_LEVEL.has(this.image(index - 1))) return false;
    return (
      TOP_LEVEL.has(this.image(index)) || (NAME.test(this.image(index)) && [":", "."].includes(this.image(index + 1)))
    );
  }

  private startsStatement(index: number): boolean {
    const { image, line } = this.words[index]!;
    if (index > 0 && this.words[index - 1]!.endLine === line) return false;
    if (TOP_LEVEL.has(image) && NAME.test(this.image(index + 1))) return true;
    if (this.continues(index - 1)) return false;
    const next = this.image(index + 1);
    if (NAME.test(image)) return next === ":" || next === "." || next === ">";
    return image === "." || (image === ":" && NAME.test(next)) || next === ">";
  }

  /** Whether a statement goes on after a token. */
  private continues(index: number): boolean {
    return [">", ",", "=", ":", "&", "|", "~", "/", "@", "(", "["].includes(this.image(index));
  }

  private inStatement(start: number): Context | undefined {
    const words = this.words.slice(start).map(({ image }) => image);
    const [first = "", second = "", third = ""] = words;
    const last = words.at(-1) ?? "";
    const beforeLast = words.at(-2) ?? "";
    if (words.length === 0) return { kind: "statement" };
    if (first === "rule" || first === "apply" || first === "group") return this.inDeployment(words);
    if (first === "define") return third === "=" && words.length === 3 ? { kind: "value" } : this.afterEnd(last);
    if (first === "component") return last === "}" ? { kind: "statement" } : undefined;
    const arrow = words.lastIndexOf(">");
    if (last === "." && NAME.test(beforeLast)) {
      if (second === ":" && arrow < 0) return { kind: "type", namespace: words.slice(2, -1).join("") };
      return { kind: "port", actor: beforeLast, direction: arrow < 0 ? "out" : "in" };
    }
    if (last === ".") return { kind: "innerPort", direction: arrow < 0 ? "in" : "out" };
    if (second === ":" && words.length === 2) return { kind: "type" };
    if (last === ">" || (last === "," && arrow >= 0)) return { kind: "target" };
    if (last === "/" && arrow >= 0) {
      const slashes = words.slice(arrow).filter((word) => word === "/").length;
      return slashes % 2 === 1 ? { kind: "value" } : { kind: "target" };
    }
    if (first === ":" && words.length === 2) return { kind: "value" };
    return this.afterEnd(last);
  }

  /** On a new line after what may be the end of a statement, the next one begins. */
  private afterEnd(last: string): Context | undefined {
    return /[\w)\]}"]$/.test(last) ? { kind: "statement" } : undefined;
  }

  private inDeployment(words: string[]): Context | undefined {
    const [keyword] = words;
    const last = words.at(-1) ?? "";
    const colon = this.expressionColon(words);
    if (keyword === "rule" || colon >= 0) {
      if (keyword === "group") return this.inPath(words.slice(colon + 1));
      if ([":", "&", "|", "~", "("].includes(last)) return { kind: "expression" };
      return this.afterEnd(last);
    }
    return keyword === "apply" ? this.inPath(words.slice(1)) : undefined;
  }

  /** Index of the colon after which a rule's expression or a group's members begin. */
  private expressionColon(words: string[]): number {
    if (words[0] !== "apply") return words[2] === ":" ? 2 : -1;
    // `component:actor` has colons too; after the targets the colon is followed by white space.
    return words.findIndex((word, index) => {
      const token = this.words[this.words.length - words.length + index];
      const next = this.words[this.words.length - words.length + index + 1];
      if (word !== ":" || token === undefined) return false;
      return next === undefined ? this.spaced : next.offset > token.offset + 1;
    });
  }

  private inPath(words: string[]): Context | undefined {
    const last = words.at(-1);
    if (last === undefined || last === ",") return { kind: "path" };
    if (last !== ":") return this.afterEnd(last);
    const segments: string[] = [];
    for (let index = words.length - 1; index > 0 && words[index] === ":"; index -= 2)
      segments.unshift(words[index - 1] ?? "");
    return { kind: "path", after: segments };
  }

  private inParentheses(open: number, start: number, inString: boolean): Context | undefined {
    const last = this.image(this.words.length - 1);
    const isRule = ["rule", "apply"].includes(this.image(start));
    const head = this.head(open, start, isRule);
    if (head === undefined)
      return isRule && !inString ? this.inDeployment(this.words.slice(start).map((w) => w.image)) : undefined;
    if (last === "=") {
      const argument = unquoted(this.image(this.words.length - 2));
      if (head.kind === "property") return { kind: "propertyValue", property: argument, quoted: inString };
      if (inString) return undefined;
      return head.kind === "argument" ? { kind: "argumentValue", type: head.type, argument } : { kind: "value" };
    }
    if (inString || head.kind === "value" || ["[", "{", ":"].includes(last)) return undefined;
    const given = this.words.slice(open + 1).flatMap(({ image }, index) => {
      return this.image(open + 2 + index) === "=" ? [unquoted(image)] : [];
    });
    return { ...head, given } as Context;
  }

  /** What takes the arguments in a parenthesis; undefined for a parenthesis of a rule. */
  private head(open: number, start: number, isRule: boolean) {
    const before = this.image(open - 1);
    if (isRule) return NAME.test(before) ? ({ kind: "predicateArgument", predicate: before } as const) : undefined;
    if (this.image(start) === "component") return { kind: "value" } as const;
    if (before === "]") return { kind: "property" } as const;
    let first = open - 1;
    while (this.image(first - 1) === "." && NAME.test(this.image(first - 2))) first -= 2;
    if (this.image(first - 1) === ":" && NAME.test(this.image(first - 2))) {
      const type = this.words.slice(first, open).map(({ image }) => image);
      return { kind: "argument", type: type.join("") } as const;
    }
    return this.image(open - 2) === "." ? ({ kind: "property" } as const) : undefined;
  }

  private isDirection(open: number): boolean {
    return NAME.test(this.image(open - 1)) && this.image(open - 2) === ".";
  }

  private opensBody(index: number): boolean {
    for (let before = index - 1; before >= 0; before--) {
      const image = this.image(before);
      if (image === "->") return true;
      if (!NAME.test(image) && image !== ",") return false;
    }
    return false;
  }

  /** Whether a brace closes a component: it is first on its line or follows the end of a statement outside of brackets. */
  private closesBody(index: number): boolean {
    let depth = 0;
    for (let before = index; before >= 0; before--) {
      const image = this.image(before);
      if (image === "}") depth++;
      if (image === "{" && --depth === 0) return this.opensBody(before);
    }
    return false;
  }

  private image(index: number): string {
    return this.words[index]?.image ?? "";
  }
}

function unquoted(image: string): string {
  return image.replace(/^!?"|"$/g, "");
}
