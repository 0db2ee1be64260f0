import type { Position, Span } from "../diagnostic.js";

/** What has a place in a source text; Langium's syntax nodes and our own ranges both fit. */
export interface Range {
  offset: number;
  end: number;
}

/** A stretch of a source text that comes from one file. */
export interface Part {
  /** Where it begins in the whole text. */
  start: number;
  file: string;
  /** Where it begins in the file. */
  from: number;
}

/** One source text with its line starts, so that a position costs a binary search and not a scan of the text. */
class Lines {
  private readonly starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.starts.push(at + 1);
  }

  position(offset: number): Position {
    const line = lastNotAbove(this.starts, offset, (start) => start);
    return { line: line + 1, column: offset - (this.starts[line] ?? 0) + 1, offset };
  }
}

/** The text that is compiled: a file, or a text without one, with the files in it that it includes. */
export class Source {
  private readonly lines = new Map<string, Lines>();
  private readonly whole: Lines;

  /**
   * @param text the whole text, that of included files in place
   * @param parts in the order of the text; none when all is of one file
   * @param files text of each file by name, when there are parts
   */
  constructor(
    readonly file: string,
    readonly text: string,
    private readonly parts: Part[] = [{ start: 0, file, from: 0 }],
    readonly files: Record<string, string> = { [file]: text },
  ) {
    this.whole = new Lines(text);
    if (parts.length === 1) this.lines.set(file, this.whole);
  }

  /** Line and column (both from 1) of an offset of the whole text, in the file that it is from. */
  position(offset: number): Position {
    return this.locate(this.partAt(offset), offset);
  }

  /** Line of an offset, from 1, counted in the whole text. */
  lineOf(offset: number): number {
    return this.whole.position(offset).line;
  }

  span(range: Range): Span {
    const part = this.partAt(range.offset);
    const next = this.parts[this.parts.indexOf(part) + 1];
    // What ends in another file is shown to where its own is left.
    const end = next !== undefined && range.end > next.start ? Math.max(range.offset, next.start) : range.end;
    return { file: part.file, start: this.locate(part, range.offset), end: this.locate(part, end) };
  }

  private locate(part: Part, offset: number): Position {
    let lines = this.lines.get(part.file);
    if (lines === undefined) {
      lines = new Lines(this.files[part.file] ?? "");
      this.lines.set(part.file, lines);
    }
    return lines.position(offset - part.start + part.from);
  }

  private partAt(offset: number): Part {
    return this.parts[lastNotAbove(this.parts, offset, ({ start }) => start)] as Part;
  }
}

/** Index of the last of ascending items whose key is not above a limit; 0 when there is none. */
function lastNotAbove<T>(items: T[], limit: number, key: (item: T) => number): number {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (key(items[middle] as T) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
