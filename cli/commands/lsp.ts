import { dirname, join } from "node:path";
import type { Command } from "commander";
import { CompileError } from "../../compiler/diagnostic.js";
import { calvinActor } from "../../compiler/script/calvin-actors.js";
import type { ActorDescription, ActorLibrary } from "../../editor/library.js";
import type { ActorStore } from "../../runtime/mesh/actor-store.js";
import { actorsOption } from "../options.js";
import { compilerVersion, packageDirectory } from "../package.js";
import { moduleCache } from "../sources.js";

/** `kappa lsp`: the language server of scripts, for editors. */
export function addLanguageServer(program: Command): void {
  program
    .command("lsp")
    .description("language server of scripts for editors, over standard input and output")
    .addOption(actorsOption())
    // Editors' clients say how they connect; there is one way.
    .option("--stdio", "what is always done")
    .action(runLanguageServer);
}

async function runLanguageServer({ actors }: { actors: string[] }): Promise<void> {
  const { createConnection, ProposedFeatures } = (await import("vscode-languageserver/node.js")).default;
  const { serve } = await import("../../editor/server.js");
  const libraries = new Map<string, Promise<ActorLibrary>>();
  serve(createConnection(ProposedFeatures.all, process.stdin, process.stdout), (scriptFile) => {
    const directory = dirname(scriptFile);
    const library = libraries.get(directory) ?? openLibrary([...actors, directory]);
    libraries.set(directory, library);
    return library;
  });
  // Ends with the connection.
  await new Promise<never>(() => {});
}

/** The actors of some directories and Kappa's own. */
async function openLibrary(directories: string[]): Promise<ActorLibrary> {
  const { ActorStore } = await import("../../runtime/mesh/actor-store.js");
  const { compileActorInWorker } = await import("../../compiler/actor/worker.js");
  const store = await ActorStore.open({
    directories: [...directories, join(packageDirectory(), "actors")],
    cache: moduleCache(),
    compile: compileActorInWorker,
    compilerVersion: compilerVersion(),
  });
  return {
    resolve: (type) => store.resolve(type),
    suggestions: () => store.suggestions(),
    describe: (type) => describe(store, type),
    sourceFile: async (type) => {
      const file = store.locate(type);
      return file?.endsWith(".ts") ? file : undefined;
    },
  };
}

async function describe(store: ActorStore, type: string): Promise<ActorDescription | undefined> {
  try {
    const module = await store.find(type);
    if (module === undefined) return ofCalvin(type);
    return { signature: module.manifest, ...(module.doc === undefined ? {} : { doc: module.doc }) };
  } catch (error) {
    // The compiler says what is wrong with it.
    if (error instanceof CompileError) return undefined;
    throw error;
  }
}

/** An actor of Calvin's library that is not there: scripts may name it all the same. */
function ofCalvin(type: string): ActorDescription | undefined {
  const signature = calvinActor(type);
  return signature && { signature };
}
