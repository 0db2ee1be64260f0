import { TokenError, tokenFromJson, tokenToJson } from "../../compiler/actor/token.js";
import { KappaError } from "../errors.js";
import type { Reading, SinkPort, SourcePort } from "../kappa/ends.js";
import type { Kappa } from "../kappa/kappa.js";
import type { Handler, Request, Route } from "./context.js";
import { streamTokens } from "./event-stream.js";
import { parseJson } from "./json.js";
import { content, parameter, problems, ref } from "./openapi-parts.js";
import { queryOf, WAIT_MAX, waitOf } from "./query.js";

/** Largest token, bytes, as JSON and as CBOR. */
export const TOKEN_MAX = 64 * 1024;

/** POST /kappa/{ref}[/{port}]: takes one token in. */
const postToken: Handler = async (context, request, reply) => {
  queryOf(request, []);
  const kappa = context.kappas.get(request.params.ref!);
  const port = portOf(kappa, "inport", sources(kappa), request.params.port);
  if (request.body === undefined || request.body.text.trim() === "") {
    throw new KappaError("BODY_EMPTY", "Send the token as JSON: a number, true, text in quotes, …");
  }
  const tokens = tokensFor(port, request.body.text);
  if (!port.offer(tokens)) {
    reply.header("retry-after", "1");
    throw new KappaError(
      "QUEUE_FULL",
      `The inport ${port.name} holds ${port.capacity} tokens that the actors have not taken yet: try again later`,
    );
  }
  return reply.code(202).send();
};

/** GET /kappa/{ref}[/{port}]: reads one token, or streams them. */
const getToken: Handler = async (context, request, reply) => {
  const query = queryOf(request, ["wait"]);
  const kappa = context.kappas.get(request.params.ref!);
  const port = portOf(kappa, "outport", sinks(kappa), request.params.port);
  const seen = seenOf(request, port);
  if ((request.headers.accept ?? "").includes("text/event-stream")) return streamTokens(port, reply, context.closing);
  const reading = await read(port, seen, waitOf(query.wait), [context.closing, goneOf(reply.raw)]);
  if (reading === undefined) return reply.code(seen > 0 && port.total <= seen ? 304 : 204).send();
  if (port.overflow === "latest") reply.header("etag", `"${reading.number}"`);
  reply.header("cache-control", "no-store").type("application/json; charset=utf-8");
  return reply.send(tokenToJson(reading.token));
};

const tokenResponses = {
  200: content("The token as JSON", true),
  204: { description: "There is no token now, or none came within the wait" },
  304: { description: "The port keeps its latest token, and that is the one of If-None-Match" },
  ...problems(400, 404, 409),
};
const getOperation = {
  description:
    "Takes the oldest token that waits; of a port with overflow=latest, answers the newest and leaves it. With " +
    "`Accept: text/event-stream` every token is an event, its number the id.",
  responses: {
    ...tokenResponses,
    200: {
      description: "The token",
      content: { "application/json": { schema: true }, "text/event-stream": { schema: { type: "string" } } },
    },
  },
};
const waitParameters = [
  parameter("wait", "query", "Seconds to wait for a token", {
    type: "number",
    minimum: 0,
    maximum: WAIT_MAX,
    default: 0,
  }),
  parameter("If-None-Match", "header", "Of a port with overflow=latest: wait for another token than this ETag", {
    type: "string",
  }),
];
const postOperation = {
  requestBody: { required: true, content: { "application/json": { schema: true } } },
  responses: { 202: { description: "The kappa has the token" }, ...problems(400, 404, 409, 413, 415, 422, 429) },
};

