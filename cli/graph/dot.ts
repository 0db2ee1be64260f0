import type { Endpoint, Graph } from "../../compiler/script/graph.js";
import { argumentsText, type Box, boxesOf, portsOf } from "./tree.js";

/** Longest text of arguments in a node. */
const ARGUMENTS = 40;

/** A graph in Graphviz's language: components are clusters, ports are fields of a node. The same bytes for the same graph. */
export function dotOf(graph: Graph): string {
  const ports = portsOf(graph);
  const lines = [
    `digraph ${quoted(graph.name)} {`,
    '  graph [rankdir=LR, fontname="Helvetica", style=rounded, color="#90a4ae"]',
    '  node [shape=plain, fontname="Helvetica", fontsize=11]',
    '  edge [color="#546e7a", arrowsize=0.7]',
  ];
  const root = boxesOf(graph);
  const box = (inner: Box, indent: string): void => {
    for (const actor of inner.actors) {
      lines.push(`${indent}${quoted(actor.id)} [label=${htmlNode(actor, ports.get(actor.id)!)}]`);
    }
    for (const child of inner.boxes) {
      lines.push(`${indent}subgraph ${quoted(`cluster_${child.id}`)} {`, `${indent}  label=${quoted(child.label)}`);
      box(child, `${indent}  `);
      lines.push(`${indent}}`);
    }
  };
  box(root, "  ");
  for (const { name } of graph.inports) lines.push(`  ${outer("in", name)}`);
  for (const { name } of graph.outports) lines.push(`  ${outer("out", name)}`);
  for (const [at, end] of graph.voids.entries()) {
    lines.push(`  ${quoted(`void:${at}`)} [shape=point, width=0.08, color="#b0bec5"]`);
    lines.push(`  ${place(end, "o", "e")} -> ${quoted(`void:${at}`)} [style=dashed]`);
  }
  for (const { from, to } of graph.connections) lines.push(`  ${place(from, "o", "e")} -> ${place(to, "i", "w")}`);
  for (const { name, peers } of graph.inports) {
    for (const to of peers) lines.push(`  ${quoted(`in:${name}`)} -> ${place(to, "i", "w")}`);
  }
  for (const { name, peers } of graph.outports) {
    for (const from of peers) lines.push(`  ${place(from, "o", "e")} -> ${quoted(`out:${name}`)}`);
  }
  return `${[...lines, "}"].join("\n")}\n`;
}

/** The kappa's own port. */
function outer(side: "in" | "out", name: string): string {
  return `${quoted(`${side}:${name}`)} [shape=cds, style=filled, fillcolor="#e3f2fd", color="#1e88e5", label=${quoted(`.${name}`)}]`;
}

/** A table: the name above, inports on the left, outports on the right. */
function htmlNode(
  actor: Graph["actors"][number],
  { inports, outports }: { inports: string[]; outports: string[] },
): string {
  const rows: string[] = [];
  for (let at = 0; at < Math.max(inports.length, outports.length); at++) {
    const cell = (name: string | undefined, side: "i" | "o") =>
      name === undefined
        ? "<td></td>"
        : `<td port=${quoted(`${side}.${name}`)} align="${side === "i" ? "left" : "right"}">${escaped(name)}</td>`;
    rows.push(`<tr>${cell(inports[at], "i")}${cell(outports[at], "o")}</tr>`);
  }
  const args = argumentsText(actor, ARGUMENTS);
  const title = [
    `<b>${escaped(actor.id.split(":").at(-1)!)}</b>`,
    `<font color="#607d8b">${escaped(actor.type)}</font>`,
    ...(args === "" ? [] : [`<font color="#607d8b" point-size="9">${escaped(args)}</font>`]),
  ].join("<br/>");
  const head = `<tr><td colspan="2" bgcolor="#eceff1">${title}</td></tr>`;
  return `<<table border="1" cellborder="0" cellspacing="0" cellpadding="4" color="#607d8b" style="rounded">${head}${rows.join("")}</table>>`;
}

function place({ actor, port }: Endpoint, side: "i" | "o", compass: "e" | "w"): string {
  return `${quoted(actor)}:${quoted(`${side}.${port}`)}:${compass}`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
