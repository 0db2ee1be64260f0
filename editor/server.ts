import { fileURLToPath } from "node:url";
import type { Connection, InitializeParams, InitializeResult, TextEdit } from "vscode-languageserver/node.js";
import lsp from "vscode-languageserver/node.js";
import { TextDocument } from "vscode-languageserver-textdocument";
import { CompileError } from "../compiler/diagnostic.js";
import { formatScript } from "../compiler/script/format/index.js";
import { complete, describeProposal } from "./features/completion.js";
import { diagnose, quickFixes } from "./features/diagnostics.js";
import { hover } from "./features/hover.js";
import { definition, placesOf, references } from "./features/navigation.js";
import { outline } from "./features/outline.js";
import { rename, renameable } from "./features/rename.js";
import type { ActorLibrary, LibraryFor } from "./library.js";
import { toRange } from "./positions.js";
import { ScriptIndex } from "./script/script-index.js";
import type { Occurrence } from "./script/symbols.js";
import { isScript, pathOf, Workspace } from "./workspace.js";

/** What a request about a place in a script works on. */
interface Place {
  document: TextDocument;
  index: ScriptIndex;
  offset: number;
  library: ActorLibrary;
}

interface PlaceParams {
  textDocument: { uri: string };
  position: lsp.Position;
}

/** Milliseconds without typing after which a script is compiled. */
const PAUSE = 120;

/** Serves one editor until it closes the connection. */
export function serve(connection: Connection, libraryFor: LibraryFor): void {
  new LanguageServer(connection, libraryFor).start();
}

class LanguageServer {
  private readonly documents = new lsp.TextDocuments(TextDocument);
  private readonly workspace = new Workspace(this.documents);
  private readonly indices = new WeakMap<TextDocument, { version: number; index: ScriptIndex }>();
  private readonly pauses = new Map<string, NodeJS.Timeout>();
  private watchesFiles = false;

  constructor(
    private readonly connection: Connection,
    private readonly libraryFor: LibraryFor,
  ) {}

  start(): void {
    const { connection, documents } = this;
    connection.onInitialize((params) => this.initialize(params));
    connection.onInitialized(() => this.initialized());
    this.listenToTexts();
    connection.onCompletion((params) =>
      this.about(params, ({ index, document, offset, library }) => complete(index, document, offset, library)),
    );
    connection.onCompletionResolve(async (item) => {
      const { actorType, uri } = (item.data ?? {}) as { actorType?: string; uri?: string };
      return actorType === undefined || uri === undefined ? item : describeProposal(item, await this.library(uri));
    });
    connection.onHover((params) => this.hover(params));
    connection.onDefinition((params) =>
      this.named(params, ({ document, library }, name) => definition(document, name, library, this.workspace)),
    );
    connection.onReferences((params) =>
      this.named(params, ({ document, index }, name) =>
        references(document, index, name, params.context.includeDeclaration, this.workspace),
      ),
    );
    connection.onDocumentHighlight((params) =>
      this.named(params, ({ document, index }, { target }) =>
        target === undefined ? [] : placesOf(document, index, target, true).map(({ range }) => ({ range })),
      ),
    );
    connection.onPrepareRename((params) => this.prepareRename(params));
    connection.onRenameRequest((params) => this.rename(params, params.newName));
    connection.onDocumentSymbol(({ textDocument }) => {
      const document = documents.get(textDocument.uri);
      return document && outline(this.index(document), document);
    });
    connection.onDocumentFormatting(({ textDocument }) => this.format(textDocument.uri));
    connection.onCodeAction(({ textDocument, context }) => {
      const document = documents.get(textDocument.uri);
      return document && quickFixes(document, context.diagnostics);
    });
    documents.listen(connection);
    connection.listen();
  }

  private initialize({ workspaceFolders, capabilities }: InitializeParams): InitializeResult {
    this.workspace.folders = (workspaceFolders ?? []).flatMap(({ uri }) =>
      uri.startsWith("file:") ? [fileURLToPath(uri)] : [],
    );
    this.watchesFiles = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration ?? false;
    return {
      serverInfo: { name: "kappa" },
      capabilities: {
        textDocumentSync: lsp.TextDocumentSyncKind.Incremental,
        completionProvider: { triggerCharacters: [".", ":", ">", "(", "="], resolveProvider: true },
        hoverProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        documentHighlightProvider: true,
        renameProvider: { prepareProvider: true },
        documentSymbolProvider: true,
        documentFormattingProvider: true,
        codeActionProvider: { codeActionKinds: [lsp.CodeActionKind.QuickFix] },
      },
    };
  }

  private async initialized(): Promise<void> {
    if (!this.watchesFiles) return;
    const watchers = ["**/*.calvin", "**/*.ts", "**/*.wasm"].map((globPattern) => ({ globPattern }));
    await this.connection.client.register(lsp.DidChangeWatchedFilesNotification.type, { watchers });
  }

