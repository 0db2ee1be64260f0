import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { Module } from "../../compiler/actor/types.js";
import { CompileError } from "../../compiler/diagnostic.js";
import { didYouMean } from "../../compiler/script/suggest.js";
import { EXIT, Failure } from "../exit.js";
import { actorsOption, examples, jsonOption } from "../options.js";
import { print, printJson, table } from "../output.js";
import { actorStore } from "../sources.js";
import { moduleOf } from "./actor.js";
import { documentOf, moduleJson } from "./describe.js";

interface DocsOptions {
  markdown?: boolean;
  actors: string[];
  json?: boolean;
}

/** An actor that was found; `module` is missing when it does not compile. */
interface Found {
  type: string;
  module?: Module;
}

/** `kappa docs [actor|namespace]`: the documentation of the actors there are. */
export function addDocs(program: Command): void {
  const command = program
    .command("docs")
    .description("list the actors there are, or document one, or all of a namespace")
    .argument("[what]", "type of an actor (std.Counter), a namespace (std), or a file")
    .option("--markdown", "all that is meant in full, as Markdown")
    .addOption(actorsOption().default([], "Kappa's own only"))
    .addOption(jsonOption())
    .action(docs);
  examples(command, [
    ["kappa docs", "the actors there are"],
    ["kappa docs std.Counter", "one of them"],
    ["kappa docs --actors . --markdown > ACTORS.md", "your own as well, as a document"],
  ]);
}

async function docs(what: string | undefined, options: DocsOptions): Promise<void> {
  const found = await actorsOf(what, options);
  if (options.json) printJson(found.map(({ type, module }) => ({ type, ...(module && moduleJson(module)) })));
  else if (options.markdown || (what !== undefined && found.length === 1 && found[0]!.type === what)) {
    const compiled = found.filter((entry): entry is Required<Found> => entry.module !== undefined);
    print(compiled.map(({ type, module }) => documentOf(module, type, options.markdown ?? false)).join("\n\n"));
  } else print(listOf(found));
}

async function actorsOf(what: string | undefined, { actors }: DocsOptions): Promise<Found[]> {
  if (what !== undefined && /\.(ts|wasm)$/.test(what) && existsSync(what)) {
    const module = await moduleOf(what);
    return [{ type: module.manifest.name, module }];
  }
  const store = await actorStore(actors);
  const all = store.suggestions();
  const types = all.filter((type) => what === undefined || type === what || type.startsWith(`${what}.`));
  if (types.length === 0) {
    const names = [...all, ...new Set(all.map((type) => type.split(".")[0]!))];
    const hint = didYouMean(what!, names) ?? '"kappa docs" lists all';
    const detail = `There is no actor or namespace ${what}: ${hint}`;
    throw new Failure(EXIT.no, detail, { code: "ACTOR_UNKNOWN", detail });
  }
  const found: Found[] = [];
  for (const type of types) {
    const module = await store.find(type).catch((error) => {
      if (!(error instanceof CompileError)) throw error;
      return undefined;
    });
    found.push({ type, ...(module && { module }) });
  }
  return found;
}

function listOf(found: readonly Found[]): string {
  const names = (ports: { name: string }[]) => ports.map(({ name }) => name).join(", ");
  const rows = found.map(({ type, module }) => {
    if (module === undefined) return [type, "", "", 'does not compile: "kappa check" says why'];
    const { manifest, doc } = module;
    return [type, names(manifest.inports), names(manifest.outports), firstSentence(doc?.doc ?? "")];
  });
  return table(["ACTOR", "IN", "OUT", ""], rows);
}

function firstSentence(text: string): string {
  return /^[\s\S]*?[.!?](?=\s|$)/.exec(text)?.[0]?.replace(/\s+/g, " ") ?? text;
}
