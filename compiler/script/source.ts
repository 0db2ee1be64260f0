import type { Position, Span } from "../diagnostic.js";

/** What has a place in a source text; Langium's syntax nodes and our own ranges both fit. */
export interface Range {
  offset: number;
  end: number;
}

/** One source text with its line starts, so that a position costs a binary search and not a scan of the text. */
export class Source {
  private readonly lineStarts: number[] = [0];

  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.lineStarts.push(at + 1);
  }

  /** Line and column (both from 1) of an offset. */
  position(offset: number): Position {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] ?? 0) + 1, offset };
  }

  span(range: Range): Span {
    return { file: this.file, start: this.position(range.offset), end: this.position(range.end) };
  }
}
