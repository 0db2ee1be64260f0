import { randomBytes } from "node:crypto";
import type { DocumentStore } from "./store/documents.js";

/** Who this base runtime is, to devices and in the mesh; the same after every restart. */
export interface Identity {
  /** 8 bytes in hex. */
  id: string;
}

const KEY = "identity";

/** Reads the identity, or draws one the first time. */
export async function loadIdentity(store: DocumentStore<Identity>): Promise<Identity> {
  const known = (await store.load()).documents.get(KEY);
  if (known !== undefined && /^[0-9a-f]{16}$/.test(known.id)) return known;
  const drawn = { id: randomBytes(8).toString("hex") };
  await store.put(KEY, drawn);
  return drawn;
}
