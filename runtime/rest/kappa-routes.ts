import type { Json } from "../../compiler/script/graph.js";
import { KappaError } from "../errors.js";
import type { PutRequest } from "../kappa/kappas.js";
import { endsOf } from "../kappa/plan.js";
import { actorsOf, portsOf } from "../kappa/views.js";
import type { Request, RestContext, Route } from "./context.js";
import { parseJson } from "./json.js";
import { content, json, parameter, problems, ref, schema } from "./openapi-parts.js";
import { flagOf, queryOf, WAIT_MAX, waitOf } from "./query.js";

/** Largest script, bytes. */
export const SCRIPT_MAX = 1024 * 1024;

export const kappaRoutes: Route[] = [
  {
    method: "PUT",
    path: "/kappa",
    bodyLimit: SCRIPT_MAX,
    handler: async (context, request, reply) => {
      const query = queryOf(request, ["name", "dry-run"]);
      const put = putRequestOf(request, query.name);
      if (flagOf("dry-run", query["dry-run"])) return dryRun(context, put);
      const { view, outcome, warnings } = await context.kappas.put(put);
      reply.header("location", `/kappa/${view.ref}`);
      reply.code(view.status === "pending" ? 202 : outcome === "created" ? 201 : 200);
      return { ...view, ...(warnings.length > 0 && { warnings }) };
    },
    operation: {
      operationId: "putKappa",
      summary: "Deploy a script as a kappa",
      description:
        "Compiles the script, finds a runtime for each of its actors, makes all of them or none, and starts them. With a " +
        "name, the same script again changes nothing (200), and another one replaces it under the same ref (200).",
      parameters: [
        parameter("name", "query", "Makes the PUT idempotent", {
          type: "string",
          pattern: "^[A-Za-z][A-Za-z0-9_-]{0,63}$",
        }),
        parameter("dry-run", "query", "Say where each actor would go and why, and do nothing", { type: "boolean" }),
      ],
      requestBody: {
        required: true,
        content: {
          "text/plain": { schema: { type: "string", description: "CalvinScript, at most 1 MiB" } },
          "application/json": { schema: schema("PutKappa") },
        },
      },
      responses: {
        200: content("It runs already, or was replaced; or the answer of a dry run", {
          anyOf: [schema("Kappa"), schema("DryRun")],
        }),
        201: { ...content("It runs", schema("Kappa")), headers: ref("headers", "Location") },
        202: {
          ...content("It is pending, and why; it runs as soon as it can", schema("Kappa")),
          headers: ref("headers", "Location"),
        },
        ...problems(400, 409, 413, 415, 422, 500),
      },
    },
  },
  {
    method: "GET",
    path: "/kappa",
    handler: async (context, request) => {
      queryOf(request, []);
      return context.kappas.list();
    },
    operation: {
      operationId: "listKappas",
      summary: "List all kappas",
      responses: { 200: content("In the order they were made", { type: "array", items: schema("Kappa") }) },
    },
  },
  {
    method: "DELETE",
    path: "/kappa/{ref}",
    handler: async (context, request, reply) => {
      queryOf(request, []);
      const complete = await context.kappas.remove(request.params.ref!);
      if (complete) return reply.code(204).send();
      reply.code(202);
      return { status: "deleting", detail: "A device with actors of it is away: they are removed when it is back" };
    },
    operation: {
      operationId: "deleteKappa",
      summary: "Delete a kappa with all its actors",
      parameters: [ref("parameters", "Ref")],
      responses: {
        204: { description: "Nothing of it is left" },
        202: content("It is deleted; actors on a device that is away are removed when that is back", {
          type: "object",
          properties: { status: { const: "deleting" }, detail: { type: "string" } },
        }),
        ...problems(404, 500),
      },
    },
  },
  {
    method: "GET",
    path: "/kappa/{ref}/status",
    handler: async (context, request) => {
      const query = queryOf(request, ["wait"]);
      const kappa = context.kappas.get(request.params.ref!);
      const wait = waitOf(query.wait);
      if (wait > 0) await kappa.made(AbortSignal.any([AbortSignal.timeout(wait * 1000), context.closing]));
      return context.introspection.kappa(kappa);
    },
    operation: {
      operationId: "getKappaStatus",
      summary: "What every actor of a kappa does",
      parameters: [
        ref("parameters", "Ref"),
        parameter("wait", "query", "Seconds to wait until it is neither pending nor unreachable", {
          type: "number",
          minimum: 0,
          maximum: WAIT_MAX,
          default: 0,
        }),
      ],
      responses: { 200: json("KappaStatus", "As its runtimes tell it now"), ...problems(400, 404) },
    },
  },
];

/** The script with its name and arguments, from text or JSON. */
function putRequestOf(request: Request, name: string | undefined): PutRequest {
  const { body } = request;
  if (body === undefined || body.text.trim() === "") {
    throw new KappaError(
      "BODY_EMPTY",
      "Send the script as text/plain, or as application/json { script, name?, args? }",
    );
  }
  if (body.mediaType !== "application/json") return { script: body.text, args: {}, ...(name && { name }) };
  const value = parseJson(body.text);
  if (typeof value !== "object" || value === null || Array.isArray(value) || typeof value.script !== "string") {
    throw new KappaError(
      "BODY_NOT_JSON",
      'The body must be a JSON object with the text "script", and may have "name" and "args"',
    );
  }
  const unknown = Object.keys(value).filter((key) => !["script", "name", "args"].includes(key));
  if (unknown.length > 0) {
    throw new KappaError("BODY_NOT_JSON", `The body may have script, name and args, not ${unknown.join(", ")}`);
  }
  const { args = {}, name: own } = value;
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    throw new KappaError("BODY_NOT_JSON", '"args" must be an object: the arguments of the component by name');
  }
  if (own !== undefined && typeof own !== "string") throw new KappaError("BODY_NOT_JSON", '"name" must be text');
  if (own !== undefined && name !== undefined && own !== name) {
    throw new KappaError("QUERY_INVALID", `The query says the name is ${name}, the body says it is ${own}`);
  }
  const chosen = name ?? own;
  return { script: value.script, args: args as Record<string, Json>, ...(chosen !== undefined && { name: chosen }) };
}

async function dryRun(context: RestContext, put: PutRequest): Promise<unknown> {
  const { desired, modules, placement, warnings } = await context.kappas.dryRun(put);
  const ends = endsOf(desired.graph, modules);
  const { mesh } = context;
  const types = new Map(actorsOf(desired, ends, mesh, placement.assignments).map(({ id, type }) => [id, type]));
  return {
    status: placement.pending.length > 0 ? "pending" : "running",
    ...portsOf(ends),
    actors: placement.actors.map(({ actor, runtime, why, rejected }) => ({
      id: actor,
      type: types.get(actor),
      runtime: runtime === undefined ? null : mesh.nameOf(runtime),
      why,
      rejected,
    })),
    ...(warnings.length > 0 && { warnings }),
  };
}
