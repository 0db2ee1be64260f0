import { paint, table } from "../output.js";

/** What REST tells of a kappa, as far as it is shown. */
export interface KappaJson {
  ref: string;
  name: string;
  version?: number;
  status: string;
  inports: { name: string; type: string }[];
  outports: { name: string; type: string; overflow?: string }[];
  actors: ActorJson[];
  pending?: { actor: string; why: string; rejected: { name: string; lacks: string[] }[] }[];
  problem?: { code: string; detail: string };
}

export interface ActorJson {
  id: string;
  type: string;
  runtime: string | null;
  status?: string;
  fault?: string;
  firings?: number;
  fuel?: number;
  ram?: number;
  why?: string;
}

const COLOURS = { running: "green", pending: "yellow", unreachable: "yellow", faulted: "red", failed: "red" } as const;

export function statusText(status: string): string {
  return paint(COLOURS[status as keyof typeof COLOURS] ?? "dim", status, process.stdout);
}

/** A kappa with its ports and where its actors are. */
export function describeKappa(kappa: KappaJson): string {
  const { name, ref, version, status, inports, outports, actors, pending = [], problem } = kappa;
  const also = [ref !== undefined && ref !== name && ref, version !== undefined && `version ${version}`].filter(
    Boolean,
  );
  const lines = [`${name}${also.length > 0 ? ` (${also.join(", ")})` : ""}: ${statusText(status)}`];
  const ports = (list: { name: string; type: string }[]) => list.map((port) => `${port.name}: ${port.type}`).join(", ");
  if (inports.length > 0) lines.push(`  in   ${ports(inports)}`);
  if (outports.length > 0) lines.push(`  out  ${ports(outports)}`);
  lines.push(indented(actorTable(actors)));
  for (const { actor, why, rejected } of pending) {
    lines.push(`  ${actor}: ${why}`, ...rejected.map(({ name, lacks }) => `    ${name}: ${lacks.join("; ")}`));
  }
  if (problem !== undefined) lines.push(`  ${problem.code}: ${problem.detail}`);
  return lines.join("\n");
}

function actorTable(actors: readonly ActorJson[]): string {
  const detailed = actors.some(({ status }) => status !== undefined);
  const titles = ["ACTOR", "TYPE", "RUNTIME", ...(detailed ? ["STATUS", "FIRINGS"] : []), ""];
  const rows = actors.map(({ id, type, runtime, status = "", fault, firings, why = "" }) => [
    ...[id, type, runtime ?? "-"],
    ...(detailed ? [fault === undefined ? status : `${status} (${fault})`, String(firings ?? "")] : []),
    why,
  ]);
  return table(titles, rows);
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}
