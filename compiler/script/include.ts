import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { FINDINGS, type Finding } from "./diagnostics.js";
import { calvinServices } from "./language.js";
import { type Part, type Range, Source } from "./source.js";

/** Finds what `include NAME` means; undefined when there is no such file. */
export type Includer = (name: string) => Promise<{ file: string; text: string } | undefined>;

/** More files than any script includes; files that include two others double with each level. */
export const MAX_INCLUDES = 1000;

/** Looks for NAME.calvin in directories, in their order. */
export function directoryIncluder(directories: string[]): Includer {
  return async (name) => {
    for (const directory of directories) {
      const file = join(directory, `${name}.calvin`);
      const text = await readFile(file, "utf8").catch(() => undefined);
      if (text !== undefined) return { file, text };
    }
    return undefined;
  };
}

/** A source with all that it includes in place, and what is wrong with its include statements. */
export interface Included {
  source: Source;
  problems: [Range, Finding][];
}

/** Puts the text of each file that a script includes, and that these include, in the place of the statement. */
export async function includeFiles(file: string, text: string, includer: Includer | undefined): Promise<Included> {
  if (!/\binclude[ \t]/.test(text)) return { source: new Source(file, text), problems: [] };
  const assembly = new Assembly(includer);
  await assembly.add(file, text, []);
  return { source: new Source(file, assembly.text, assembly.parts, assembly.files), problems: assembly.problems };
}

class Assembly {
  text = "";
  readonly parts: Part[] = [];
  readonly files: Record<string, string> = {};
  readonly problems: [Range, Finding][] = [];
  private count = 0;

  constructor(private readonly includer: Includer | undefined) {}

  /** @param around files that include this one, resolved */
  async add(file: string, text: string, around: string[]): Promise<void> {
    this.files[file] = text;
    const inside = [...around, resolve(file)];
    let from = 0;
    const copyTo = (end: number) => {
      this.parts.push({ start: this.text.length, file, from });
      this.text += text.slice(from, end);
      from = end;
    };
    for (const { offset, end, name } of directives(text)) {
      copyTo(offset);
      const found = await this.find(name, inside, end - offset);
      if (found === undefined) continue;
      from = end;
      // A line of its own, so that a comment at the end of the file ends there.
      await this.add(found.file, found.text, inside);
      this.text += "\n";
    }
    copyTo(text.length);
  }

  /** The file that a statement names; undefined after noting why there is none, when the statement stays. */
  private async find(
    name: string,
    inside: string[],
    length: number,
  ): Promise<{ file: string; text: string } | undefined> {
    const at = { offset: this.text.length, end: this.text.length + length };
    if (this.includer === undefined) this.problems.push([at, FINDINGS.includeInText(name)]);
    else if (++this.count > MAX_INCLUDES) {
      if (this.count === MAX_INCLUDES + 1) this.problems.push([at, FINDINGS.tooManyIncludes(MAX_INCLUDES)]);
    } else {
      const found = await this.includer(name);
      if (found === undefined) this.problems.push([at, FINDINGS.includeNotFound(name)]);
      else if (inside.includes(resolve(found.file))) this.problems.push([at, FINDINGS.includeCircle(name)]);
      else return found;
    }
    return undefined;
  }
}

/** The include statements of a text. */
function directives(text: string): (Range & { name: string })[] {
  return calvinServices()
    .lexer.tokenize(text)
    .tokens.filter(({ tokenType }) => tokenType.name === "INCLUDE")
    .map(({ startOffset, image }) => ({
      offset: startOffset,
      end: startOffset + image.length,
      name: image.replace(/^include[ \t]+/, ""),
    }));
}
