import { constrain, showJson } from "./arguments.js";
import { FINDINGS } from "./diagnostics.js";
import type { ActorPort, Connection, InnerPort, LiteralSource, Target } from "./generated/ast.js";
import type { End, Instance, Known, Link, Parameter } from "./model.js";
import { canConnect, typeName } from "./port-types.js";
import type { Report } from "./report.js";
import type { Range } from "./source.js";
import { rangeFrom, rangeOf } from "./tree.js";

type Direction = "inport" | "outport";

/** The ports of the component that the links belong to. */
interface Hull {
  name: string;
  parameters: Map<string, Parameter>;
  inports: Map<string, Range>;
  outports: Map<string, Range>;
}

/** Where tokens come from; a broken one has been reported and is good for nothing but avoiding more reports. */
type From =
  | { kind: "port"; end: End; type?: number; text: string }
  | { kind: "literal"; end: End; value?: Known }
  | { kind: "inner"; end: End }
  | { kind: "void" }
  | { kind: "broken" };

/** Where tokens go. */
type To =
  | { kind: "port"; end: End; types: number[]; text: string }
  | { kind: "inner"; end: End }
  | { kind: "void" }
  | { kind: "broken" };

/** Which of an instance's ports, or of the component's own as seen from inside, are connected. */
class Usage {
  /** First connection to each port that takes tokens. */
  readonly takes = new Map<string, Range>();
  readonly gives = new Set<string>();
  /** Directions in which a port was named that does not exist: what is missing there may be that one misspelt. */
  readonly doubtful = new Set<Direction>();
}

/** Checks the connections of one body, resolved to links without fan-out and voids. */
export class LinkResolver {
  readonly links: Link[] = [];
  private readonly usage = new Map<Instance, Usage>();
  private readonly own = new Usage();
  private readonly undefinedActors = new Set<string>();

  constructor(
    private readonly instances: Map<string, Instance>,
    private readonly literals: Map<LiteralSource, Instance>,
    private readonly report: Report,
    private readonly hull: Hull | undefined,
  ) {}

  add(node: Connection): void {
    const from = this.source(node);
    for (const target of node.targets) {
      this.connect(from, this.target(target), target, rangeFrom(node, target));
    }
  }

  private connect(from: From, to: To, target: Target, range: Range): void {
    if (from.kind === "void" && to.kind === "void") this.report.add(range, FINDINGS.pointless());
    if (from.kind === "void" && (to.kind === "port" || to.kind === "inner")) {
      this.report.add(rangeOf(target), FINDINGS.voidInput(endText(to.end)));
    }
    if (from.kind === "inner" && to.kind === "inner") this.report.add(range, FINDINGS.throughConnection());
    if (from.kind === "port" && to.kind === "port") this.checkTypes(from, to, target);
    if (from.kind === "literal" && to.kind === "port" && from.value !== undefined) {
      this.checkLiteral(from.value, to, target);
    }
    if ("end" in from && "end" in to) this.links.push({ from: from.end, to: to.end, range });
  }

  private checkTypes(from: From & { kind: "port" }, to: To & { kind: "port" }, target: Target): void {
    const { type } = from;
    if (type === undefined) return;
    const refused = to.types.find((other) => !canConnect(type, other));
    if (refused === undefined) return;
    this.report.add(rangeOf(target), FINDINGS.portTypes(from.text, typeName(type), to.text, typeName(refused)));
  }

  private checkLiteral(value: Known, to: To & { kind: "port" }, target: Target): void {
    const constraints = to.types.map((type) => ({ type, literal: true }));
    constrain(value, constraints, this.hull?.parameters ?? new Map(), ({ type }, json) =>
      this.report.add(rangeOf(target), FINDINGS.literalType(showJson(json), to.text, typeName(type))),
    );
  }

  private source({ source }: Connection): From {
    switch (source.$type) {
      case "VoidPort":
        return { kind: "void" };
      case "LiteralSource":
        return this.literalSource(source);
      case "InnerPort": {
        if (!this.checkInnerPort(source, "inport")) return { kind: "broken" };
        this.own.gives.add(source.port.text);
        return { kind: "inner", end: { inner: source.port.text } };
      }
      case "ActorPort":
        return this.portSource(source);
    }
  }

  private literalSource(node: LiteralSource): From {
    const instance = this.literals.get(node);
    const port = instance?.signature?.outports.keys().next().value;
    if (instance === undefined || port === undefined) return { kind: "broken" };
    this.usageOf(instance).gives.add(port);
    const value = instance.args.get("data");
    return { kind: "literal", end: { instance, port }, ...(value ? { value } : {}) };
  }

  private portSource(node: ActorPort): From {
    const instance = this.instanceOf(node);
    if (instance?.signature === undefined || !this.checkPort(node, instance, "outport")) return { kind: "broken" };
    const port = node.port.text;
    this.usageOf(instance).gives.add(port);
    const type = instance.signature.outports.get(port);
    const end = { instance, port };
    return { kind: "port", end, text: endText(end), ...(type === undefined ? {} : { type }) };
  }

