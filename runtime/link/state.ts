import { KappaError } from "../errors.js";
import { failure } from "./failure.js";
import { bytes, concat, u32, uint } from "./messages.js";
import type { ModuleDevice } from "./modules.js";
import { Operation, REQUEST_HEAD, request, Status } from "./operations.js";

/** Bytes of a RESTORE request besides its page, at most: head, array, actor, total, offset, head of the page. */
const PAGE_OVERHEAD = REQUEST_HEAD + 1 + 3 + 5 + 5 + 3;
/** How often a state is read from the start because the actor fired between two pages, or the session broke. */
const ATTEMPTS = 20;

/** The state of an actor, in pages between which it did not fire. */
export async function readState(device: ModuleDevice, id: string, actor: number): Promise<Uint8Array> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const state = await readOnce(device, id, actor);
    if (state) return state;
  }
  const text = `Actor ${id} on ${device.name} fires too often for its state to be read: stop it first`;
  throw new KappaError("ACTOR_STATE", text, { actor: id });
}

async function readOnce(device: ModuleDevice, id: string, actor: number): Promise<Uint8Array | undefined> {
  const pages: Uint8Array[] = [];
  let [have, total] = [0, 0];
  let fired: number | undefined;
  do {
    const { status, items } = await device.requests.call(Operation.state, request.state(actor, have));
    if (status !== Status.ok)
      throw failure(status, items, { device: device.name, doing: "give the state of", actor: id });
    const firings = uint(Number(items[1]), Number.MAX_SAFE_INTEGER);
    const page = bytes(items[2]);
    fired ??= firings;
    total = u32(items[0]);
    if (firings !== fired || (page.length === 0 && have < total)) return undefined;
    pages.push(page);
    have += page.length;
  } while (have < total);
  return concat(pages);
}

/** Puts a state into a held actor, page by page from the first; from there again when the session breaks. */
export async function writeState(device: ModuleDevice, id: string, actor: number, state: Uint8Array): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await writeOnce(device, id, actor, state);
      return;
    } catch (error) {
      if (!(error instanceof KappaError) || error.code !== "LINK_DOWN" || attempt === 3) throw error;
    }
  }
}

async function writeOnce(device: ModuleDevice, id: string, actor: number, state: Uint8Array): Promise<void> {
  const room = device.frameMax - PAGE_OVERHEAD;
  let offset = 0;
  do {
    const body = request.restore(actor, state.length, offset, state.subarray(offset, offset + room));
    const { status, items } = await device.requests.call(Operation.restore, body, { repeatable: false });
    if (status !== Status.ok)
      throw failure(status, items, { device: device.name, doing: "take a state for", actor: id });
    offset += room;
  } while (offset < state.length);
}
