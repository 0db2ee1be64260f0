import { distance, FLIGHT_MAX } from "../port/sequence.js";
import { type DeployDevice, disconnect, removeActors } from "./deployment.js";
import { failure } from "./failure.js";
import { MessageError } from "./messages.js";
import { hashText } from "./modules.js";
import { type InventoryItem, Operation, parseInventory, request, Status, type WireConnection } from "./operations.js";

/** What the device said of one of the host's actors. */
export interface FoundActor {
  status: number;
  fault: number;
}

/** What a device has lost against the record. */
export interface Loss {
  actors: string[];
  /** Ids of connections over the link. */
  connections: string[];
}

/** All pages of INVENTORY; `setup` as for Requests.call. */
export async function readInventory(
  device: Pick<DeployDevice, "requests" | "name">,
  setup: boolean,
): Promise<InventoryItem[]> {
  const items: InventoryItem[] = [];
  for (let from = 0; ; ) {
    const reply = await device.requests.call(Operation.inventory, request.inventory(from), { setup });
    if (reply.status !== Status.ok)
      throw failure(reply.status, reply.items, { device: device.name, doing: "list what it has" });
    const page = parseInventory(reply.items);
    items.push(...page.items);
    if (page.next === 0) return items;
    if (page.next <= from) throw new MessageError(`INVENTORY goes on at ${page.next} after ${from}`);
    from = page.next;
  }
}

/**
 * Makes the registry of a host that has started anew and a device that went on agree: takes sequence numbers over, removes from
 * the device what the registry does not know, and from the registry what the device has lost.
 */
export async function reconcile(device: DeployDevice): Promise<{ found: Map<string, FoundActor>; loss: Loss }> {
  const { registry, modules } = device;
  const items = await readInventory(device, true);
  modules.clear();
  const found = new Map<string, FoundActor>();
  const orphans: number[] = [];
  for (const item of items) {
    if (item.kind === "module") modules.noted(hashText(item.hash), item.total, item.have);
    if (item.kind !== "actor") continue;
    const id = registry.actorOf(item.actor);
    if (id !== undefined && registry.actors.get(id)?.module === hashText(item.hash)) found.set(id, item);
    else orphans.push(item.actor);
  }
  if (orphans.length > 0) await removeActors(device, orphans, true);
  const lostActors = [...registry.actors.keys()].filter((id) => !found.has(id));
  const forgotten = registry.forget(lostActors);
  const { taken, strays } = takeConnections(device, items, new Set(orphans));
  if (strays.length > 0) await disconnect(device, strays, true);
  const gone = dropMissing(device, taken);
  for (const id of forgotten) device.channels.release(id);
  return { found, loss: { actors: lostActors, connections: [...forgotten, ...gone] } };
}

type ConnectionItem = Extract<InventoryItem, { kind: "connection" }>;

const isConnection = (item: InventoryItem): item is ConnectionItem => item.kind === "connection";

/** Takes known connections over; returns their ids, and the connections that the registry does not know. */
function takeConnections(
  device: DeployDevice,
  items: InventoryItem[],
  orphans: Set<number>,
): { taken: Set<string>; strays: WireConnection[] } {
  const taken = new Set<string>();
  const strays: WireConnection[] = [];
  for (const item of items.filter(isConnection)) {
    const id = connectionOf(device, item);
    if (id !== undefined) {
      takeOver(device, id, item);
      taken.add(id);
    } else if (!orphans.has(item.actor)) {
      const kind = item.role === "sending" ? "send" : "receive";
      strays.push({ kind, actor: item.actor, port: item.port, handle: item.handle });
    }
  }
  return { taken, strays };
}

/**
 * Takes one connection over. Without a checkpoint the end here goes on at what the device told. With one, tokens from the device go
 * on after those that were stored and not acknowledged, and tokens to it from those that the device may have without our knowing.
 */
function takeOver({ registry, channels }: DeployDevice, id: string, { handle, role, seq }: ConnectionItem): void {
  const kept = registry.connections.get(id)?.next;
  if (role === "sending" && kept !== undefined && distance(seq, kept) <= FLIGHT_MAX) channels.take(id, handle, kept);
  else if (role === "receiving" && kept !== undefined && distance(kept, seq) <= FLIGHT_MAX)
    channels.take(id, handle, kept, distance(kept, seq));
  else channels.take(id, handle, seq);
  channels.open(id);
}

function connectionOf({ registry }: DeployDevice, item: ConnectionItem): string | undefined {
  for (const [id, { handle, kind, actor, port }] of registry.connections) {
    const same = handle === item.handle && (kind === "send") === (item.role === "sending") && port === item.port;
    if (same && registry.actors.get(actor)?.handle === item.actor) return id;
  }
  return undefined;
}

/** Forgets connections that the device does not have. */
function dropMissing({ registry, channels }: DeployDevice, taken: Set<string>): string[] {
  const missing = [...registry.connections.keys()].filter((id) => !taken.has(id));
  for (const id of missing) {
    registry.connections.delete(id);
    channels.release(id);
  }
  return missing;
}
