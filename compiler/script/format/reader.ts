import type { Token } from "../language.js";
import type { Range } from "../source.js";
import type { Layout } from "./layout.js";
import { BLANK, HARD_LINE, indent, mustBreak } from "./layout.js";

interface Comment extends Range {
  layout: Layout;
  /** Line comments end with the line. */
  toLineEnd: boolean;
}

/** Comments between two tokens, by where they stand. */
interface Gap {
  /** On the line of the token before, and the next token on another. */
  trailing: Comment[];
  /** On lines of their own. */
  own: Comment[];
  /** On the line of the next token. */
  leading: Comment[];
}

/** What stands around a line break. */
export interface Around {
  before: Layout[];
  after: Layout[];
}

/**
 * Reads a script's tokens one after the other, and gives the comments that stand between them exactly once: where the
 * layout has a place for them if it asks before it takes the next token, else right there.
 */
export class Reader {
  private next = 0;
  private nextComment = 0;
  private readonly comments: Comment[];

  constructor(
    private readonly text: string,
    private readonly tokens: readonly Token[],
    hidden: readonly Token[],
  ) {
    this.comments = hidden.map((token) => ({
      offset: token.startOffset,
      end: token.startOffset + token.image.length,
      layout: commentLayout(token.image),
      toLineEnd: token.tokenType.name === "LINE_COMMENT",
    }));
  }

  /** The image of the token that comes next; empty at the end. */
  get image(): string {
    return this.tokens[this.next]?.image ?? "";
  }

  /** Where the next token begins; the length of the text at the end. */
  get offset(): number {
    return this.tokens[this.next]?.startOffset ?? this.text.length;
  }

  /** Takes the next token, which has to be `image` if that is given, after the comments before it. */
  take(image?: string): Layout {
    const comments = this.inline();
    const text = this.image;
    if (text === "" || (image !== undefined && text !== image)) {
      throw new Error(`the formatter expects '${image}' at offset ${this.offset}, where '${text}' stands`);
    }
    this.next++;
    return comments.length === 0 ? text : [...comments, text];
  }

  /** Takes the tokens before an offset, without blanks between them. */
  takeTo(end: number): Layout {
    const parts: Layout[] = [];
    while (this.offset < end) parts.push(this.take());
    return parts;
  }

  /** Takes the tokens before an offset, with a blank where there is white space. */
  takeSpaced(end: number): Layout {
    const parts: Layout[] = [];
    while (this.offset < end) {
      if (parts.length > 0 && /\s/.test(this.text[this.offset - 1] ?? "")) parts.push(BLANK);
      parts.push(this.take());
    }
    return parts;
  }

  /** Drops a comma if it comes next. Gives the comments before it that can stay before one; the others come after. */
  skipComma(): { comma: boolean; before: Layout[] } {
    if (this.image !== ",") return { comma: false, before: [] };
    const before: Comment[] = [];
    let end = this.tokenEnd();
    for (const comment of this.between()) {
      if (comment.toLineEnd || this.breaksLine(end, comment.end)) break;
      before.push(comment);
      end = comment.end;
    }
    this.nextComment += before.length;
    this.next++;
    return { comma: true, before: before.map(afterCode) };
  }

  /** The comments before the next token, to be put around a line break before it. */
  around(): Around {
    const { trailing, own, leading } = this.gather();
    return {
      before: trailing.map(afterCode),
      after: [
        ...own.map(({ layout }): Layout => [layout, HARD_LINE]),
        ...leading.map(({ layout }): Layout => [layout, " "]),
      ],
    };
  }

  /** The comments before a closing bracket: on the line of what is before it, and on lines of their own. */
  beforeClosing(): { sameLine: Layout[]; own: Layout[]; breaks: boolean } {
    const { trailing, own, leading } = this.gather();
    const apart = own.length + trailing.length > 0 || leading.some(({ layout }) => mustBreak(layout));
    return {
      sameLine: [...trailing, ...(apart ? [] : leading)].map(afterCode),
      own: [...own, ...(apart ? leading : [])].map(({ layout }): Layout => [HARD_LINE, layout]),
      breaks: trailing.length > 0,
    };
  }

