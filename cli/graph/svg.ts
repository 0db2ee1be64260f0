import type { Graph } from "../../compiler/script/graph.js";
import { type Drawing, type DrawnActor, layOut, type Point, SIZE } from "./layout.js";

/** Radius of the bends of a connection, and of a port's dot. */
const BEND = 6;
const DOT = 4;

interface Theme {
  [part: string]: string;
  paper: string;
  ink: string;
  faint: string;
  line: string;
  node: string;
  rim: string;
  box: string;
  odd: string;
  end: string;
  accent: string;
}

const LIGHT: Theme = {
  ...{ paper: "#ffffff", ink: "#1f2933", faint: "#667784", line: "#5b7083", node: "#ffffff" },
  ...{ rim: "#b6c2cd", box: "#f5f7fa", odd: "#e9eef3", end: "#e3f2fd", accent: "#1976d2" },
};

const DARK: Theme = {
  ...{ paper: "#12171d", ink: "#e6edf3", faint: "#9aa9b7", line: "#8fa3b5", node: "#1d2630" },
  ...{ rim: "#445362", box: "#171e26", odd: "#1b2530", end: "#10304d", accent: "#64b5f6" },
};

/** Plain colours in plain rules, without variables: not only browsers draw these pictures. */
function colours(theme: Theme): string {
  return `
.kappa text { fill: ${theme.ink}; }
.kappa .paper { fill: ${theme.paper}; }
.kappa .box { fill: ${theme.box}; stroke: ${theme.rim}; }
.kappa .odd { fill: ${theme.odd}; }
.kappa .faint, .kappa .args { fill: ${theme.faint}; }
.kappa .node { fill: ${theme.node}; stroke: ${theme.rim}; }
.kappa .dot { fill: ${theme.node}; }
.kappa .end { fill: ${theme.end}; stroke: ${theme.accent}; }
.kappa .edge { stroke: ${theme.line}; }
.kappa .edge:hover { stroke: ${theme.accent}; }
.kappa .tip { fill: ${theme.line}; }
.kappa .void { stroke: ${theme.faint}; }`;
}

/** Light and dark follow the reader. */
const STYLE = `
.kappa text { font-family: ui-sans-serif, system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
.kappa .box { stroke-dasharray: 5 4; }
.kappa .title { font-size: ${SIZE.title}px; font-weight: 600; }
.kappa .faint, .kappa .port { font-size: ${SIZE.text}px; }
.kappa .args { font-size: ${SIZE.text - 1}px; font-style: italic; }
.kappa .dot { stroke-width: 2; }
.kappa .edge, .kappa .void { fill: none; stroke-width: 1.5; }
.kappa .edge:hover { stroke-width: 3; }${colours(LIGHT)}
@media (prefers-color-scheme: dark) {${colours(DARK)}
}`.trim();

/** A graph as an SVG picture that stands alone. The same bytes for the same graph. */
export async function svgOf(graph: Graph): Promise<string> {
  const drawing = await layOut(graph);
  const { width, height } = drawing;
  const title = graph.doc === undefined ? graph.name : `${graph.name}: ${graph.doc}`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" class="kappa" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0.5 8 4 0 7.5Z"/></marker></defs>',
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...drawing.boxes.map(box),
    ...drawing.edges.map(edge),
    ...drawing.voids.map(emptiness),
    ...drawing.ends.map(end),
    ...drawing.actors.map(actor),
    "</svg>",
  ].join("\n")}\n`;
}

function box({ x, y, width, height, label, depth }: Drawing["boxes"][number]): string {
  const kind = depth % 2 === 1 ? "box odd" : "box";
  return `<g><rect class="${kind}" ${frame(x, y, width, height, 10)}/>${text("title", x + 14, y + 23, label)}</g>`;
}

function actor({ x, y, width, height, name, args, ports, actor: { id, type, args: all } }: DrawnActor): string {
  const lines = [
    `<g><title>${escaped(`${id}: ${type}(${JSON.stringify(all).slice(1, -1)})`)}</title>`,
    `<rect class="node" ${frame(x, y, width, height, 7)}/>`,
    `<path fill="${colourOf(type)}" d="M${n(x)} ${n(y + 7)}a7 7 0 0 1 7 -7h${n(width - 14)}a7 7 0 0 1 7 7v-2h${n(-width)}z"/>`,
    text("title", x + SIZE.pad, y + 21, name),
    text("faint", x + SIZE.pad, y + 36, type),
    ...(args === "" ? [] : [text("args", x + SIZE.pad, y + 50, args)]),
  ];
  for (const { name: port, side, x: px, y: py } of ports) {
    lines.push(`<circle class="dot" stroke="${colourOf(type)}" cx="${n(px)}" cy="${n(py)}" r="${DOT}"/>`);
    const at = side === "in" ? px + SIZE.pad : px - SIZE.pad;
    lines.push(text("port", at, py + 4, port, side === "in" ? "start" : "end"));
  }
  return `${lines.join("")}</g>`;
}

/** The kappa's own port: a label with a point towards where the tokens go. */
function end({ x, y, width, height, name }: Drawing["ends"][number]): string {
  const shape = `M${n(x)} ${n(y)}h${n(width - 8)}l8 ${n(height / 2)}l-8 ${n(height / 2)}h${n(8 - width)}z`;
  return `<g><path class="end" d="${shape}"/>${text("port", x + width / 2 - 3, y + height / 2 + 4, name, "middle")}</g>`;
}

function emptiness({ x, y, width }: Drawing["voids"][number]): string {
  const r = width / 2;
  return `<path class="void" d="M${n(x)} ${n(y + r)}a${r} ${r} 0 1 0 ${width} 0a${r} ${r} 0 1 0 ${-width} 0M${n(x + 2)} ${n(y + width - 2)}l${n(width - 4)} ${n(4 - width)}"/>`;
}

function edge({ points, title }: Drawing["edges"][number]): string {
  return `<path class="edge" marker-end="url(#tip)" d="${route(points)}"><title>${escaped(title)}</title></path>`;
}

/** A line through points with rounded bends. */
function route(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${n(first.x)} ${n(first.y)}`;
  let before = first;
  for (const [at, point] of rest.entries()) {
    const next = rest[at + 1];
    if (next === undefined) {
      path += `L${n(point.x)} ${n(point.y)}`;
    } else {
      const [enter, leave] = [towards(point, before), towards(point, next)];
      path += `L${n(enter.x)} ${n(enter.y)}Q${n(point.x)} ${n(point.y)} ${n(leave.x)} ${n(leave.y)}`;
    }
    before = point;
  }
  return path;
}

/** The point a bend's radius from `from`, or half the way where it is short. */
function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(BEND, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function frame(x: number, y: number, width: number, height: number, radius: number): string {
  return `x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${radius}"`;
}

function text(kind: string, x: number, y: number, content: string, anchor = "start"): string {
  const where = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text class="${kind}" x="${n(x)}" y="${n(y)}"${where}>${escaped(content)}</text>`;
}

/** One colour a namespace, of a tone that suits light and dark. */
function colourOf(type: string): string {
  let hash = 7;
  for (const letter of type.split(".")[0]!) hash = (hash * 31 + letter.charCodeAt(0)) % 360;
  return `hsl(${hash}, 55%, 50%)`;
}

/** A coordinate with at most two decimals. */
function n(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
