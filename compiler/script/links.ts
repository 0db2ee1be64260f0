import { constrain, showJson, unmetOf } from "./arguments.js";
import { FINDINGS, unlessCalvin } from "./diagnostics.js";
import type { ActorPort, Connection, InnerPort, LiteralSource, Target, Transform } from "./generated/ast.js";
import type { Direction, End, Instance, Known, Link, Parameter, Taken } from "./model.js";
import { canConnect, typeName } from "./port-types.js";
import type { Report } from "./report.js";
import type { Range } from "./source.js";
import type { Sugar } from "./sugar.js";
import { nearest } from "./suggest.js";
import { rangeFrom, rangeOf } from "./tree.js";
import { TERMINATOR, VOID } from "./types.js";
import { literalValue } from "./values.js";

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
  | { kind: "inner" | "void"; end: End }
  | { kind: "broken" };

/** Where tokens go. */
type To =
  | { kind: "port"; end: End; types: Taken[]; text: string; tag?: string | number }
  | { kind: "inner" | "void"; end: End }
  | { kind: "broken" };

/** Which of an instance's ports, or of the component's own as seen from inside, are connected. */
class Usage {
  readonly takes = new Set<string>();
  readonly gives = new Set<string>();
  /** Names, by direction, that are no ports: what is missing there may be these, misspelt. */
  readonly misspelt: Record<Direction, Set<string>> = { inport: new Set(), outport: new Set() };

  /** The ports that are not connected, but for those that a misspelt name may mean. */
  missing(direction: Direction, ports: Iterable<string>): Set<string> {
    const connected = direction === (this.inside ? "outport" : "inport") ? this.takes : this.gives;
    const missing = new Set([...ports].filter((port) => !connected.has(port)));
    for (const name of this.misspelt[direction]) {
      const meant = nearest(name, missing) ?? (missing.size === 1 ? [...missing][0] : undefined);
      if (meant !== undefined) missing.delete(meant);
    }
    return missing;
  }

  /** @param inside whether the ports are a component's own, seen from inside: its outports take tokens */
  constructor(private readonly inside: boolean) {}
}

/** Checks the connections of one body, resolved to links without fan-out, transforms and voids. */
export class LinkResolver {
  readonly links: Link[] = [];
  private readonly usage = new Map<Instance, Usage>();
  private readonly own = new Usage(true);
  private readonly undefinedActors = new Set<string>();

  constructor(
    private readonly instances: Map<string, Instance>,
    private readonly sugar: Sugar,
    private readonly report: Report,
    private readonly hull: Hull | undefined,
  ) {}

  add(node: Connection): void {
    const from = this.source(node);
    for (const target of node.targets) {
      const range = rangeFrom(node, target);
      if (node.source.$type !== "VoidPort") this.connect(from, this.target(target), target, range);
      else if (target.$type === "VoidPort") this.report.add(range, FINDINGS.pointless());
      else this.connect(this.voidSource(target), this.target(target), target, range);
    }
  }

  private connect(from: From, to: To, target: Target, range: Range): void {
    if (from.kind === "void" && "end" in to) {
      this.report.add(rangeOf(target), FINDINGS.voidInput(endText(to.end)));
    }
    if (from.kind === "inner" && to.kind === "inner") {
      this.report.add(range, FINDINGS.throughConnection());
      return;
    }
    if (from.kind === "port" && to.kind === "port") this.checkTypes(from, to, target);
    if (from.kind === "literal" && to.kind === "port" && from.value !== undefined) {
      this.checkLiteral(from.value, to, target);
    }
    if (!("end" in from && "end" in to)) return;
    const tag = to.kind === "port" && to.tag !== undefined ? { tag: to.tag } : {};
    this.links.push({ from: from.end, to: to.end, range, at: rangeOf(target), ...tag });
  }

  private checkTypes(from: From & { kind: "port" }, to: To & { kind: "port" }, target: Target): void {
    const { type } = from;
    if (type === undefined) return;
    const refused = unmetOf(to.types, (other) => canConnect(type, other.type));
    if (refused === undefined) return;
    const finding = FINDINGS.portTypes(from.text, typeName(type), to.text, typeName(refused.type));
    this.report.add(rangeOf(target), unlessCalvin(finding, refused.calvin));
  }

