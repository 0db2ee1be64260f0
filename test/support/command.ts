import { spawn } from "node:child_process";
import { once } from "node:events";

/** What a command left behind. */
export interface Outcome {
  code: number | null;
  out: string;
  err: string;
  /** `out` as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what tests look into
  json: any;
}

export interface CommandOptions {
  /** What comes on standard input. */
  input?: string;
  env?: Record<string, string>;
  cwd?: string;
}

/** The command as it is installed: an absolute path, so that it runs anywhere. */
export const KAPPA = `${process.cwd()}/build/js/cli/main.js`;

/** Runs `kappa` with arguments as a process of its own, to its end. */
export async function kappa(args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const env = { ...process.env, NO_COLOR: "1", COLUMNS: "80", ...options.env };
  const child = spawn(process.execPath, [KAPPA, ...args], { env, ...(options.cwd && { cwd: options.cwd }) });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  child.stdin.end(options.input ?? "");
  const [code] = await once(child, "close");
  return {
    code,
    out,
    err,
    get json() {
      return JSON.parse(out);
    },
  };
}
