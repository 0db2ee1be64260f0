import type { Command } from "commander";
import type { RuntimeInfo } from "../../runtime/host.js";
import { Client } from "../client.js";
import { examples, hostOption, jsonOption, parseSeconds } from "../options.js";
import { print, printJson, table } from "../output.js";
import { describeKappa, type KappaJson } from "./views.js";

interface HostOptions {
  host: string;
  json?: boolean;
}

/** Commands that look at the kappas and runtimes of a base runtime, and the one that removes a kappa. */
export function addKappas(program: Command): void {
  program.command("ls").description("list the kappas").addOption(hostOption()).addOption(jsonOption()).action(list);
  const status = program
    .command("status")
    .description("show what every actor of a kappa does")
    .argument("<ref>", "ref or name of the kappa")
    .option("--wait <seconds>", "wait until it is neither pending nor unreachable, at most 60 s", parseSeconds)
    .addOption(hostOption())
    .addOption(jsonOption())
    .action(showStatus);
  examples(status, [["kappa status heating --wait 30", "as soon as it runs, but after 30 s at the latest"]]);
  const rm = program
    .command("rm")
    .description("delete kappas with all their actors")
    .argument("<ref...>", "refs or names")
    .addOption(hostOption())
    .addOption(jsonOption())
    .action(remove);
  examples(rm, [["kappa rm heating cellar", "deletes both"]]);
  const runtimes = program
    .command("runtimes")
    .description("list the runtimes, or tell all of one with the actors on it")
    .argument("[name]", "name or id of a runtime")
    .option("--wait <seconds>", "wait until it is connected, at most 60 s", parseSeconds)
    .addOption(hostOption())
    .addOption(jsonOption())
    .action(showRuntimes);
  examples(runtimes, [["kappa runtimes board", "what it has, and which actors are on it"]]);
}

async function list({ host, json }: HostOptions): Promise<void> {
  const kappas = await new Client(host).json<KappaJson[]>("GET", ["kappa"]);
  if (json) return printJson(kappas);
  if (kappas.length === 0) return print('There are no kappas: "kappa deploy FILE" makes one');
  const names = (ports: { name: string }[]) => ports.map(({ name }) => name).join(", ");
  const rows = kappas.map(({ name, ref, version, status, inports, outports, actors }) => {
    const places = [...new Set(actors.map(({ runtime }) => runtime ?? "-"))];
    return [name, ref, String(version), status, names(inports), names(outports), places.join(", ")];
  });
  print(table(["NAME", "REF", "VERSION", "STATUS", "IN", "OUT", "RUNTIMES"], rows));
}

async function showStatus(ref: string, { host, json, wait }: HostOptions & { wait?: number }): Promise<void> {
  const kappa = await new Client(host).json<KappaJson>("GET", ["kappa", ref, "status"], { query: { wait } });
  if (json) printJson(kappa);
  else print(describeKappa(kappa));
}

async function remove(refs: string[], { host, json }: HostOptions): Promise<void> {
  const client = new Client(host);
  const results: { ref: string; status: string; detail?: string }[] = [];
  for (const ref of refs) {
    const answer = await client.request("DELETE", ["kappa", ref]);
    const left =
      answer.status === 204 ? { status: "deleted" } : ((await answer.json()) as { status: string; detail: string });
    results.push({ ref, ...left });
    if (!json) print(left.status === "deleted" ? `${ref} deleted` : `${ref}: ${(left as { detail?: string }).detail}`);
  }
  if (json) printJson(results);
}

async function showRuntimes(name: string | undefined, options: HostOptions & { wait?: number }): Promise<void> {
  const client = new Client(options.host);
  if (name !== undefined) {
    const query = { wait: options.wait };
    const runtime = await client.json<RuntimeInfo & { actors: string[] }>("GET", ["runtimes", name], { query });
    return options.json ? printJson(runtime) : print(describeRuntime(runtime));
  }
  const runtimes = await client.json<RuntimeInfo[]>("GET", ["runtimes"]);
  if (options.json) return printJson(runtimes);
  const rows = runtimes.map(({ name, kind, board, connected, free, attributes }) => [
    ...[name, board ?? kind, connected ? "connected" : "away", free === undefined ? "" : String(free)],
    attributesText(attributes),
  ]);
  print(table(["NAME", "BOARD", "LINK", "FREE", "ATTRIBUTES"], rows));
}

function describeRuntime(runtime: RuntimeInfo & { actors: string[] }): string {
  const { name, id, kind, board, capabilities, attributes, simulated, connected, free, tokenMax, actors } = runtime;
  return [
    `${name} (${id}): ${board ?? kind}, ${connected ? "connected" : "away"}${simulated ? ", simulated" : ""}`,
    `  capabilities ${capabilities.join(", ") || "none"}`,
    `  attributes   ${attributesText(attributes) || "none"}`,
    `  free         ${free === undefined ? "not limited" : `${free} bytes`}; tokens of at most ${tokenMax} bytes`,
    `  actors       ${actors.join("\n               ") || "none"}`,
  ].join("\n");
}

function attributesText(attributes: RuntimeInfo["attributes"]): string {
  return Object.entries(attributes)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}
