import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify, LogController } from "fastify";
import type { Logger } from "pino";
import { KappaError } from "../errors.js";
import type { Handler, Request, RestContext, Route, TextBody } from "./context.js";
import { eventRoutes } from "./event-routes.js";
import { kappaRoutes } from "./kappa-routes.js";
import { openApiOf } from "./openapi.js";
import { content } from "./openapi-parts.js";
import { asKappaError, PROBLEM_TYPE, problemOf } from "./problem.js";
import { systemRoutes } from "./system-routes.js";
import { TOKEN_MAX, tokenRoutes } from "./token-routes.js";

/** Version of the REST interface. */
const VERSION = "1.0.0";

const openApiRoute: Route = {
  method: "GET",
  path: "/openapi.json",
  handler: async () => openApiOf(ROUTES, VERSION),
  operation: {
    operationId: "getOpenApi",
    summary: "This document",
    responses: { 200: content("OpenAPI 3.1", { type: "object" }) },
  },
};

/** Every route that is served, `HEAD` of each `GET` aside. */
export const ROUTES: readonly Route[] = [...kappaRoutes, ...tokenRoutes, ...systemRoutes, ...eventRoutes, openApiRoute];

/** The REST interface over kappas. Not listening yet; `close` ends what waits. */
export function createServer(context: Omit<RestContext, "closing">, log: Logger): FastifyInstance {
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: TOKEN_MAX,
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: "idle",
    // What goes wrong before there is a route: an address that can't be decoded.
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply),
  }) as unknown as FastifyInstance;
  const closing = new AbortController();
  app.addHook("preClose", async () => closing.abort());
  const full: RestContext = { ...context, closing: closing.signal };
  readBodies(app);
  answerErrors(app);
  for (const route of ROUTES) {
    app.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ":$1"),
      ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
      handler: (request, reply) => handle(route.handler, full, request, reply),
    });
  }
  return app;
}

function handle(handler: Handler, context: RestContext, request: FastifyRequest, reply: FastifyReply) {
  return handler(context, request as Request, reply);
}

/** Bodies are kept as text: what they have to be is the routes' matter. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = (
    request: FastifyRequest,
    text: string | Buffer,
    done: (error: Error | null, body?: TextBody) => void,
  ) => {
    const mediaType = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
    const fault = wrongType(request, mediaType);
    if (fault !== undefined) done(fault);
    else done(null, { mediaType, text: String(text) });
  };
  app.addContentTypeParser("*", { parseAs: "string" }, parse);
}

/** A script may be text or JSON, a token is JSON; without a type the body is taken for the first of these. */
function wrongType(request: FastifyRequest, mediaType: string): KappaError | undefined {
  const allowed = request.method === "PUT" ? ["text/plain", "application/json"] : ["application/json"];
  if (mediaType === "" || allowed.includes(mediaType)) return undefined;
  return new KappaError(
    "MEDIA_TYPE",
    `The body is said to be ${mediaType}; it must be ${allowed.join(" or ")}. With curl: -H 'content-type: ${allowed[0]}'`,
  );
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request) => {
    const path = pathOf(request);
    const allowed = ROUTES.filter((route) => matches(route.path, path)).flatMap(({ method }) =>
      method === "GET" ? ["GET", "HEAD"] : [method],
    );
    if (allowed.length === 0) {
      throw new KappaError("NOT_FOUND", `Nothing is at ${path}; GET /openapi.json says what there is`);
    }
    throw new MethodNotAllowed(request.method, path, [...new Set(allowed)]);
  });
}

function sendProblem(cause: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = asKappaError(cause, request.routeOptions.bodyLimit ?? TOKEN_MAX);
  if (error.status >= 500) {
    request.log.error({ err: cause, url: request.url, method: request.method }, "request failed");
  }
  if (error instanceof MethodNotAllowed) reply.header("allow", error.allowed.join(", "));
  reply
    .code(error.status)
    .type(PROBLEM_TYPE)
    .send(problemOf(error, pathOf(request)));
}

class MethodNotAllowed extends KappaError {
  constructor(
    method: string,
    path: string,
    readonly allowed: string[],
  ) {
    super("METHOD_NOT_ALLOWED", `${path} does not take ${method}; it takes ${allowed.join(", ")}`);
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0]!;
}

function matches(pattern: string, path: string): boolean {
  const [want, got] = [pattern.split("/"), path.split("/")];
  return want.length === got.length && want.every((part, at) => part.startsWith("{") || part === got[at]);
}
