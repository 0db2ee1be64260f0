import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";

/** Folders that hold no scripts of people. */
const SKIPPED = new Set(["node_modules", "build", "dist", "out"]);
/** More scripts than anybody looks through. */
const MAX_SCRIPTS = 2000;

interface OpenDocuments {
  get(uri: string): TextDocument | undefined;
  all(): TextDocument[];
}

/** The files of the folders that are open in the editor: as they are in its buffers, else as they are on disk. */
export class Workspace {
  folders: string[] = [];

  constructor(private readonly open: OpenDocuments) {}

  /** A document that is open, or a file. */
  async document(uri: string): Promise<TextDocument | undefined> {
    const open = this.open.get(uri);
    if (open !== undefined || !uri.startsWith("file:")) return open;
    const text = await readFile(fileURLToPath(uri), "utf8").catch(() => undefined);
    return text === undefined ? undefined : TextDocument.create(uri, languageOf(uri), 0, text);
  }

  /** All scripts: the open ones, and those in the folders. */
  async scripts(): Promise<TextDocument[]> {
    const uris = new Set(this.open.all().flatMap(({ uri }) => (isScript(uri) ? [uri] : [])));
    for (const folder of this.folders) {
      for await (const file of scriptFiles(folder)) {
        if (uris.size >= MAX_SCRIPTS) break;
        uris.add(pathToFileURL(file).href);
      }
    }
    const documents = await Promise.all([...uris].map((uri) => this.document(uri)));
    return documents.filter((document) => document !== undefined);
  }
}

export function isScript(uri: string): boolean {
  return uri.endsWith(".calvin");
}

/** The path of a document; of one that has none, such as a new one, a name that serves for messages. */
export function pathOf(uri: string): string {
  return uri.startsWith("file:") ? fileURLToPath(uri) : decodeURIComponent(uri.replace(/^.*[:/]/, ""));
}

function languageOf(uri: string): string {
  return isScript(uri) ? "calvin" : "typescript";
}

async function* scriptFiles(folder: string): AsyncIterable<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile() && isScript(entry.name)) yield path;
    else if (entry.isDirectory() && !entry.name.startsWith(".") && !SKIPPED.has(entry.name)) yield* scriptFiles(path);
  }
}
