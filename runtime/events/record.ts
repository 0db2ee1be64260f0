import type { Kappas } from "../kappa/kappas.js";
import type { Mesh } from "../mesh/mesh.js";
import { EventLog } from "./event-log.js";

/** Records what runtimes and kappas tell, from now on. */
export function recordEvents(mesh: Mesh, kappas: Kappas, log = new EventLog()): EventLog {
  const owner = (actor: string) => {
    const record = kappas.owner(actor)?.record;
    return record === undefined ? {} : { kappa: record.name, ref: record.ref };
  };
  const connected = new Map<string, boolean>();
  mesh.on("log", ({ runtime, actor, text }) => {
    log.add({ kind: "log", ...owner(actor), actor, runtime: mesh.nameOf(runtime), text });
  });
  // Before the kappa hears of it, and has another status.
  mesh.prependListener("fault", ({ runtime, actor, fault }) => {
    log.add({ kind: "fault", ...owner(actor), actor, runtime: mesh.nameOf(runtime), fault });
  });
  mesh.on("change", (runtime) => {
    const now = mesh.find(runtime)?.host.info.connected ?? false;
    // A device that is known from before, but away, has not gone.
    if ((connected.get(runtime) ?? false) === now) return;
    connected.set(runtime, now);
    log.add({ kind: "runtime", runtime: mesh.nameOf(runtime), connected: now });
  });
  kappas.on("change", (kappa, change) => {
    const { ref, name, version } = kappa.record;
    const why = kappa.problem?.detail ?? kappa.pending.map((pending) => `${pending.actor}: ${pending.why}`).join(" ");
    log.add({ kind: "kappa", kappa: name, ref, change, status: kappa.status, version, ...(why !== "" && { why }) });
  });
  return log;
}
