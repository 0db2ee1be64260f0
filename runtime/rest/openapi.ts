import { ERRORS } from "../errors.js";
import type { Route } from "./context.js";
import { parameter, schema } from "./openapi-parts.js";

const text = { type: "string" };
const count = { type: "integer", minimum: 0 };
const list = (items: object) => ({ type: "array", items });

/** An object schema; a name with `?` is optional. */
function object(properties: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(properties);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name.replace("?", ""), properties[name]])),
    required: names.filter((name) => !name.endsWith("?")),
  };
}

const rejected = list(object({ runtime: text, name: text, lacks: list(text) }));
const port = object({ name: text, type: text, "overflow?": { enum: ["block", "latest"] } });
const nullable = { type: ["string", "null"] };
const actorReport = {
  id: text,
  type: text,
  runtime: nullable,
  status: { enum: ["held", "running", "faulted", "pending", "unreachable"] },
  "fault?": { ...text, description: "Name of the trap" },
  "firings?": count,
  "fuel?": { type: "integer", minimum: 0, description: "All fuel used" },
  "ram?": { ...count, description: "Bytes, where the runtime knows" },
  "why?": { ...text, description: "Why it has no place, or can't be asked" },
};
const status = { enum: ["running", "pending", "faulted", "unreachable", "failed", "deleting"] };
const kappa = {
  ref: { ...text, description: "What it is called by from now on; its name does as well" },
  name: text,
  version: { type: "integer", minimum: 1 },
  status,
  inports: list(port),
  outports: list(port),
};

const schemas = {
  PutKappa: object({ script: text, "name?": text, "args?": { type: "object", additionalProperties: true } }),
  Kappa: object({
    ...kappa,
    actors: list(object({ id: text, type: text, runtime: { ...nullable, description: "Name of the runtime" } })),
    "pending?": list(object({ actor: text, why: text, rejected })),
    "warnings?": list(schema("Diagnostic")),
    "problem?": object({ code: text, detail: text }),
  }),
  DryRun: object({
    status: { enum: ["running", "pending"] },
    inports: list(port),
    outports: list(port),
    actors: list(object({ id: text, type: text, runtime: nullable, why: text, rejected })),
    "warnings?": list(schema("Diagnostic")),
  }),
  KappaStatus: object({
    ...kappa,
    created: { type: "string", format: "date-time" },
    updated: { type: "string", format: "date-time" },
    actors: list(object(actorReport)),
    "problem?": object({ code: text, detail: text }),
  }),
  Actor: object({
    ...actorReport,
    kappa: { ...text, description: "Its kappa's ref" },
    "state?": { type: "object", additionalProperties: true, description: "Field values by name" },
  }),
  Runtime: object({
    id: text,
    name: text,
    kind: { enum: ["base", "constrained"] },
    "board?": text,
    capabilities: list(text),
    attributes: { type: "object", additionalProperties: true },
    simulated: { type: "boolean" },
    connected: { type: "boolean" },
    "free?": { ...count, description: "Bytes that actors may still take" },
    tokenMax: count,
  }),
  RuntimeDetails: {
    allOf: [
      schema("Runtime"),
      object({ actors: { ...list(text), description: "Ids; ?HANDLE for an actor that should not be there" } }),
    ],
  },
  Event: object({
    id: { type: "integer", minimum: 1, description: "Its number in this process of the base runtime" },
    time: { type: "string", format: "date-time" },
    kind: { enum: ["log", "fault", "kappa", "runtime"] },
    "kappa?": { ...text, description: "Name of the kappa" },
    "ref?": text,
    "actor?": text,
    "runtime?": { ...text, description: "Name of the runtime" },
    "text?": { ...text, description: "Of a log: what the actor wrote" },
    "fault?": { ...text, description: "Of a fault: name of the trap" },
    "change?": { enum: ["created", "replaced", "deleted", "status"] },
    "status?": status,
    "version?": { type: "integer", minimum: 1 },
    "why?": { ...text, description: "Why the kappa is pending or failed" },
    "connected?": { type: "boolean" },
  }),
  Problem: {
    ...object({
      type: { type: "string", format: "uri" },
      title: text,
      status: { type: "integer" },
      code: { enum: Object.keys(ERRORS) },
      detail: { ...text, description: "What is wrong and what to do" },
      instance: text,
      "diagnostics?": list(schema("Diagnostic")),
    }),
    additionalProperties: true,
  },
  Diagnostic: object({
    code: text,
    severity: { enum: ["error", "warning"] },
    message: text,
    file: text,
    line: { type: "integer", minimum: 1 },
    column: { type: "integer", minimum: 1 },
    endLine: { type: "integer", minimum: 1 },
    endColumn: { type: "integer", minimum: 1 },
    excerpt: text,
    "hint?": text,
  }),
};

/** The OpenAPI 3.1 document of the routes. */
export function openApiOf(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, operation } of routes) {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Kappa",
      version,
      summary: "Serverless computing for the Internet of Things",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: {
      schemas,
      parameters: {
        Ref: parameter("ref", "path", "Ref or name of the kappa", text),
        Port: parameter("port", "path", "Name of a port of the kappa", text),
      },
      headers: { Location: { description: "Address of the kappa", schema: text } },
      responses: {
        Problem: {
          description: "What is wrong (RFC 9457)",
          content: { "application/problem+json": { schema: schema("Problem") } },
        },
      },
    },
  };
}
