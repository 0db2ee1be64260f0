import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CompileError } from "../diagnostic.js";
import { FINDINGS } from "./diagnostics.js";
import { directoryIncluder } from "./include.js";
import { type Compilation, type CompileOptions, compileScript } from "./index.js";
import { scriptName } from "./script-name.js";

/** Options of {@link compileFile}: where included files are looked for after the script's own directory. */
export interface FileOptions extends Omit<CompileOptions, "name" | "file" | "include"> {
  name?: string;
  includePaths?: string[];
}

/**
 * Compiles a script in a file.
 *
 * @throws {CompileError} with everything that is wrong with the script; that the file can't be read is one such thing
 */
export async function compileFile(
  file: string,
  { includePaths = [], ...options }: FileOptions,
): Promise<Compilation & { text: string }> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    const start = { line: 1, column: 1, offset: 0 };
    const finding = FINDINGS.unreadable(file, error.code ?? error.message);
    throw new CompileError([{ ...finding, span: { file, start, end: start } }]);
  });
  const include = directoryIncluder([dirname(file), ...includePaths]);
  return { ...(await compileScript(text, { name: scriptName(file), ...options, file, include })), text };
}