  private listenToTexts(): void {
    this.documents.onDidChangeContent(({ document }) => this.diagnoseSoon(document));
    this.documents.onDidClose(({ document: { uri } }) => {
      clearTimeout(this.pauses.get(uri));
      this.pauses.delete(uri);
      this.connection.sendDiagnostics({ uri, diagnostics: [] });
    });
    // An actor that was saved may change what is right in every script.
    this.connection.onDidChangeWatchedFiles(() => {
      for (const document of this.documents.all()) this.diagnoseSoon(document);
    });
  }

  private diagnoseSoon(document: TextDocument): void {
    if (!isScript(document.uri) && document.languageId !== "calvin") return;
    clearTimeout(this.pauses.get(document.uri));
    this.pauses.set(
      document.uri,
      setTimeout(() => void this.diagnose(document.uri), PAUSE),
    );
  }

  private async diagnose(uri: string): Promise<void> {
    const document = this.documents.get(uri);
    if (document === undefined) return;
    const { version } = document;
    try {
      const diagnostics = await diagnose(document, pathOf(uri), await this.library(uri), (name) =>
        this.include(uri, name),
      );
      // What was typed meanwhile is looked at after the next pause.
      if (this.documents.get(uri)?.version !== version) return;
      this.connection.sendDiagnostics({ uri, version, diagnostics });
    } catch (error) {
      this.connection.console.error(`${uri}: ${error instanceof Error ? error.stack : error}`);
    }
  }

  /** A file that a script includes: as it is in the editor, else on disk. */
  private async include(uri: string, name: string): Promise<{ file: string; text: string } | undefined> {
    if (!uri.startsWith("file:")) return undefined;
    const included = new URL(`${encodeURIComponent(name)}.calvin`, uri).href;
    const document = await this.workspace.document(included);
    return document && { file: pathOf(included), text: document.getText() };
  }

  private async hover(params: PlaceParams) {
    return this.named(params, async ({ document, index, library }, name) => {
      const value = await hover(index, name, library);
      if (value === undefined) return undefined;
      return { contents: { kind: lsp.MarkupKind.Markdown, value }, range: toRange(document, name.range) };
    });
  }

  private prepareRename(params: PlaceParams) {
    return this.named(params, ({ document, index }, name) => {
      const target = renameable(name);
      if (typeof target === "string") throw refused(target);
      return { range: toRange(document, name.range), placeholder: index.text.slice(name.range.offset, name.range.end) };
    });
  }

  private rename(params: PlaceParams, newName: string) {
    return this.named(params, ({ document, index }, name) => {
      const target = renameable(name);
      const ranges = typeof target === "string" ? target : rename(index, target, newName);
      if (typeof ranges === "string") throw refused(ranges);
      const edits = ranges.map((range): TextEdit => ({ range: toRange(document, range), newText: newName }));
      return { changes: { [document.uri]: edits } };
    });
  }

  private format(uri: string): TextEdit[] | undefined {
    const document = this.documents.get(uri);
    if (document === undefined) return undefined;
    const text = document.getText();
    try {
      const newText = formatScript(text);
      return newText === text ? [] : [{ range: toRange(document, { offset: 0, end: text.length }), newText }];
    } catch (error) {
      // What is wrong is shown already.
      if (error instanceof CompileError) return undefined;
      throw error;
    }
  }

  /** Answers about a place in a script; nothing when the script is not open. */
  private async about<T>(params: PlaceParams, answer: (place: Place) => T): Promise<Awaited<T> | undefined> {
    const document = this.documents.get(params.textDocument.uri);
    if (document === undefined) return undefined;
    const library = await this.library(document.uri);
    const offset = document.offsetAt(params.position);
    return await answer({ document, index: this.index(document), offset, library });
  }

  /** Answers about the name at a place; nothing when there is none. */
  private named<T>(
    params: PlaceParams,
    answer: (place: Place, name: Occurrence) => T,
  ): Promise<Awaited<T> | undefined> {
    return this.about(params, async (place) => {
      const name = place.index.at(place.offset);
      return name === undefined ? undefined : await answer(place, name);
    }) as Promise<Awaited<T> | undefined>;
  }

  private library(uri: string): Promise<ActorLibrary> {
    return this.libraryFor(pathOf(uri));
  }

  private index(document: TextDocument): ScriptIndex {
    const known = this.indices.get(document);
    if (known?.version === document.version) return known.index;
    const index = new ScriptIndex(document.getText());
    this.indices.set(document, { version: document.version, index });
    return index;
  }
}

function refused(message: string): lsp.ResponseError {
  return new lsp.ResponseError(lsp.LSPErrorCodes.RequestFailed, message);
}
