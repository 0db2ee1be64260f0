/** A range of the original text. */
export interface Range {
  start: number;
  end: number;
}

interface Piece {
  /** Offset in the new text. */
  at: number;
  /** What it comes from. A copy maps character by character, anything else as a whole. */
  origin: Range;
  copied: boolean;
}

/** A replacement of a range of the original text. */
export interface Edit extends Range {
  text: string;
}

/** A text made of pieces of another one and of new ones, that knows where each came from. */
export class MappedText {
  private readonly parts: string[] = [];
  private readonly pieces: Piece[] = [];
  private length = 0;

  constructor(private readonly original: string) {}

  /** Copies a range of the original with edits applied; they lie in it, in order, without overlap. */
  copy(range: Range, edits: readonly Edit[] = []): this {
    let at = range.start;
    for (const edit of edits) {
      this.add(this.original.slice(at, edit.start), { start: at, end: edit.start }, true);
      this.add(edit.text, edit, false);
      at = edit.end;
    }
    return this.add(this.original.slice(at, range.end), { start: at, end: range.end }, true);
  }

  /** Adds new text on account of a range of the original. */
  write(text: string, origin: Range): this {
    return this.add(text, origin, false);
  }

  toString(): string {
    return this.parts.join("");
  }

  /** The range of the original that a range of the new text comes from. */
  locate(start: number, end: number): Range {
    const first = this.pieceAt(start);
    const last = this.pieceAt(Math.max(start, end - 1));
    if (!first || !last) return { start: 0, end: 0 };
    const from = first.copied ? first.origin.start + (start - first.at) : first.origin.start;
    const to = last.copied ? last.origin.start + (end - last.at) : last.origin.end;
    return { start: from, end: Math.max(from, to) };
  }

  private pieceAt(offset: number): Piece | undefined {
    return this.pieces.findLast((piece) => piece.at <= offset);
  }

  private add(text: string, origin: Range, copied: boolean): this {
    if (text === "") return this;
    this.pieces.push({ at: this.length, origin: { start: origin.start, end: origin.end }, copied });
    this.parts.push(text);
    this.length += text.length;
    return this;
  }
}
