import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type {
  CodeAction,
  CompletionItem,
  Diagnostic,
  DocumentSymbol,
  Hover,
  Location,
  MessageConnection,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver/node.js";
import rpc from "vscode-languageserver/node.js";
import { TextDocument } from "vscode-languageserver-textdocument";
import { KAPPA } from "../../support/command.js";

interface Published {
  uri: string;
  version?: number;
  diagnostics: Diagnostic[];
}

/** An editor that speaks LSP with `kappa lsp`, started as a process of its own in a folder of its own. */
export class Client {
  private readonly documents = new Map<string, TextDocument>();
  private readonly published = new Map<string, Published>();
  private readonly waiting = new Set<() => void>();

  private constructor(
    readonly folder: string,
    private readonly process: ChildProcess,
    private readonly connection: MessageConnection,
  ) {
    connection.onNotification("textDocument/publishDiagnostics", (params: Published) => {
      this.published.set(params.uri, params);
      for (const wake of this.waiting) wake();
    });
    connection.listen();
  }

  /** @param files by their paths in the folder that the editor has open */
  static async start(files: Record<string, string> = {}): Promise<Client> {
    const folder = await mkdtemp(join(tmpdir(), "kappa-editor-"));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const child = spawn(process.execPath, [KAPPA, "lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
    const connection = rpc.createMessageConnection(
      new rpc.StreamMessageReader(child.stdout),
      new rpc.StreamMessageWriter(child.stdin),
    );
    const client = new Client(folder, child, connection);
    const uri = pathToFileURL(folder).href;
    const capabilities = { textDocument: { completion: { completionItem: { snippetSupport: true } } } };
    await client.request("initialize", {
      processId: process.pid,
      rootUri: uri,
      capabilities,
      workspaceFolders: [{ uri, name: "test" }],
    });
    await connection.sendNotification("initialized", {});
    return client;
  }

  async close(): Promise<void> {
    const exited = once(this.process, "exit");
    await this.request("shutdown", undefined);
    await this.connection.sendNotification("exit");
    const [code] = await exited;
    this.connection.dispose();
    await rm(this.folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`kappa lsp ended with ${code}`);
  }

  uri(path: string): string {
    return pathToFileURL(join(this.folder, path)).href;
  }

  /** Opens a buffer, or replaces what is in it. */
  async open(path: string, text: string): Promise<void> {
    const uri = this.uri(path);
    const known = this.documents.get(uri);
    const version = (known?.version ?? 0) + 1;
    this.documents.set(uri, TextDocument.create(uri, "calvin", version, text));
    if (known === undefined) {
      const textDocument = { uri, languageId: "calvin", version, text };
      await this.connection.sendNotification("textDocument/didOpen", { textDocument });
    } else {
      const contentChanges = [{ text }];
      await this.connection.sendNotification("textDocument/didChange", {
        textDocument: { uri, version },
        contentChanges,
      });
    }
  }

  /** Types a text over what is between two offsets of a buffer. */
  async type(path: string, start: number, end: number, text: string): Promise<void> {
    const document = this.document(path);
    const change = { range: { start: document.positionAt(start), end: document.positionAt(end) }, text };
    const version = document.version + 1;
    this.documents.set(document.uri, TextDocument.update(document, [change], version));
    await this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: document.uri, version },
      contentChanges: [change],
    });
  }

  /** What the server says of the text that is in a buffer now. */
  async diagnostics(path: string): Promise<Diagnostic[]> {
    const { uri, version } = this.document(path);
    for (;;) {
      const published = this.published.get(uri);
      if (published?.version === version) return published.diagnostics;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.waiting.delete(wake);
          resolve();
        };
        this.waiting.add(wake);
      });
    }
  }

  /** The diagnostics as `CODE text under it`. */
  async findings(path: string): Promise<string[]> {
    const document = this.document(path);
    return (await this.diagnostics(path)).map(({ code, range }) => `${code} ${document.getText(range)}`);
  }

  /** What is proposed at the place marked by `|` in a text, which becomes the buffer's. */
  async complete(path: string, marked: string): Promise<CompletionItem[]> {
    await this.open(path, marked.replace("|", ""));
    return this.at("textDocument/completion", path, marked.indexOf("|"));
  }

  resolve(item: CompletionItem): Promise<CompletionItem> {
    return this.request("completionItem/resolve", item);
  }

  async hover(path: string, offset: number): Promise<string | undefined> {
    const hover: Hover | null = await this.at("textDocument/hover", path, offset);
    return (hover?.contents as { value: string } | undefined)?.value;
  }

  definition(path: string, offset: number): Promise<Location | null> {
    return this.at("textDocument/definition", path, offset);
  }

  references(path: string, offset: number, includeDeclaration = true): Promise<Location[]> {
    return this.at("textDocument/references", path, offset, { context: { includeDeclaration } });
  }

  prepareRename(path: string, offset: number): Promise<{ placeholder: string } | null> {
    return this.at("textDocument/prepareRename", path, offset);
  }

  /** The text after a renaming. */
  async rename(path: string, offset: number, newName: string): Promise<string> {
    const edit: WorkspaceEdit = await this.at("textDocument/rename", path, offset, { newName });
    return this.edited(path, edit.changes?.[this.uri(path)] ?? []);
  }

  symbols(path: string): Promise<DocumentSymbol[]> {
    return this.request("textDocument/documentSymbol", { textDocument: { uri: this.uri(path) } });
  }

  /** The text after formatting; null when the server has nothing to offer. */
  async format(path: string): Promise<string | null> {
    const options = { tabSize: 2, insertSpaces: true };
    const textDocument = { uri: this.uri(path) };
    const edits: TextEdit[] | null = await this.request("textDocument/formatting", { textDocument, options });
    return edits && this.edited(path, edits);
  }

  async quickFixes(path: string, diagnostic: Diagnostic): Promise<CodeAction[]> {
    const { range } = diagnostic;
    const textDocument = { uri: this.uri(path) };
    return this.request("textDocument/codeAction", { textDocument, range, context: { diagnostics: [diagnostic] } });
  }

  edited(path: string, edits: TextEdit[]): string {
    return TextDocument.applyEdits(this.document(path), edits);
  }

  /** Places as `path: text there`. */
  show(locations: Location[]): string[] {
    return locations.map(({ uri, range }) => {
      const document = this.documents.get(uri);
      const path = fileURLToPath(uri).slice(this.folder.length + 1);
      const { line, character } = range.start;
      return `${path}:${line + 1}:${character + 1}${document === undefined ? "" : ` ${document.getText(range)}`}`;
    });
  }

  private at<T>(method: string, path: string, offset: number, more: object = {}): Promise<T> {
    const { uri } = this.document(path);
    const position = this.document(path).positionAt(offset);
    return this.request(method, { textDocument: { uri }, position, ...more });
  }

  private document(path: string): TextDocument {
    const document = this.documents.get(this.uri(path));
    if (document === undefined) throw new Error(`${path} is not open`);
    return document;
  }

  private request<T>(method: string, params: unknown): Promise<T> {
    return this.connection.sendRequest(method, params) as Promise<T>;
  }
}
