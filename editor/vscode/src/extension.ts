import { existsSync } from "node:fs";
import { join } from "node:path";
import { commands, type ExtensionContext, workspace } from "vscode";
import { LanguageClient, type ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

/** Starts the language server, `kappa lsp`, when a script is opened. */
export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("kappa.restart", restart),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("kappa")) return restart();
    }),
  );
  await start();
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}

async function start(): Promise<void> {
  client = new LanguageClient("kappa", "Kappa", server(), {
    documentSelector: [{ language: "calvin" }],
    outputChannelName: "Kappa",
  });
  await client.start();
}

async function restart(): Promise<void> {
  await client?.dispose();
  await start();
}

function server(): ServerOptions {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const { command, args } = kappa(folder);
  const actors = workspace.getConfiguration("kappa").get<string[]>("actors", []);
  const all = [...args, "lsp", ...actors.flatMap((directory) => ["--actors", directory])];
  return { command, args: all, options: folder === undefined ? {} : { cwd: folder } };
}

/** The command of the setting; else that of the folder, be it installed there or built; else the one on the path. */
function kappa(folder: string | undefined): { command: string; args: string[] } {
  const configured = workspace.getConfiguration("kappa").get<string>("command", "");
  if (configured !== "") return { command: configured, args: [] };
  const places = folder === undefined ? [] : ["node_modules/kappa/build/js/cli/main.js", "build/js/cli/main.js"];
  const script = places.map((place) => join(folder ?? "", place)).find((path) => existsSync(path));
  return script === undefined ? { command: "kappa", args: [] } : { command: "node", args: [script] };
}
