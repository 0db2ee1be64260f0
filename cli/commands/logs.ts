import type { Command } from "commander";
import type { LoggedEvent } from "../../runtime/events/event-log.js";
import { Client } from "../client.js";
import { examples, hostOption, jsonOption, parseCount } from "../options.js";
import { paint, print, printJson } from "../output.js";

interface LogsOptions {
  host: string;
  follow?: boolean;
  kind?: string;
  lines?: number;
  count?: number;
  json?: boolean;
}

/** Lines that `--follow` begins with. */
const BEGIN = 10;

/** `kappa logs [REF]`: what actors log, faults, and how kappas and runtimes come and go. */
export function addLogs(program: Command): void {
  const command = program
    .command("logs")
    .description("show what actors log, faults, and how kappas and runtimes come, change and go")
    .argument("[ref]", "only of the kappa with this ref or name")
    .option("-f, --follow", "go on with what comes, until Ctrl-C")
    .option("--kind <kinds>", "only these, with commas between: log, fault, kappa, runtime")
    .option(
      "-n, --lines <number>",
      `begin with so many of the newest; all that are kept, with --follow ${BEGIN}`,
      parseCount,
    )
    .option("-c, --count <number>", "with --follow: end after so many", parseCount)
    .addOption(hostOption())
    .addOption(jsonOption("print JSON: a list, with --follow an object a line"))
    .action(logs);
  examples(command, [
    ["kappa logs heating -f", "what happens in the kappa heating, as it happens"],
    ["kappa logs --kind fault", "which actors trapped"],
  ]);
}

async function logs(ref: string | undefined, options: LogsOptions): Promise<void> {
  const client = new Client(options.host);
  const query = { kappa: ref, kind: options.kind, last: options.lines ?? (options.follow ? BEGIN : undefined) };
  if (options.follow) return follow(client, query, options);
  const events = await client.json<LoggedEvent[]>("GET", ["events"], { query });
  if (options.json) printJson(events);
  else for (const event of events) print(lineOf(event));
}

async function follow(client: Client, query: Record<string, string | number | undefined>, options: LogsOptions) {
  const { eventsOf } = await import("../sse.js");
  const end = new AbortController();
  const answer = await client.request("GET", ["events"], { query, accept: "text/event-stream", signal: end.signal });
  let left = options.count ?? Number.POSITIVE_INFINITY;
  for await (const { event, data } of eventsOf(answer)) {
    if (event === "missed") {
      if (!options.json) print(`... ${data} events came too fast and are not shown`);
      continue;
    }
    print(options.json ? data : lineOf(JSON.parse(data) as LoggedEvent));
    if (--left <= 0) end.abort();
  }
}

/** One event for people: when, where, what. */
export function lineOf(event: LoggedEvent): string {
  const time = paint("dim", event.time.replace("T", " ").replace("Z", ""), process.stdout);
  switch (event.kind) {
    case "log":
      return `${time} ${paint("cyan", event.actor, process.stdout)} ${event.text}`;
    case "fault":
      return `${time} ${paint("red", `${event.actor} faulted: ${event.fault}`, process.stdout)} on ${event.runtime}`;
    case "kappa": {
      const what = event.change === "status" ? "is" : `${event.change},`;
      const why = event.why === undefined ? "" : `: ${event.why}`;
      const last = event.change === "deleted" ? "deleted" : `${what} ${event.status} (version ${event.version})${why}`;
      return `${time} ${paint("bold", event.kappa, process.stdout)} ${last}`;
    }
    case "runtime":
      return `${time} ${paint("bold", event.runtime, process.stdout)} ${event.connected ? "connected" : "away"}`;
  }
}
