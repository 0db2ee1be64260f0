import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { KAPPA } from "./command.js";

/** What `kappa deploy --watch --json` tells. */
// biome-ignore lint/suspicious/noExplicitAny: what tests look into
export type WatchEvent = { event: "deployed" | "failed"; ms: number; saved: string[]; kappa: any; error: any };

/** `kappa deploy FILE --watch` as a process of its own. */
export class Watcher {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static start(cwd: string, host: string, ...args: string[]): Watcher {
    const env = { ...process.env, KAPPA_HOST: host };
    const child = spawn(process.execPath, [KAPPA, "deploy", ...args, "--watch", "--json"], {
      ...{ cwd, env, stdio: ["ignore", "pipe", "inherit"] },
    });
    return new Watcher(child, createInterface({ input: child.stdout! })[Symbol.asyncIterator]());
  }

  /** The next deployment, or why there was none. */
  async next(): Promise<WatchEvent> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the command has ended");
    return JSON.parse(value) as WatchEvent;
  }

  /** Ctrl-C; resolves with the exit code. */
  async end(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const closed = once(this.child, "close");
    this.child.kill("SIGINT");
    const [code] = await closed;
    return code;
  }
}
