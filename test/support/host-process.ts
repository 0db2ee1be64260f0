import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A base runtime as a process of its own, as a user starts it. */
export class HostProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    /** What it wrote to standard error so far. */
    readonly log: string[],
  ) {}

  /** Starts `kappa host` and resolves when it listens; rejects with what it said when it ends before. */
  static async start(...options: string[]): Promise<HostProcess> {
    const child = spawn(process.execPath, ["build/js/cli/main.js", "host", "--port", "0", ...options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const log: string[] = [];
    createInterface({ input: child.stderr! }).on("line", (line) => log.push(line));
    const line = once(createInterface({ input: child.stdout! }), "line").then(([text]) => String(text));
    const ended = once(child, "close").then(([code]) =>
      Promise.reject(new Error(`ended with ${code}: ${log.join("\n")}`)),
    );
    const said = await Promise.race([line, ended]);
    ended.catch(() => {});
    const [, url] = /^kappa: listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(said) ?? [];
    if (url === undefined) throw new Error(`it said "${said}" instead of where it listens`);
    return new HostProcess(url, child, log);
  }

  /** Sends the signal; resolves with the exit code, or the signal that ended it. */
  async end(signal: NodeJS.Signals): Promise<number | string> {
    if (this.child.exitCode !== null || this.child.signalCode !== null)
      return this.child.exitCode ?? this.child.signalCode!;
    const closed = once(this.child, "close");
    this.child.kill(signal);
    const [code, by] = await closed;
    return code ?? by;
  }

  async put(script: string, query = ""): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers = { "content-type": "text/plain" };
    const answer = await fetch(`${this.url}/kappa${query}`, { method: "PUT", headers, body: script });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async post(path: string, value: unknown): Promise<number> {
    const headers = { "content-type": "application/json" };
    return (await fetch(`${this.url}/kappa/${path}`, { method: "POST", headers, body: JSON.stringify(value) })).status;
  }

  /** The JSON at an address; the status when there is no body. */
  // biome-ignore lint/suspicious/noExplicitAny: what tests look into
  async get(path: string): Promise<any> {
    const answer = await fetch(`${this.url}${path}`);
    const text = await answer.text();
    return text === "" ? answer.status : JSON.parse(text);
  }

  async delete(path: string): Promise<number> {
    return (await fetch(`${this.url}/kappa/${path}`, { method: "DELETE" })).status;
  }
}
