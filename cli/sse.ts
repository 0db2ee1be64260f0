import { createParser, type EventSourceMessage } from "eventsource-parser";
import { EXIT, Failure } from "./exit.js";

/** The server-sent events of an answer, until it ends. */
export async function* eventsOf(answer: Response): AsyncGenerator<EventSourceMessage> {
  const ready: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => ready.push(event) });
  const decoder = new TextDecoder();
  try {
    for await (const chunk of answer.body ?? []) {
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
      yield* ready.splice(0);
    }
  } catch (error) {
    if ((error as Error).name === "AbortError") return;
    const detail = `The base runtime broke off: ${(error as Error).message}`;
    throw new Failure(EXIT.unreachable, detail, { code: "UNREACHABLE", detail });
  }
}