  private checkLiteral(value: Known, to: To & { kind: "port" }, target: Target): void {
    const constraints = to.types.map((taken) => ({ ...taken, literal: true }));
    constrain(value, constraints, this.hull?.parameters ?? new Map(), ({ type, calvin }, json) => {
      const finding = FINDINGS.literalType(showJson(json), to.text, typeName(type));
      this.report.add(rangeOf(target), unlessCalvin(finding, calvin));
    });
  }

  private source({ source }: Connection): From {
    switch (source.$type) {
      case "VoidPort":
        return { kind: "broken" };
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

  private voidSource(target: Target): From {
    const instance = this.sugar.voidSource(target);
    if (instance === undefined) return { kind: "broken" };
    this.usageOf(instance).gives.add(VOID.port);
    return { kind: "void", end: { instance, port: VOID.port } };
  }

  private literalSource(node: LiteralSource): From {
    const instance = this.sugar.instance(node);
    return this.valueSource(instance, instance?.args.get("data"));
  }

  /** The outport of an actor that sends a value of the script. */
  private valueSource(instance: Instance | undefined, value: Known | undefined): From {
    const port = instance?.signature?.outports.keys().next().value;
    if (instance === undefined || port === undefined) return { kind: "broken" };
    this.usageOf(instance).gives.add(port);
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
      case "VoidPort": {
        const instance = this.sugar.instance(node);
        if (instance === undefined) return { kind: "broken" };
        this.usageOf(instance).takes.add(TERMINATOR.port);
        return { kind: "void", end: { instance, port: TERMINATOR.port } };
      }
      case "Transform":
        return this.transform(node);
      case "InnerPort": {
        if (!this.checkInnerPort(node, "outport")) return { kind: "broken" };
        this.own.takes.add(node.port.text);
        return { kind: "inner", end: { inner: node.port.text } };
      }
      case "ActorPort": {
        const instance = this.instanceOf(node);
        if (instance?.signature === undefined || !this.checkPort(node, instance, "inport")) return { kind: "broken" };
        const port = node.port.text;
        const end = { instance, port };
        this.usageOf(instance).takes.add(port);
        const types = instance.signature.inports.get(port) ?? [];
        return { kind: "port", end, types, text: endText(end), ...this.tag(node) };
      }
    }
  }

  /** Joins the actor that stands for a transform to the transform's target. */
  private transform(node: Transform): To {
    const instance = this.sugar.instance(node);
    const inner = this.target(node.target);
    const from = this.valueSource(instance, instance?.args.get("constant"));
    const port = instance?.signature?.inports.keys().next().value;
    this.connect(from, inner, node.target, rangeOf(node));
    if (instance === undefined || port === undefined) return { kind: "broken" };
    this.usageOf(instance).takes.add(port);
    const end = { instance, port };
    return { kind: "port", end, types: instance.signature?.inports.get(port) ?? [], text: endText(end) };
  }

  private tag({ tag }: ActorPort): { tag?: string | number } {
    return tag === undefined ? {} : { tag: literalValue(tag, this.report) as string | number };
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
    this.usageOf(instance).misspelt[direction].add(port);
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
    this.own.misspelt[direction].add(port);
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
    const { name, inports, outports } = this.hull;
    for (const port of this.own.missing("inport", inports.keys())) {
      const range = inports.get(port) as Range;
      this.report.add(range, FINDINGS.missingInnerConnection(name, "inport", port, `.${port} > voidport`));
    }
    for (const port of this.own.missing("outport", outports.keys())) {
      const range = outports.get(port) as Range;
      this.report.add(range, FINDINGS.missingInnerConnection(name, "outport", port, `voidport > .${port}`));
    }
  }

  private reportMissingOf(instance: Instance): void {
    const { signature, name, range } = instance;
    if (signature === undefined) return;
    const usage = this.usageOf(instance);
    for (const port of usage.missing("inport", signature.inports.keys())) {
      this.report.add(
        range,
        FINDINGS.missingConnection(describe(instance), "inport", port, `voidport > ${name}.${port}`),
      );
    }
    for (const port of usage.missing("outport", signature.outports.keys())) {
      this.report.add(
        range,
        FINDINGS.missingConnection(describe(instance), "outport", port, `${name}.${port} > voidport`),
      );
    }
  }

  private usageOf(instance: Instance): Usage {
    let usage = this.usage.get(instance);
    if (usage === undefined) {
      usage = new Usage(false);
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
