import { once } from "node:events";
import type { FastifyReply } from "fastify";
import { KappaError } from "../errors.js";
import { CAPACITY, type EventLog, KINDS, type LoggedEvent } from "../events/event-log.js";
import type { Request, RestContext, Route } from "./context.js";
import { KEEP_ALIVE, openStream } from "./event-stream.js";
import { parameter, problems, schema } from "./openapi-parts.js";
import { queryOf } from "./query.js";

type Filter = (event: LoggedEvent) => boolean;

export const eventRoutes: Route[] = [
  {
    method: "GET",
    path: "/events",
    handler: async (context, request, reply) => {
      const query = queryOf(request, ["kappa", "kind", "last"]);
      const filter = both(ofKappa(context, query.kappa), ofKinds(query.kind));
      const last = lastOf(query.last);
      const kept = context.events.after(0).filter(filter);
      if (!(request.headers.accept ?? "").includes("text/event-stream"))
        return last === 0 ? [] : kept.slice(-(last ?? CAPACITY));
      return stream(context.events, filter, startOf(context.events, request, kept, last ?? 0), reply, context.closing);
    },
    operation: {
      operationId: "getEvents",
      summary: "What actors log, faults, and how kappas and runtimes come, change and go",
      description:
        `The newest ${CAPACITY} events are kept. With \`Accept: text/event-stream\` every event from now on is sent as it comes, ` +
        "its number the id; `Last-Event-ID` goes on after that one. A reader that is too slow gets an event `missed` with " +
        "how many it has missed.",
      parameters: [
        parameter("kappa", "query", "Only of the kappa with this ref or name", { type: "string" }),
        parameter("kind", "query", "Only these kinds, with commas between", {
          type: "string",
          examples: ["log,fault"],
        }),
        parameter("last", "query", "So many of the newest, for a stream to begin with: all, for a stream none", {
          type: "integer",
          minimum: 0,
          maximum: CAPACITY,
        }),
        parameter("Last-Event-ID", "header", "Of a stream: the number of the last event that was read", {
          type: "integer",
        }),
      ],
      responses: {
        200: {
          description: "Oldest first",
          content: {
            "application/json": { schema: { type: "array", items: schema("Event") } },
            "text/event-stream": { schema: { type: "string" } },
          },
        },
        ...problems(400, 404),
      },
    },
  },
];

/** Sends events from after number `seen` on, until the client goes or the server shuts down. */
async function stream(log: EventLog, filter: Filter, start: number, reply: FastifyReply, closing: AbortSignal) {
  const { raw, end } = openStream(reply, closing, "events follow");
  let seen = start;
  while (!end.aborted) {
    const missed = log.missed(seen);
    let text = missed > 0 ? `event: missed\ndata: ${missed}\n\n` : "";
    for (const event of log.after(seen)) {
      seen = event.id;
      if (filter(event)) text += `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
    }
    seen = Math.max(seen, log.newest);
    if (text !== "" && !raw.write(text)) await once(raw, "drain", { signal: end }).catch(() => {});
    const silence = AbortSignal.timeout(KEEP_ALIVE);
    await log.wait(seen, AbortSignal.any([end, silence]));
    if (silence.aborted && !end.aborted) raw.write(":\n\n");
  }
  raw.end();
}

/** The number after which a stream begins. A number that was not given out is of an earlier process: all that is kept follows. */
function startOf(log: EventLog, request: Request, kept: readonly LoggedEvent[], last: number): number {
  const header = request.headers["last-event-id"];
  if (typeof header === "string" && /^\d{1,15}$/.test(header)) return Number(header) > log.newest ? 0 : Number(header);
  const first = last === 0 ? undefined : kept.slice(-last)[0];
  return first === undefined ? log.newest : first.id - 1;
}

/** Throws KAPPA_UNKNOWN when there is none, and none is remembered. */
function ofKappa({ events, kappas }: RestContext, key: string | undefined): Filter {
  if (key === undefined) return () => true;
  const filter: Filter = (event) => event.kind !== "runtime" && (event.kappa === key || event.ref === key);
  if (!events.after(0).some(filter)) kappas.get(key);
  return filter;
}

function ofKinds(text: string | undefined): Filter {
  if (text === undefined) return () => true;
  const kinds = text.split(",");
  const unknown = kinds.find((kind) => !KINDS.some((known) => known === kind));
  if (unknown === undefined) return (event) => kinds.includes(event.kind);
  throw new KappaError("QUERY_INVALID", `kind is of ${KINDS.join(", ")}, not ${JSON.stringify(unknown)}`);
}

function both(one: Filter, other: Filter): Filter {
  return (event) => one(event) && other(event);
}

function lastOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const last = Number(text);
  if (/^\d+$/.test(text) && last <= CAPACITY) return last;
  throw new KappaError("QUERY_INVALID", `last is a whole number from 0 to ${CAPACITY}, not ${JSON.stringify(text)}`);
}
