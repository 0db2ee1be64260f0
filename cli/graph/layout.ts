import { createRequire } from "node:module";
import type { ELK, ElkExtendedEdge, ElkNode, ElkPort } from "elkjs/lib/elk-api.js";
import type { Endpoint, Graph, GraphActor } from "../../compiler/script/graph.js";
import { argumentsText, type Box, boxesOf, portsOf } from "./tree.js";

export interface Point {
  x: number;
  y: number;
}

export interface Rectangle extends Point {
  width: number;
  height: number;
}

/** A port of an actor; `x` and `y` are where its dot is. */
export interface DrawnPort extends Point {
  name: string;
  side: "in" | "out";
}

export interface DrawnActor extends Rectangle {
  actor: GraphActor;
  name: string;
  args: string;
  ports: DrawnPort[];
}

/** A drawing with every place decided: pixels from the upper left corner. */
export interface Drawing {
  width: number;
  height: number;
  /** Outer boxes before inner ones. */
  boxes: (Rectangle & { label: string; depth: number })[];
  actors: DrawnActor[];
  /** The kappa's own ports. */
  ends: (Rectangle & { name: string; side: "in" | "out" })[];
  /** Where tokens are dropped. */
  voids: Rectangle[];
  edges: { points: Point[]; title: string }[];
}

/** Sizes in pixels. Widths of text are taken from its length: as wide as a wide letter of the font. */
export const SIZE = { title: 13, text: 11, row: 18, head: 42, args: 15, pad: 12, letter: 0.6, end: 24 };
const ARGUMENTS = 34;

/** Each box has its own. */
const SPACING = {
  "elk.layered.spacing.nodeNodeBetweenLayers": "56",
  "elk.layered.spacing.edgeNodeBetweenLayers": "18",
  "elk.spacing.nodeNode": "28",
  "elk.spacing.edgeNode": "16",
  "elk.spacing.edgeEdge": "12",
};
const OPTIONS = {
  ...SPACING,
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.randomSeed": "1",
  "elk.json.shapeCoords": "ROOT",
  "elk.json.edgeCoords": "ROOT",
};
const BOX = { ...SPACING, "elk.padding": "[top=38,left=20,bottom=20,right=20]" };

/** Finds places for everything. The same for the same graph. */
export async function layOut(graph: Graph): Promise<Drawing> {
  const root = boxesOf(graph);
  const ports = portsOf(graph);
  const drawing: Drawing = { width: 0, height: 0, boxes: [], actors: [], ends: [], voids: [], edges: [] };
  const laid: ElkNode = await layouter().layout({
    id: "drawing",
    layoutOptions: { ...OPTIONS, "elk.padding": "[top=16,left=16,bottom=16,right=16]" },
    children: [nodeOf(root, ports, outerNodes(graph))],
    edges: edgesOf(graph).map(({ id, from, to }): ElkExtendedEdge => ({ id, sources: [from], targets: [to] })),
  });
  drawing.width = Math.ceil(laid.width ?? 0);
  drawing.height = Math.ceil(laid.height ?? 0);
  collect(laid.children![0]!, root, 0, drawing);
  const titles = new Map(edgesOf(graph).map(({ id, title }) => [id, title]));
  drawing.edges = (laid.edges ?? []).map(({ id, sections = [] }) => ({
    points: sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]),
    title: titles.get(id)!,
  }));
  return drawing;
}

/** The package is CommonJS, and its types say otherwise. */
function layouter(): ELK {
  const Constructor = createRequire(import.meta.url)("elkjs/lib/elk.bundled.js") as new () => ELK;
  return new Constructor();
}

type Ports = ReturnType<typeof portsOf>;

function nodeOf(box: Box, ports: Ports, outer: ElkNode[]): ElkNode {
  return {
    id: `box ${box.id}`,
    layoutOptions: BOX,
    children: [
      ...box.actors.map((actor) => actorNode(actor, ports.get(actor.id)!)),
      ...box.boxes.map((inner) => nodeOf(inner, ports, [])),
      ...outer,
    ],
  };
}

