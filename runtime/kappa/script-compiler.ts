import type { Module } from "../../compiler/actor/types.js";
import { CompileError } from "../../compiler/diagnostic.js";
import type { Graph, Json } from "../../compiler/script/graph.js";
import { compileScript } from "../../compiler/script/index.js";
import { runtimeGraph } from "../../compiler/script/runtime-graph.js";
import { KappaError } from "../errors.js";
import type { ActorStore } from "../mesh/actor-store.js";
import { diagnosticView } from "./diagnostic-view.js";
import type { CompiledScript, ScriptCompiler } from "./kappas.js";

/** Compiles scripts with the actors of a store. */
export class StoreScriptCompiler implements ScriptCompiler {
  constructor(private readonly store: ActorStore) {}

  async compile(script: string, options: { name: string; args: Record<string, Json> }): Promise<CompiledScript> {
    const found = new Map<string, Module>();
    const actors = {
      resolve: async (type: string) => {
        const module = await this.store.find(type);
        if (module !== undefined) found.set(type, module);
        return module?.manifest;
      },
      suggestions: () => this.store.suggestions(),
    };
    const file = `${options.name}.calvin`;
    try {
      const { graph: whole, warnings } = await compileScript(script, { ...options, file, actors });
      const graph = runtimeGraph(whole);
      refuseOwnProperties(graph);
      const types = new Set(graph.actors.map((actor) => actor.type));
      const missing = [...types].filter((type) => !found.has(type));
      if (missing.length > 0) {
        throw new KappaError("ACTOR_MISSING", `There is no actor ${missing.join(", ")} here: write it, or use another`);
      }
      const modules = new Map([...found].filter(([type]) => types.has(type)));
      return { graph, modules, warnings: warnings.map((warning) => diagnosticView(warning, { [file]: script })) };
    } catch (error) {
      throw error instanceof CompileError ? invalid(error, { ...error.sources, [file]: script }, file) : error;
    }
  }

  module(hash: string, type: string): Promise<Module> {
    return this.store.module(hash, type);
  }
}

/** What a kappa's own ports do anyway, or in no way differently. */
const OWN_ROUTINGS = ["default", "fanout", "collect-unordered"];

/** A kappa's own ports take and give tokens over REST: only `overflow` is theirs to choose. Throws PORT_PROPERTY. */
function refuseOwnProperties({ inports, outports }: Graph): void {
  for (const { name, properties } of [...inports, ...outports]) {
    for (const [property, value] of Object.entries(properties)) {
      const values = Array.isArray(value) ? value : [value];
      const idle = property === "routing" && values.some((one) => OWN_ROUTINGS.includes(one as string));
      if (property === "overflow" || property === "tag" || idle) continue;
      throw new KappaError(
        "PORT_PROPERTY",
        `Port ${name} of the kappa has ${property}=${JSON.stringify(value)}, which the ports of a kappa do not offer`,
        { port: name },
      );
    }
  }
}

/** ACTOR_INVALID when all that is wrong is in actors, else SCRIPT_INVALID. */
function invalid(error: CompileError, sources: Record<string, string>, script: string): KappaError {
  const errors = error.diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  const code = errors.every((diagnostic) => diagnostic.span.file !== script) ? "ACTOR_INVALID" : "SCRIPT_INVALID";
  const [first] = errors;
  const where = first ? `${first.span.file}:${first.span.start.line}:${first.span.start.column}` : script;
  const more = errors.length > 1 ? ` There are ${errors.length - 1} more errors.` : "";
  const hint = first?.hint ? ` (${first.hint})` : "";
  return new KappaError(code, `${where}: ${first?.message ?? "it does not compile"}${hint}${more}`, {
    diagnostics: error.diagnostics.map((diagnostic) => diagnosticView(diagnostic, sources)),
  });
}
