import type { Script } from "../generated/ast.js";
import { calvinServices } from "../language.js";
import { Report } from "../report.js";
import { Source } from "../source.js";
import { parseScript } from "../syntax.js";
import { docstringText } from "../values.js";
import { render } from "./layout.js";
import { Printer } from "./printer.js";
import { Reader } from "./reader.js";

/** Lines are at most so long, where they can be broken. */
const LINE_WIDTH = 120;

export interface FormatOptions {
  /** File name for diagnostics. */
  file?: string;
}

/**
 * A script in the one layout that all have: one statement a line, indented by two blanks, lists that do not fit in 120
 * characters one item a line. A list whose last item is followed by a comma stays like that. Empty lines separate what the
 * author separated, and components. Comments are kept, and so are line ends: all CR LF if the first is, else LF.
 *
 * Formatting what has been formatted changes nothing, and the script means the same as before.
 *
 * @throws {CompileError} when the text can't be read as a script
 */
export function formatScript(text: string, options: FormatOptions = {}): string {
  const report = new Report(new Source(options.file ?? "script.calvin", text));
  const script = parseScript(report);
  report.throwIfErrors();
  const { tokens, hidden } = calvinServices().lexer.tokenize(text);
  const result = render(new Printer(new Reader(text, tokens, hidden)).script(script as Script), LINE_WIDTH);
  checkSame(text, result);
  return /^[^\n]*\r\n/.test(text) ? result.replace(/\n/g, "\r\n") : result;
}

/** A formatter that loses anything is worse than none. */
function checkSame(before: string, after: string): void {
  const [was, is] = [essence(before), essence(after)];
  const at = was.findIndex((image, index) => image !== is[index]);
  if (at >= 0 || was.length !== is.length) {
    throw new Error(`the formatter would make '${is[at < 0 ? was.length : at]}' of '${was[at]}'`);
  }
}

/** Tokens without the commas, most of which are optional, then the comments without white space. */
function essence(text: string): string[] {
  const { tokens, hidden } = calvinServices().lexer.tokenize(text);
  return [
    ...tokens
      .filter(({ image }) => image !== ",")
      .map(({ image, tokenType }) => {
        return tokenType.name === "DOCSTRING" ? docstringText(image) : image;
      }),
    ...hidden.map(({ image }) => image.replace(/\s+/g, "")),
  ];
}