function actorNode(actor: GraphActor, { inports, outports }: { inports: string[]; outports: string[] }): ElkNode {
  const args = argumentsText(actor, ARGUMENTS);
  const head = SIZE.head + (args === "" ? 0 : SIZE.args);
  const rows = Math.max(inports.length, outports.length);
  const widest = (names: string[]) => Math.max(0, ...names.map((name) => textWidth(name, SIZE.text)));
  const width = Math.max(
    textWidth(nameOf(actor), SIZE.title) + 2 * SIZE.pad,
    textWidth(actor.type, SIZE.text) + 2 * SIZE.pad,
    textWidth(args, SIZE.text - 1) + 2 * SIZE.pad,
    widest(inports) + widest(outports) + 4 * SIZE.pad,
    96,
  );
  const port =
    (side: "in" | "out") =>
    (name: string, row: number): ElkPort => ({
      id: portId(side, { actor: actor.id, port: name }),
      x: side === "in" ? 0 : width,
      y: head + row * SIZE.row + SIZE.row / 2,
      width: 0,
      height: 0,
      layoutOptions: { "elk.port.side": side === "in" ? "WEST" : "EAST" },
    });
  return {
    id: `actor ${actor.id}`,
    width,
    height: head + rows * SIZE.row + (rows > 0 ? 8 : 0),
    layoutOptions: { "elk.portConstraints": "FIXED_POS" },
    ports: [...inports.map(port("in")), ...outports.map(port("out"))],
  };
}

/** The kappa's ports at the left and right, and the ends of connections into the void. */
function outerNodes(graph: Graph): ElkNode[] {
  const end =
    (side: "in" | "out") =>
    ({ name }: { name: string }): ElkNode => ({
      id: `${side} ${name}`,
      width: textWidth(name, SIZE.text) + 2 * SIZE.pad,
      height: SIZE.end,
      layoutOptions: { "elk.layered.layering.layerConstraint": side === "in" ? "FIRST" : "LAST" },
    });
  return [
    ...graph.inports.map(end("in")),
    ...graph.outports.map(end("out")),
    ...graph.voids.map((_, at): ElkNode => ({ id: `void ${at}`, width: 14, height: 14 })),
  ];
}

/** Every connection by the ids of its ends in the layout. */
function edgesOf(graph: Graph): { id: string; from: string; to: string; title: string }[] {
  const text = ({ actor, port }: Endpoint) => `${actor}.${port}`;
  return [
    ...graph.connections.map(({ from, to }) => ({
      from: portId("out", from),
      to: portId("in", to),
      title: `${text(from)} > ${text(to)}`,
    })),
    ...graph.inports.flatMap(({ name, peers }) =>
      peers.map((to) => ({ from: `in ${name}`, to: portId("in", to), title: `.${name} > ${text(to)}` })),
    ),
    ...graph.outports.flatMap(({ name, peers }) =>
      peers.map((from) => ({ from: portId("out", from), to: `out ${name}`, title: `${text(from)} > .${name}` })),
    ),
    ...graph.voids.map((from, at) => ({
      from: portId("out", from),
      to: `void ${at}`,
      title: `${text(from)} > voidport`,
    })),
  ].map((edge, at) => ({ ...edge, id: `edge ${at}` }));
}

/** Takes over the places of a box and all in it. */
function collect(node: ElkNode, box: Box, depth: number, drawing: Drawing): void {
  drawing.boxes.push({ ...rectangle(node), label: box.label, depth });
  const children = new Map((node.children ?? []).map((child) => [child.id, child]));
  for (const actor of box.actors) {
    const at = children.get(`actor ${actor.id}`)!;
    const ports = (at.ports ?? []).map((port): DrawnPort => {
      const [side, , name] = port.id.split(" ") as ["in" | "out", string, string];
      return { name, side, x: port.x ?? 0, y: port.y ?? 0 };
    });
    drawing.actors.push({ actor, name: nameOf(actor), args: argumentsText(actor, ARGUMENTS), ports, ...rectangle(at) });
  }
  for (const [id, child] of children) {
    const [kind, name] = id.split(" ") as [string, string];
    if (kind === "in" || kind === "out") drawing.ends.push({ ...rectangle(child), name, side: kind });
    if (kind === "void") drawing.voids.push(rectangle(child));
  }
  for (const inner of box.boxes) collect(children.get(`box ${inner.id}`)!, inner, depth + 1, drawing);
}

/** Ids hold no blanks: identifiers and dots, dashes and colons only. */
function portId(side: "in" | "out", { actor, port }: Endpoint): string {
  return `${side} ${actor} ${port}`;
}

function rectangle({ x = 0, y = 0, width = 0, height = 0 }: ElkNode): Rectangle {
  return { x, y, width, height };
}

function nameOf(actor: GraphActor): string {
  return actor.id.split(":").at(-1)!;
}

function textWidth(text: string, size: number): number {
  return Math.ceil([...text].length * size * SIZE.letter);
}
