import { EXIT, Failure, usage } from "./exit.js";
import type { Finding } from "./findings.js";

export interface RequestOptions {
  query?: Record<string, string | number | boolean | undefined>;
  /** JSON text. */
  body?: string;
  accept?: string;
  signal?: AbortSignal;
}

/** A problem document of REST (RFC 9457). */
export interface Problem {
  code: string;
  title: string;
  status: number;
  detail: string;
  diagnostics?: Finding[];
  [member: string]: unknown;
}

/** The base runtime refused. */
export class Refusal extends Failure {
  constructor(readonly problem: Problem) {
    const { code, title, detail, diagnostics } = problem;
    super(diagnostics === undefined ? EXIT.refused : EXIT.no, `${code}: ${title}\n  ${detail}`, problem);
  }
}

/** Speaks REST to a base runtime. */
export class Client {
  readonly url: string;

  /** Throws a Failure when `url` is no address. */
  constructor(url: string) {
    const whole = /^[a-z]+:\/\//i.test(url) ? url : `http://${url}`;
    if (!URL.canParse(whole) || !/^https?:/.test(whole)) {
      throw usage(`"${url}" is no address of a base runtime, such as http://127.0.0.1:8377`);
    }
    this.url = whole.replace(/\/+$/, "");
  }

  /** The answer, when the base runtime did not refuse. `path` is of parts that are encoded here. */
  async request(method: string, path: readonly string[], options: RequestOptions = {}): Promise<Response> {
    const { query = {}, body, accept, signal } = options;
    const address = new URL(`${this.url}/${path.map(encodeURIComponent).join("/")}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["content-type"] = "application/json";
    if (accept !== undefined) headers.accept = accept;
    const init = { method, headers, ...(body !== undefined && { body }), ...(signal && { signal }) };
    const answer = await fetch(address, init).catch((error) => Promise.reject(this.unreachable(error)));
    if (answer.ok || answer.status === 304) return answer;
    throw await this.refusal(answer);
  }

  async json<T>(method: string, path: readonly string[], options: RequestOptions = {}): Promise<T> {
    const answer = await this.request(method, path, options);
    return (await answer.json()) as T;
  }

  private unreachable(error: unknown): unknown {
    if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError")) return error;
    const cause = (error as { cause?: NodeJS.ErrnoException }).cause;
    const why = cause?.code ?? cause?.message ?? String(error);
    const detail = `No base runtime answers at ${this.url} (${why}). Start one with "kappa host", or say where it is: --host URL, or KAPPA_HOST`;
    return new Failure(EXIT.unreachable, detail, { code: "UNREACHABLE", detail });
  }

  private async refusal(answer: Response): Promise<Failure> {
    const text = await answer.text();
    if (answer.headers.get("content-type")?.startsWith("application/problem+json")) {
      return new Refusal(JSON.parse(text) as Problem);
    }
    const detail = `What answers at ${this.url} is no base runtime: it says ${answer.status} to ${new URL(answer.url).pathname}`;
    return new Failure(EXIT.refused, detail, { code: "NOT_KAPPA", detail });
  }
}
