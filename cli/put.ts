import type { Json } from "../compiler/script/graph.js";
import { bundle } from "./bundle.js";
import { type Client, Refusal } from "./client.js";
import type { KappaJson } from "./commands/views.js";
import { type Finding, printFindings } from "./findings.js";
import { kappaName, standardInput } from "./sources.js";

export interface DeployOptions {
  host: string;
  name?: string;
  anonymous?: boolean;
  arg: Record<string, Json>;
  dryRun?: boolean;
  wait?: number | true;
  watch?: boolean;
  actors: string[];
  json?: boolean;
}

/** Sends the script; resolves with what the base runtime made of it. */
export async function putScript(client: Client, file: string, options: DeployOptions): Promise<KappaJson> {
  const sent =
    file === "-" ? { text: await standardInput(), place: (finding: Finding) => finding } : await bundle(file);
  const name = options.name ?? (options.anonymous || file === "-" ? undefined : kappaName(file));
  const query = { ...(options.dryRun && { "dry-run": true }) };
  const body = JSON.stringify({ script: sent.text, args: options.arg, ...(name !== undefined && { name }) });
  const answer = client.json<KappaJson & { warnings?: Finding[] }>("PUT", ["kappa"], { query, body });
  const kappa = await answer.catch((error) => Promise.reject(placed(error, sent.place)));
  if (!options.json) printFindings((kappa.warnings ?? []).map(sent.place));
  return { ...kappa, name: kappa.name ?? name ?? "kappa" };
}

/** A refusal whose diagnostics are told as of the files that they are from. */
function placed(error: unknown, place: (finding: Finding) => Finding): unknown {
  if (!(error instanceof Refusal) || error.problem.diagnostics === undefined) return error;
  return new Refusal({ ...error.problem, diagnostics: error.problem.diagnostics.map(place) });
}
