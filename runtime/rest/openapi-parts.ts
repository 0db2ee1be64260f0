/** Small parts that the operations of the OpenAPI document are put together from. */

type Part = Record<string, unknown>;

/** A reference to a schema of the document. */
export function schema(name: string): Part {
  return { $ref: `#/components/schemas/${name}` };
}

/** A reference to a shared part. Headers come under their name. */
export function ref(kind: "parameters" | "headers", name: string): Part {
  const reference = { $ref: `#/components/${kind}/${name}` };
  return kind === "headers" ? { [name]: reference } : reference;
}

/** A JSON response. `body` is a schema; true is any JSON value. */
export function content(description: string, body: Part | true): Part {
  return { description, content: { "application/json": { schema: body } } };
}

/** A JSON response of a schema in the document. */
export function json(name: string, description: string): Part {
  return content(description, schema(name));
}

export function parameter(name: string, where: "query" | "path" | "header", description: string, type: Part): Part {
  return { name, in: where, description, required: where === "path", schema: type };
}

/** Responses that are problem documents. */
export function problems(...statuses: number[]): Record<number, Part> {
  return Object.fromEntries(statuses.map((status) => [status, { $ref: "#/components/responses/Problem" }]));
}
