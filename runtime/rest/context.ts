import type { FastifyReply, FastifyRequest } from "fastify";
import type { EventLog } from "../events/event-log.js";
import type { Introspection } from "../kappa/introspection.js";
import type { Kappas } from "../kappa/kappas.js";
import type { Mesh } from "../mesh/mesh.js";

/** What the handlers of requests work on. */
export interface RestContext {
  kappas: Kappas;
  mesh: Mesh;
  introspection: Introspection;
  events: EventLog;
  /** Aborted when the server shuts down: who waits gets an answer. */
  closing: AbortSignal;
}

/** The body as text; undefined when there is none. Which kind it is is said by `mediaType`. */
export interface TextBody {
  mediaType: string;
  text: string;
}

export type Request = FastifyRequest<{
  Params: Record<string, string>;
  Querystring: Record<string, string | string[]>;
  Body: TextBody | undefined;
}>;

export type Handler = (context: RestContext, request: Request, reply: FastifyReply) => Promise<unknown>;

/** A route with its part of the OpenAPI document: what is served and what is said are one. */
export interface Route {
  method: "GET" | "PUT" | "POST" | "DELETE";
  /** With `{name}` for parameters, as OpenAPI has it. */
  path: string;
  /** Largest body in bytes. */
  bodyLimit?: number;
  handler: Handler;
  /** OpenAPI 3.1 operation object. */
  operation: Record<string, unknown>;
}
