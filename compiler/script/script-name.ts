import { basename } from "node:path";

/**
 * The name of a script in a file, the first part of its actors' ids: the file's, without its ending; dots, which stand before
 * ports, become underscores.
 */
export function scriptName(file: string): string {
  return basename(file)
    .replace(/\.[^.]*$/, "")
    .replaceAll(".", "_");
}
