import type { Command } from "commander";
import { Client } from "../client.js";
import { EXIT, Failure } from "../exit.js";
import { actorsOption, collectAttribute, examples, hostOption, jsonOption, parseSeconds } from "../options.js";
import { print, printJson } from "../output.js";
import { type DeployOptions, putScript } from "../put.js";
import { describeKappa, type KappaJson } from "./views.js";

/** Seconds that `--wait` waits when it does not say how long. */
const WAIT = 60;

/** `kappa deploy FILE`: makes a kappa of a script. */
export function addDeploy(program: Command): void {
  const command = program
    .command("deploy")
    .description("deploy a script as a kappa, or its new version under the same name")
    .argument("<file>", "the script; - for standard input")
    .option("--name <name>", "what the kappa is called; by default the script's file name")
    .option("--anonymous", "another kappa each time, called by its ref alone")
    .option("--arg <name=value>", "argument of the component; may be given again", collectAttribute, {})
    .option("--dry-run", "say where each actor would go and why, and do nothing")
    .option(
      "--wait [seconds]",
      `wait until it runs, ${WAIT} s unless said otherwise; exit code 1 when it does not`,
      parseSeconds,
    )
    .option("--watch", "stay, and deploy anew each time that the script or an actor is saved")
    .addOption(
      actorsOption()
        .default([], "the script's directory")
        .argParser((value: string, before: string[]) => [...before, value]),
    )
    .addOption(hostOption())
    .addOption(jsonOption())
    .action(deploy);
  examples(command, [
    ["kappa deploy heating.calvin", "as the kappa heating"],
    ["kappa deploy heating.calvin --name cellar --arg target=12 --wait", "with an argument, and wait"],
    ["kappa deploy heating.calvin --dry-run", "where would it go?"],
    ["kappa deploy heating.calvin --watch --actors .", "anew after each save"],
  ]);
}

async function deploy(file: string, options: DeployOptions): Promise<void> {
  const client = new Client(options.host);
  if (options.watch) return (await import("../watch.js")).watchAndDeploy(client, file, options);
  const kappa = await putScript(client, file, options);
  const { status } = options.wait === undefined || options.dryRun ? kappa : await waitFor(client, kappa, options.wait);
  const now = { ...kappa, status };
  if (options.json) printJson(now);
  else print(describeKappa(now));
  if (options.wait !== undefined && status !== "running") {
    throw new Failure(EXIT.no, options.json ? "" : `${now.name} is ${status}: "kappa status ${now.name}" says more`);
  }
}

/** Waits until the kappa is neither pending nor unreachable, or the time is over. */
async function waitFor(client: Client, { ref }: KappaJson, wait: number | true): Promise<KappaJson> {
  const end = Date.now() + (wait === true ? WAIT : wait) * 1000;
  for (;;) {
    const left = Math.max(0, end - Date.now()) / 1000;
    const query = { wait: Math.min(60, left) };
    const kappa = await client.json<KappaJson>("GET", ["kappa", ref, "status"], { query });
    if (!["pending", "unreachable"].includes(kappa.status) || Date.now() >= end) return kappa;
  }
}