  private target(node: Target): To {
    switch (node.$type) {
      case "VoidPort":
        return { kind: "void" };
      case "InnerPort": {
        if (!this.checkInnerPort(node, "outport")) return { kind: "broken" };
        const port = node.port.text;
        if (!this.take(this.own, port, `.${port}`, node)) return { kind: "broken" };
        return { kind: "inner", end: { inner: port } };
      }
      case "Transform":
        return this.target(node.target);
      case "ActorPort": {
        const instance = this.instanceOf(node);
        if (instance?.signature === undefined || !this.checkPort(node, instance, "inport")) return { kind: "broken" };
        const port = node.port.text;
        const end = { instance, port };
        if (!this.take(this.usageOf(instance), port, endText(end), node)) return { kind: "broken" };
        return { kind: "port", end, types: instance.signature.inports.get(port) ?? [], text: endText(end) };
      }
    }
  }

  /** Notes the connection to a port, the only one; false after reporting that it is not. */
  private take(usage: Usage, port: string, text: string, node: Target): boolean {
    const first = usage.takes.get(port);
    if (first !== undefined) {
      const { line } = this.report.source.position(first.offset);
      this.report.add(rangeOf(node), FINDINGS.severalConnections(text, line));
      return false;
    }
    usage.takes.set(port, rangeOf(node));
    return true;
  }

  private instanceOf(node: ActorPort): Instance | undefined {
    const name = node.actor.text;
    const instance = this.instances.get(name);
    if (instance === undefined && !this.undefinedActors.has(name)) {
      this.undefinedActors.add(name);
      const hint = this.report.suggest(name, this.instances.keys());
      this.report.add(rangeOf(node.actor), FINDINGS.undefinedActor(name), hint);
    }
    return instance;
  }

  private checkPort(node: ActorPort, instance: Instance, direction: Direction): boolean {
    const { signature } = instance;
    const port = node.port.text;
    const ports = direction === "inport" ? signature?.inports : signature?.outports;
    if (ports === undefined || ports.has(port)) return ports !== undefined;
    const opposite = direction === "inport" ? signature?.outports : signature?.inports;
    const hint = opposite?.has(port)
      ? `'${port}' is an ${direction === "inport" ? "outport" : "inport"}`
      : (this.report.suggest(port, ports.keys()) ?? listHint(direction, [...ports.keys()]));
    this.usageOf(instance).doubtful.add(direction);
    this.report.add(rangeOf(node.port), FINDINGS.noSuchPort(describe(instance), direction, port), hint);
    return false;
  }

  private checkInnerPort(node: InnerPort, direction: Direction): boolean {
    const port = node.port.text;
    if (this.hull === undefined) {
      this.report.add(rangeOf(node), FINDINGS.innerPortOutside(port));
      return false;
    }
    const ports = direction === "inport" ? this.hull.inports : this.hull.outports;
    if (ports.has(port)) return true;
    this.own.doubtful.add(direction);
    const opposite = direction === "inport" ? this.hull.outports : this.hull.inports;
    const hint = opposite.has(port)
      ? `'${port}' is an ${direction === "inport" ? "outport" : "inport"}`
      : this.report.suggest(port, ports.keys());
    this.report.add(rangeOf(node), FINDINGS.noSuchComponentPort(this.hull.name, direction, port), hint);
    return false;
  }

  /** Reports every port that should be connected and is not. */
  reportMissing(): void {
    for (const instance of this.instances.values()) this.reportMissingOf(instance);
    if (this.hull === undefined) return;
    const { name } = this.hull;
    for (const [port, range] of this.hull.inports) {
      if (this.own.gives.has(port) || this.own.doubtful.has("inport")) continue;
      this.report.add(range, FINDINGS.missingInnerConnection(name, "inport", port, `.${port} > voidport`));
    }
    for (const [port, range] of this.hull.outports) {
      if (this.own.takes.has(port) || this.own.doubtful.has("outport")) continue;
      this.report.add(range, FINDINGS.missingInnerConnection(name, "outport", port, `voidport > .${port}`));
    }
  }

  private reportMissingOf(instance: Instance): void {
    const { signature, name, range } = instance;
    if (signature === undefined) return;
    const usage = this.usageOf(instance);
    for (const port of signature.inports.keys()) {
      if (usage.takes.has(port) || usage.doubtful.has("inport")) continue;
      this.report.add(
        range,
        FINDINGS.missingConnection(describe(instance), "inport", port, `voidport > ${name}.${port}`),
      );
    }
    for (const port of signature.outports.keys()) {
      if (usage.gives.has(port) || usage.doubtful.has("outport")) continue;
      this.report.add(
        range,
        FINDINGS.missingConnection(describe(instance), "outport", port, `${name}.${port} > voidport`),
      );
    }
  }

  private usageOf(instance: Instance): Usage {
    let usage = this.usage.get(instance);
    if (usage === undefined) {
      usage = new Usage();
      this.usage.set(instance, usage);
    }
    return usage;
  }
}

function describe({ name, type, component }: Instance): string {
  return `${component === undefined ? "Actor" : "Component"} '${name}' (${type})`;
}

function endText(end: End): string {
  return "inner" in end ? `.${end.inner}` : `${end.instance.name}.${end.port}`;
}

function listHint(direction: Direction, ports: string[]): string {
  if (ports.length === 0) return `it has no ${direction}s`;
  return `its ${direction}s are ${ports.slice(0, 10).join(", ")}${ports.length > 10 ? ", ..." : ""}`;
}