export const tokenRoutes: Route[] = [
  {
    method: "POST",
    path: "/kappa/{ref}",
    bodyLimit: TOKEN_MAX,
    handler: postToken,
    operation: {
      operationId: "sendToken",
      summary: "Send JSON data to the kappa's only inport",
      parameters: [ref("parameters", "Ref")],
      ...postOperation,
    },
  },
  {
    method: "POST",
    path: "/kappa/{ref}/{port}",
    bodyLimit: TOKEN_MAX,
    handler: postToken,
    operation: {
      operationId: "sendTokenToPort",
      summary: "Send JSON data to an inport of the kappa",
      parameters: [ref("parameters", "Ref"), ref("parameters", "Port")],
      ...postOperation,
    },
  },
  {
    method: "GET",
    path: "/kappa/{ref}",
    handler: getToken,
    operation: {
      operationId: "readToken",
      summary: "Read JSON data from the kappa's only outport",
      parameters: [ref("parameters", "Ref"), ...waitParameters],
      ...getOperation,
    },
  },
  {
    method: "GET",
    path: "/kappa/{ref}/{port}",
    handler: getToken,
    operation: {
      operationId: "readTokenFromPort",
      summary: "Read JSON data from an outport of the kappa",
      parameters: [ref("parameters", "Ref"), ref("parameters", "Port"), ...waitParameters],
      ...getOperation,
    },
  },
];

/** The tokens for each inner inport behind the port. They may differ: 20 is an integer for one and a float for another. */
function tokensFor(port: SourcePort, text: string): Uint8Array[] {
  const value = parseJson(text);
  const limit = Math.min(TOKEN_MAX, port.limit);
  return port.peers.map(({ type }) => {
    try {
      const token = tokenFromJson(value, type);
      if (token.length <= limit) return token;
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      throw new KappaError("TOKEN_MISMATCH", `The inport ${port.name} can't take that: ${error.message}`);
    }
    throw new KappaError("TOKEN_TOO_LARGE", `The inport ${port.name} takes tokens of at most ${limit} bytes`);
  });
}

function sources(kappa: Kappa): ReadonlyMap<string, SourcePort> | undefined {
  return kappa.deployment?.sources;
}

function sinks(kappa: Kappa): ReadonlyMap<string, SinkPort> | undefined {
  return kappa.deployment?.sinks;
}

/** The port of that name, or the only one. Throws PORT_UNKNOWN, PORT_AMBIGUOUS or KAPPA_PENDING. */
function portOf<P>(kappa: Kappa, kind: string, ports: ReadonlyMap<string, P> | undefined, name: string | undefined): P {
  const { desired, ref } = kappa.record;
  const names = (kind === "inport" ? desired?.graph.inports : desired?.graph.outports)?.map((port) => port.name) ?? [];
  const known = names.length > 0 ? `its ${kind}s are: ${names.join(", ")}` : `it has no ${kind}s`;
  if (name === undefined && names.length > 1) {
    throw new KappaError(
      "PORT_AMBIGUOUS",
      `The kappa has several ${kind}s: add one to the address, /kappa/${ref}/${names[0]}`,
      {
        ports: names,
      },
    );
  }
  const chosen = name ?? names[0];
  if (chosen === undefined || !names.includes(chosen)) {
    throw new KappaError(
      "PORT_UNKNOWN",
      name === undefined ? `The kappa has no ${kind}` : `The kappa has no ${kind} ${name}; ${known}`,
      {
        ports: names,
      },
    );
  }
  const port = ports?.get(chosen);
  if (port !== undefined) return port;
  const why = kappa.problem?.detail ?? kappa.pending.map(({ actor, why }) => `${actor}: ${why}`).join(" ");
  throw new KappaError("KAPPA_PENDING", `The kappa does not run yet. ${why}`.trim());
}

/** The number of the token that the client has, of a port that keeps its latest; 0 for none. */
function seenOf(request: Request, port: SinkPort): number {
  const match = /^(?:W\/)?"(\d+)"$/.exec(request.headers["if-none-match"] ?? "");
  return port.overflow === "latest" && match !== null ? Number(match[1]) : 0;
}

async function read(port: SinkPort, seen: number, wait: number, ends: AbortSignal[]): Promise<Reading | undefined> {
  if (wait === 0) return port.read(seen);
  return port.next(seen, AbortSignal.any([AbortSignal.timeout(wait * 1000), ...ends]));
}

/** Aborted when the client goes away before it was answered. */
function goneOf(response: import("node:http").ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  return gone.signal;
}