  /** Between statements: the comments on the line of the one before. */
  trailing(): Layout[] {
    const { trailing } = this.classify();
    this.nextComment += trailing.length;
    return trailing.map(afterCode);
  }

  /** Between statements: the comments on lines of their own, each with whether an empty line comes before it. */
  ownLines(): { layout: Layout; spaced: boolean }[] {
    const { own } = this.classify();
    return own.map(({ layout, offset }) => {
      const spaced = this.isSpaced(offset);
      this.nextComment++;
      return { layout, spaced };
    });
  }

  /** Whether an empty line comes before the next token, or before the comments on its line. */
  get spaced(): boolean {
    return this.isSpaced(Math.min(this.offset, this.comments[this.nextComment]?.offset ?? this.offset));
  }

  private isSpaced(offset: number): boolean {
    const end = Math.max(this.tokenEnd(), this.comments[this.nextComment - 1]?.end ?? 0);
    return /\n[^\S\n]*\n\s*$/.test(this.text.slice(end, offset));
  }

  private tokenEnd(): number {
    const token = this.tokens[this.next - 1];
    return token === undefined ? 0 : token.startOffset + token.image.length;
  }

  /** The comments before the next token, where the layout has no line break. */
  private inline(): Layout[] {
    const { trailing, own, leading } = this.gather();
    return [...trailing, ...own, ...leading].map((comment) => [
      BLANK,
      comment.layout,
      comment.toLineEnd ? indent(HARD_LINE) : BLANK,
    ]);
  }

  private gather(): Gap {
    const gap = this.classify();
    this.nextComment += gap.trailing.length + gap.own.length + gap.leading.length;
    return gap;
  }

  private classify(): Gap {
    const gap: Gap = { trailing: [], own: [], leading: [] };
    const between = this.between();
    const firstLeading = this.firstLeading(between);
    let end = this.tokenEnd();
    let sameLine = end > 0;
    for (const [index, comment] of between.entries()) {
      sameLine &&= !this.breaksLine(end, comment.offset);
      if (index >= firstLeading) gap.leading.push(comment);
      else (sameLine ? gap.trailing : gap.own).push(comment);
      sameLine &&= !this.breaksLine(comment.offset, comment.end);
      end = comment.end;
    }
    return gap;
  }

  private between(): Comment[] {
    const between: Comment[] = [];
    const { offset } = this;
    for (let index = this.nextComment; (this.comments[index]?.offset ?? offset) < offset; index++) {
      between.push(this.comments[index]!);
    }
    return between;
  }

  /** Index of the first of the comments that are on the line of the next token. */
  private firstLeading(between: Comment[]): number {
    if (this.next === this.tokens.length) return between.length;
    let index = between.length;
    for (let start = this.offset; index > 0; index--) {
      const comment = between[index - 1]!;
      if (comment.toLineEnd || this.breaksLine(comment.end, start)) break;
      start = comment.offset;
    }
    return index;
  }

  private breaksLine(from: number, to: number): boolean {
    return /[\n\r]/.test(this.text.slice(from, to));
  }
}

function afterCode({ layout, toLineEnd }: Comment): Layout {
  return [toLineEnd ? "  " : " ", layout];
}

/** A comment without blanks at line ends; lines that all begin with a star stand under each other. */
function commentLayout(image: string): Layout {
  const [first = "", ...rest] = image.split(/\r?\n/).map((line) => line.trimEnd());
  if (rest.length > 0 && rest.every((line) => /^\s*\*/.test(line))) {
    return [first, ...rest.flatMap((line): Layout[] => [HARD_LINE, ` ${line.trimStart()}`])];
  }
  return [first, ...rest].join("\n");
}
