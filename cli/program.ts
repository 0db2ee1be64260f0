import { Command, CommanderError } from "commander";
import { addActor } from "./commands/actor.js";
import { addCheck } from "./commands/check.js";
import { addCompile } from "./commands/compile.js";
import { addCompletion } from "./commands/completion.js";
import { addDeploy } from "./commands/deploy.js";
import { addDocs } from "./commands/docs.js";
import { addFormat } from "./commands/fmt.js";
import { addGraph } from "./commands/graph.js";
import { addKappas } from "./commands/kappas.js";
import { addLogs } from "./commands/logs.js";
import { addLanguageServer } from "./commands/lsp.js";
import { addTokens } from "./commands/tokens.js";
import { EXIT, Failure } from "./exit.js";
import { humanForm } from "./findings.js";
import { addHost } from "./host.js";
import { examples } from "./options.js";
import { paint, printJson } from "./output.js";
import { packageVersion } from "./package.js";
import { addSim } from "./sim.js";
import { addTest } from "./test.js";

/** The whole command line. What a command does is loaded when it is run. */
export function program(): Command {
  const kappa = new Command("kappa")
    .description("Serverless computing for the Internet of Things")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print what there is, with examples")
    .exitOverride();
  kappa.commandsGroup("Write:");
  for (const add of [addCheck, addCompile, addGraph, addFormat, addActor, addTest, addDocs, addLanguageServer])
    add(kappa);
  kappa.commandsGroup("Run:");
  for (const add of [addHost, addDeploy, addKappas, addTokens, addLogs, addSim]) add(kappa);
  kappa.commandsGroup("Further:");
  addCompletion(kappa);
  examples(kappa, [
    ["kappa check .", "what is wrong with the scripts and actors here"],
    ["kappa host", "run a base runtime"],
    ["kappa deploy heating.calvin --watch", "run a script on it, anew after each save"],
    ["kappa post heating 21", "send a token to the kappa"],
    ["kappa get heating --follow", "read what comes out of it"],
  ]);
  return kappa;
}

/** Runs one command line and resolves with its exit code; everything is said. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    // What commander says it has said; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return tell(error, args.includes("--json"));
  }
}

function tell(error: unknown, json: boolean): number {
  // What it has to say it has said.
  if (error instanceof Failure && error.message === "") return error.exit;
  const message = error instanceof Error ? error.message : String(error);
  // Of the system, or of the base runtime's own.
  const code = (error as { code?: unknown } | undefined)?.code;
  const known = typeof code === "string";
  const exit = error instanceof Failure ? error.exit : known ? EXIT.no : EXIT.internal;
  if (json) {
    printJson({
      error: error instanceof Failure ? error.details : { code: known ? code : "INTERNAL", detail: message },
    });
    return exit;
  }
  const diagnostics = error instanceof Failure ? error.details.diagnostics : undefined;
  if (Array.isArray(diagnostics)) for (const finding of diagnostics) process.stderr.write(`${humanForm(finding)}\n`);
  else process.stderr.write(`${paint("red", "kappa:", process.stderr)} ${message}\n`);
  return exit;
}
