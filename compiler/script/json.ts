import type { Diagnostic, Span } from "../diagnostic.js";
import type { Endpoint, Graph, GraphComponent, Json, KappaPort, RuleExpression } from "./graph.js";

/**
 * A graph as JSON text, in the shape of docs/graph.md: the same text for the same script each time, whether it was given as
 * a text or as a file.
 */
export function graphJson(graph: Graph): string {
  return `${JSON.stringify(graphView(graph), null, 2)}\n`;
}

/**
 * What a script that has errors, or warnings, is told, as JSON text (docs/graph.md).
 *
 * @param sources texts by file, for excerpts
 */
export function diagnosticsJson(diagnostics: readonly Diagnostic[], sources: Record<string, string> = {}): string {
  const lines = new Map(Object.entries(sources).map(([file, text]) => [file, text.split("\n")]));
  const views = diagnostics.map(({ code, severity, message, hint, span: { file, start, end } }) => ({
    code,
    severity,
    message,
    ...(hint === undefined ? {} : { hint }),
    file,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    offset: start.offset,
    endOffset: end.offset,
    excerpt: lines.get(file)?.[start.line - 1]?.replace(/\r$/, "").slice(0, 1000) ?? "",
  }));
  return `${JSON.stringify({ diagnostics: views }, null, 2)}\n`;
}

/** Spans in the script's own file do not name it. */
type View = (span: Span) => Omit<Span, "file"> & { file?: string };

function graphView(graph: Graph): object {
  const { name, component, doc, file, actors, inports, outports, requirements } = graph;
  const span: View = ({ file: of, ...rest }) => (of === file ? rest : { file: of, ...rest });
  const kappaPort = ({ name, peers, properties, span: at }: KappaPort) => ({ name, peers, properties, span: span(at) });
  return {
    name,
    ...(component === undefined ? {} : { component }),
    ...(doc === undefined ? {} : { doc }),
    actors: actors.map(({ id, type, args, references, span: at }) => ({
      id,
      type,
      args,
      ...(references === undefined ? {} : { references }),
      span: span(at),
    })),
    connections: connectionsView(graph, span),
    ports: portsView(graph),
    inports: inports.map(kappaPort),
    outports: outports.map(kappaPort),
    requirements: Object.fromEntries(Object.entries(requirements).map(([id, rule]) => [id, ruleView(rule, span)])),
    components: (graph.components ?? []).map((component) => componentView(component, span)),
  };
}

/** The inports that each outport leads to. */
function connectionsView({ connections }: Graph, span: View): object[] {
  const views = new Map<string, { from: Endpoint; to: object[] }>();
  for (const { from, to, tag, span: at } of connections) {
    const key = keyOf(from);
    const view = views.get(key) ?? { from, to: [] };
    view.to.push({ ...to, ...(tag === undefined ? {} : { tag }), span: span(at) });
    views.set(key, view);
  }
  return [...views.values()];
}

/** The connected ports of each actor: the number of their peers and their properties. */
function portsView(graph: Graph): object[] {
  const ports = new Map<string, { actor: string; port: string; direction: string; nbr_peers: number }>();
  const count = (direction: string, { actor, port }: Endpoint) => {
    const key = `${direction} ${keyOf({ actor, port })}`;
    const view = ports.get(key) ?? { actor, port, direction, nbr_peers: 0 };
    view.nbr_peers++;
    ports.set(key, view);
  };
  for (const { from, to } of graph.connections) {
    count("out", from);
    count("in", to);
  }
  for (const { peers } of graph.inports) for (const peer of peers) count("in", peer);
  for (const { peers } of graph.outports) for (const peer of peers) count("out", peer);
  const given = new Map<string, Record<string, Json>>();
  for (const { direction, properties, ...end } of graph.portProperties ?? []) {
    given.set(`${direction === "inport" ? "in" : "out"} ${keyOf(end)}`, properties);
  }
  const order = new Map(graph.actors.map(({ id }, index) => [id, index]));
  return [...ports]
    .sort(([, a], [, b]) => (order.get(a.actor) ?? 0) - (order.get(b.actor) ?? 0))
    .map(([key, view]) => ({ ...view, ...given.get(key) }));
}

function ruleView(rule: RuleExpression, span: View): object {
  switch (rule.op) {
    case "all":
    case "any":
      return { op: rule.op, of: rule.of.map((term) => ruleView(term, span)), span: span(rule.span) };
    case "not":
      return { op: rule.op, of: ruleView(rule.of, span), span: span(rule.span) };
    case "match":
      return { op: rule.op, predicate: rule.predicate, args: rule.args, span: span(rule.span) };
  }
}

function componentView({ id, type, args, actors, components, span: at }: GraphComponent, span: View): object {
  const inner = components.map((component) => componentView(component, span));
  return { id, type, args, actors, components: inner, span: span(at) };
}

/** Neither ids nor port names contain a dot before the last. */
function keyOf({ actor, port }: Endpoint): string {
  return `${actor}.${port}`;
}
