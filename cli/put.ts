import type { Json } from "../compiler/script/graph.js";
import type { Client } from "./client.js";
import type { KappaJson } from "./commands/views.js";
import { type Finding, printFindings } from "./findings.js";
import { readText, scriptName, standardInput } from "./sources.js";

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
  const script = file === "-" ? await standardInput() : await readText(file);
  const name = options.name ?? (options.anonymous || file === "-" ? undefined : scriptName(file));
  const query = { ...(options.dryRun && { "dry-run": true }) };
  const body = JSON.stringify({ script, args: options.arg, ...(name !== undefined && { name }) });
  const kappa = await client.json<KappaJson & { warnings?: Finding[] }>("PUT", ["kappa"], { query, body });
  if (!options.json) printFindings(kappa.warnings ?? []);
  return { ...kappa, name: kappa.name ?? name ?? "kappa" };
}
