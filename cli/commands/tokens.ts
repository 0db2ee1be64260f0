import type { Command } from "commander";
import { Client } from "../client.js";
import { EXIT, Failure, usage } from "../exit.js";
import { examples, hostOption, jsonOption, parseCount, parseSeconds } from "../options.js";
import { print, printJson } from "../output.js";
import { standardInput } from "../sources.js";

interface GetOptions {
  host: string;
  wait?: number;
  follow?: boolean;
  count?: number;
  json?: boolean;
}

interface PostOptions {
  host: string;
  text?: boolean;
  json?: boolean;
}

/** Commands that read tokens from a kappa and send it some. */
export function addTokens(program: Command): void {
  const get = program
    .command("get")
    .description("read a token from a kappa: the oldest that waits, or the newest of an outport with overflow=latest")
    .argument("<ref>", "ref or name of the kappa")
    .argument("[port]", "the outport, when there are several")
    .option("--wait <seconds>", "wait for a token; exit code 1 when none came", parseSeconds)
    .option("-f, --follow", "print every token as it comes, one a line, until Ctrl-C")
    .option("-n, --count <number>", "with --follow: end after so many", parseCount)
    .addOption(hostOption())
    .addOption(jsonOption("print JSON; tokens always are, this is for errors"))
    .action(readTokens);
  examples(get, [
    ["kappa get heating --wait 10", "one token, within 10 s"],
    ["kappa get heating --follow", "all of them"],
  ]);
  const post = program
    .command("post")
    .description("send a token to a kappa")
    .argument("<ref>", "ref or name of the kappa")
    .argument("[port]", "the inport, when there are several")
    .argument("[json]", "the token as JSON; by default what comes on standard input")
    .option("--text", "the token is text as it stands, without quotes")
    .addOption(hostOption())
    .addOption(jsonOption())
    .action(sendToken);
  examples(post, [
    ["kappa post heating 21", "a number to the only inport"],
    ["kappa post heating desired 21", "to the inport desired"],
    ["kappa post lamp --text 'good morning'", "text"],
    ["echo '[1, 2]' | kappa post sums", "from standard input"],
  ]);
}

async function readTokens(ref: string, port: string | undefined, options: GetOptions): Promise<void> {
  const client = new Client(options.host);
  const path = ["kappa", ref, ...(port === undefined ? [] : [port])];
  if (options.follow) return follow(client, path, options.count);
  const end = Date.now() + (options.wait ?? 0) * 1000;
  for (;;) {
    // The base runtime waits a minute at most.
    const wait = Math.min(60, Math.max(0, end - Date.now()) / 1000);
    const answer = await client.request("GET", path, { query: { wait } });
    if (answer.status === 200) return print(await answer.text());
    if (Date.now() < end) continue;
    const detail = "There is no token now: wait for one with --wait SECONDS, or for all with --follow";
    throw new Failure(EXIT.no, detail, { code: "NO_TOKEN", detail });
  }
}

async function follow(client: Client, path: string[], count = Number.POSITIVE_INFINITY): Promise<void> {
  const { eventsOf } = await import("../sse.js");
  const end = new AbortController();
  const answer = await client.request("GET", path, { accept: "text/event-stream", signal: end.signal });
  let seen = 0;
  for await (const { data } of eventsOf(answer)) {
    print(data);
    if (++seen >= count) end.abort();
  }
}

async function sendToken(ref: string, portOrJson: string | undefined, given: string | undefined, options: PostOptions) {
  const { host, text, json } = options;
  const port = given === undefined ? undefined : portOrJson;
  const token = given ?? portOrJson ?? (await standardInput()).replace(/\r?\n$/, "");
  if (!text) checkJson(token);
  const path = ["kappa", ref, ...(port === undefined ? [] : [port])];
  await new Client(host).request("POST", path, { body: text ? JSON.stringify(token) : token });
  if (json) printJson({ ref, ...(port !== undefined && { port }), accepted: true });
}

/** A shell takes away quotes: say so before the base runtime says that it is no JSON. */
function checkJson(token: string): void {
  try {
    JSON.parse(token);
  } catch {
    throw usage(`${token} is no JSON; for text use --text, or quotes within quotes: '${JSON.stringify(token)}'`);
  }
}
