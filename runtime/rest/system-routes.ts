import type { Route } from "./context.js";
import { content, json, parameter, problems, schema } from "./openapi-parts.js";
import { queryOf, WAIT_MAX, waitOf } from "./query.js";

export const systemRoutes: Route[] = [
  {
    method: "GET",
    path: "/runtimes",
    handler: async (context, request) => {
      queryOf(request, []);
      return context.mesh.infos();
    },
    operation: {
      operationId: "listRuntimes",
      summary: "What is known of every runtime",
      responses: { 200: content("The base runtime first", { type: "array", items: schema("Runtime") }) },
    },
  },
  {
    method: "GET",
    path: "/runtimes/{id}",
    handler: async (context, request) => {
      const wait = waitOf(queryOf(request, ["wait"]).wait);
      const key = request.params.id!;
      if (wait > 0) await context.mesh.here(key, AbortSignal.any([AbortSignal.timeout(wait * 1000), context.closing]));
      const member = context.mesh.reach(context.mesh.get(key).host.info.id);
      return { ...member.host.info, actors: await member.actors() };
    },
    operation: {
      operationId: "getRuntime",
      summary: "A runtime, with the actors that it says it holds now",
      parameters: [
        parameter("id", "path", "Id or name of the runtime", { type: "string" }),
        parameter("wait", "query", "Seconds to wait until it is connected", {
          type: "number",
          minimum: 0,
          maximum: WAIT_MAX,
          default: 0,
        }),
      ],
      responses: {
        200: json("RuntimeDetails", "As it tells it now"),
        ...problems(400, 404, 503, 504),
      },
    },
  },
  {
    method: "GET",
    path: "/actor/{id}",
    handler: async (context, request) => {
      queryOf(request, []);
      return context.introspection.actor(request.params.id!);
    },
    operation: {
      operationId: "getActor",
      summary: "An actor with its state: the fields of its class, by name",
      parameters: [parameter("id", "path", "Full name, such as heating:control", { type: "string" })],
      responses: { 200: json("Actor", "As its runtime tells it now"), ...problems(404, 503, 504) },
    },
  },
];
