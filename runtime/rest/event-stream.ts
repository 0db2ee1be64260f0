import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { FastifyReply } from "fastify";
import { tokenToJson } from "../../compiler/actor/token.js";
import type { SinkPort } from "../kappa/ends.js";

/** Silence after which a comment is sent, ms, so that nothing between takes the stream for dead. */
export const KEEP_ALIVE = 15_000;

/** Begins an answer of server-sent events. `end` is aborted when the client goes or the server shuts down. */
export function openStream(
  reply: FastifyReply,
  closing: AbortSignal,
  comment: string,
): { raw: ServerResponse; end: AbortSignal } {
  const { raw } = reply.hijack();
  const gone = new AbortController();
  raw.once("close", () => gone.abort());
  raw.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  raw.write(`: ${comment}\n\n`);
  return { raw, end: AbortSignal.any([gone.signal, closing]) };
}

/**
 * Answers with server-sent events: one for each token of the port, until the client goes, the kappa is deleted or the server
 * shuts down. A token is taken only when the client has read what was sent before.
 */
export async function streamTokens(port: SinkPort, reply: FastifyReply, closing: AbortSignal): Promise<void> {
  const { raw, end: ended } = openStream(reply, closing, "the tokens of this port follow");
  const end = AbortSignal.any([ended, port.end]);
  let seen = 0;
  while (!end.aborted) {
    const reading = await port.next(seen, AbortSignal.any([end, AbortSignal.timeout(KEEP_ALIVE)]));
    if (reading !== undefined) seen = reading.number;
    const event = reading === undefined ? ":\n\n" : `id: ${reading.number}\ndata: ${tokenToJson(reading.token)}\n\n`;
    if (!end.aborted && !raw.write(event)) await once(raw, "drain", { signal: end }).catch(() => {});
  }
  raw.end();
}
