import type { CompletionItem } from "vscode-languageserver";
import { CompletionItemKind, InsertTextFormat, MarkupKind } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { TypeCode } from "../../compiler/actor/types.js";
import { typeName } from "../../compiler/script/port-types.js";
import { PREDICATES } from "../../compiler/script/predicates.js";
import { PROPERTY_NAMES, propertyValues } from "../../compiler/script/properties.js";
import type { ActorDescription, ActorLibrary } from "../library.js";
import { toRange } from "../positions.js";
import type { Context } from "../script/context.js";
import { placeAt } from "../script/context.js";
import type { Scope } from "../script/scopes.js";
import type { ScriptIndex } from "../script/script-index.js";
import type { Definition, Direction } from "../script/symbols.js";
import { actorMarkdown, componentMarkdown } from "./markdown.js";
import { predicateMarkdown, propertyMarkdown } from "./vocabulary.js";

type Proposal = Pick<CompletionItem, "label" | "kind" | "detail" | "documentation" | "data"> & {
  /** What is written, if not the label; `$0` is where the cursor goes. */
  insert?: string;
};

/** What may be written at an offset of a text that is being written. */
export async function complete(
  index: ScriptIndex,
  document: TextDocument,
  offset: number,
  library: ActorLibrary,
): Promise<CompletionItem[]> {
  const place = placeAt(index.text, offset);
  if (place === undefined) return [];
  const proposals = await new Proposals(index, index.scopes.at(offset), library, offset).of(place.context);
  const range = toRange(document, place.word);
  const follows = index.text
    .slice(offset)
    .match(/^\s*[(=]/)?.[0]
    .trim();
  return proposals.map(({ insert, ...item }) => {
    const text = insert === undefined || insert.includes(follows ?? "\0") ? item.label : insert;
    return {
      ...item,
      ...(item.data === undefined ? {} : { data: { ...item.data, uri: document.uri } }),
      textEdit: { range, newText: text },
      ...(text.includes("$0") ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
    };
  });
}

/** Adds to a proposed actor type what it is: asked for only when a person looks at it. */
export async function describeProposal(item: CompletionItem, library: ActorLibrary): Promise<CompletionItem> {
  const { actorType } = item.data as { actorType: string };
  const description = await library.describe(actorType);
  if (description === undefined) return item;
  return { ...item, documentation: markdown(actorMarkdown(actorType, description)) };
}

class Proposals {
  constructor(
    private readonly index: ScriptIndex,
    private readonly scope: Scope,
    private readonly library: ActorLibrary,
    private readonly offset: number,
  ) {}

  async of(context: Context): Promise<Proposal[]> {
    switch (context.kind) {
      case "statement":
        return [...this.keywords(), ...(await this.actorPorts("out")), ...this.innerPorts("in")];
      case "type":
        return this.types(context.namespace);
      case "target":
        return [
          ...(await this.actorPorts("in")),
          ...this.innerPorts("out"),
          { label: "voidport", kind: CompletionItemKind.Keyword },
        ];
      case "port":
        return this.ports(context.actor, context.direction);
      case "actor":
        return [...this.scope.actors.values()].map(({ name, type }) => ({
          label: name,
          kind: CompletionItemKind.Variable,
          detail: type ?? "",
        }));
      case "innerPort":
        return this.innerPorts(context.direction, "");
      case "argument":
        return (await this.arguments(context.type)).filter(({ label }) => !context.given.includes(label));
      case "argumentValue":
        return this.argumentValues(context.type, context.argument);
      case "predicateArgument":
        return this.predicateArguments(context.predicate).filter(({ label }) => !context.given.includes(label));
      case "property":
        return this.properties().filter(({ label }) => !context.given.includes(label));
      case "propertyValue":
        return this.propertyValues(context.property, context.quoted);
      case "value":
        return this.values();
      case "expression":
        return this.expressions();
      case "path":
        return this.paths(context.after ?? []);
      case "direction":
        return ["in", "out"].map((label) => ({ label, kind: CompletionItemKind.Keyword }));
    }
  }

  private keywords(): Proposal[] {
    const top: [string, string][] = [
      ["define", "define $0 = "],
      ["component", "component $0() -> {\n}"],
      ["rule", "rule $0: "],
      ["group", "group $0: "],
      ["apply", "apply $0: "],
    ];
    const words = this.scope.component === undefined ? top : [];
    return [...words, ["voidport", "voidport > $0"]].map(([label = "", insert = ""]) => {
      return { label, insert, kind: CompletionItemKind.Keyword };
    });
  }

  private types(namespace: string | undefined): Proposal[] {
    const library = this.library.suggestions().map((type) => type.split(".") as [string, string]);
    if (namespace !== undefined) {
      return library
        .filter(([own]) => own === namespace)
        .map(([own, name]) => ({ ...this.type(`${own}.${name}`), label: name, insert: `${name}($0)` }));
    }
    const components = [...this.index.scopes.components].filter(
      ([, scope]) => scope.component !== this.scope.component,
    );
    return [
      ...components.map(([name, scope]) => ({
        label: name,
        insert: `${name}($0)`,
        kind: CompletionItemKind.Module,
        detail: "component",
        documentation: markdown(componentMarkdown(scope, this.index.text)),
      })),
      ...library.map((parts) => this.type(parts.join("."))),
    ];
  }

  private type(type: string): Proposal {
    return {
      label: type,
      insert: `${type}($0)`,
      kind: CompletionItemKind.Class,
      detail: "actor",
      data: { actorType: type },
    };
  }

  /** The ports of all actors around, as `actor.port`. */
  private async actorPorts(direction: Direction): Promise<Proposal[]> {
    const actors = [...this.scope.actors.values()];
    const ports = await Promise.all(
      actors.map(async (actor) => {
        const own = await this.portsOf(actor.type, direction);
        if (own.length === 0)
          return [{ label: actor.name, kind: CompletionItemKind.Variable, detail: actor.type ?? "" }];
        return own.map((port) => ({ ...port, label: `${actor.name}.${port.label}` }));
      }),
    );
    return ports.flat();
  }

  private innerPorts(direction: Direction | undefined, dot = "."): Proposal[] {
    const { inports, outports } = this.scope;
    const of = (ports: Map<string, Definition>, kind: string) =>
      [...ports.keys()].map((name) => ({
        label: dot + name,
        kind: CompletionItemKind.Interface,
        detail: `${kind} of the component`,
      }));
    return [
      ...(direction === "out" ? [] : of(inports, "inport")),
      ...(direction === "in" ? [] : of(outports, "outport")),
    ];
  }

  /** The ports of an actor; where its properties may be meant, all of them. */
  private async ports(name: string, direction: Direction | undefined): Promise<Proposal[]> {
    const type = this.scope.actors.get(name)?.type;
    if (direction === "in") return this.portsOf(type, "in");
    const [outports, inports] = [await this.portsOf(type, "out"), await this.portsOf(type, "in")];
    const names = new Set(outports.map(({ label }) => label));
    return [...outports, ...inports.filter(({ label }) => !names.has(label))];
  }

  private async portsOf(type: string | undefined, direction: Direction): Promise<Proposal[]> {
    if (type === undefined) return [];
    const kind = CompletionItemKind.Field;
    const component = this.index.scopes.components.get(type);
    if (component !== undefined) {
      const ports = direction === "in" ? component.inports : component.outports;
      return [...ports.keys()].map((label) => ({ label, kind, detail: `${direction}port of ${type}` }));
    }
    const description = await this.library.describe(type);
    const { signature, doc } = description ?? NOTHING;
    return (direction === "in" ? signature.inports : signature.outports).map((port) => ({
      label: port.name,
      kind,
      detail: `${direction}port: ${typeName(port.type)}`,
      ...documentation(doc?.ports[port.name]),
    }));
  }

  private async arguments(type: string): Promise<Proposal[]> {
    const kind = CompletionItemKind.Property;
    const component = this.index.scopes.components.get(type);
    if (component !== undefined) {
      return [...component.arguments.values()].map(({ name, extent }) => ({
        label: name,
        insert: `${name}=$0`,
        kind,
        detail: this.index.text.slice(extent.offset, extent.end),
      }));
    }
    const { signature, doc } = (await this.library.describe(type)) ?? NOTHING;
    return signature.args.map(({ name, type: code, required }) => ({
      label: name,
      insert: `${name}=$0`,
      kind,
      detail: `${typeName(code)}${required ? "" : ", optional"}`,
      ...documentation(doc?.args[name]),
    }));
  }

  private async argumentValues(type: string, argument: string): Promise<Proposal[]> {
    const { signature } = (await this.library.describe(type)) ?? NOTHING;
    const code = signature.args.find(({ name }) => name === argument)?.type;
    const words = code === TypeCode.bool || code === undefined ? ["true", "false"] : [];
    return [...this.names(), ...words.map((label) => ({ label, kind: CompletionItemKind.Keyword }))];
  }

  private values(): Proposal[] {
    const words = ["true", "false", "null"].map((label) => ({ label, kind: CompletionItemKind.Keyword }));
    return [...this.names(), ...words];
  }

  /** Constants, and the arguments of the component around. */
  private names(): Proposal[] {
    const { constants } = this.index.scopes.globals;
    return [
      ...[...this.scope.arguments.values()].map(({ name }) => ({
        label: name,
        kind: CompletionItemKind.Variable,
        detail: "argument of the component",
      })),
      ...[...constants.values()]
        .filter((other) => !this.isBeingWritten(other))
        .map(({ name, extent }) => ({
          label: name,
          kind: CompletionItemKind.Constant,
          detail: this.index.text.slice(extent.offset, extent.end),
        })),
    ];
  }

  /** Whether the cursor is in a definition, or after one that is not complete. */
  private isBeingWritten({ extent }: Definition): boolean {
    if (this.offset < extent.offset) return false;
    return this.offset <= extent.end || this.index.text.slice(extent.end, this.offset).trim() === "";
  }

  private expressions(): Proposal[] {
    const rules = [...this.index.scopes.globals.rules.values()].filter((other) => !this.isBeingWritten(other));
    return [
      ...rules.map(({ name, extent }) => ({
        label: name,
        kind: CompletionItemKind.Reference,
        detail: this.index.text.slice(extent.offset, extent.end),
      })),
      ...[...PREDICATES].map(([name, takes]) => ({
        label: name,
        insert: takes.open !== true && takes.arguments.size === 0 ? `${name}()` : `${name}($0)`,
        kind: CompletionItemKind.Function,
        ...documentation(predicateMarkdown(name)),
      })),
    ];
  }

  private predicateArguments(predicate: string): Proposal[] {
    const takes = PREDICATES.get(predicate);
    if (takes === undefined) return [];
    return [...takes.arguments].map(([name, { constraints, required }]) => ({
      label: name,
      insert: `${name}=$0`,
      kind: CompletionItemKind.Property,
      detail: `${constraints[0] === undefined ? "any" : typeName(constraints[0].type)}${required ? "" : ", optional"}`,
    }));
  }

  private properties(): Proposal[] {
    return PROPERTY_NAMES.map((name) => ({
      label: name,
      insert: `${name}=$0`,
      kind: CompletionItemKind.Property,
      ...documentation(propertyMarkdown(name)),
    }));
  }

  private propertyValues(property: string, quoted: boolean): Proposal[] {
    const values = propertyValues(property);
    const kind = CompletionItemKind.EnumMember;
    return [
      ...values.map((label) => ({ label: quoted ? label : `"${label}"`, kind })),
      ...(quoted ? [] : this.names()),
    ];
  }

  /** What rules apply to: actors, groups, and inside of components what follows the colon. */
  private paths(after: string[]): Proposal[] {
    const { deployed, scopes } = this.index;
    let scope: Scope | undefined = deployed;
    for (const [index, segment] of after.entries()) {
      if (index === 0 && scope?.component?.name?.text === segment && !scope.actors.has(segment)) continue;
      const type: string | undefined = scope?.actors.get(segment)?.type;
      scope = type === undefined ? undefined : scopes.components.get(type);
    }
    const actors = [...(scope?.actors.values() ?? [])].map(({ name, type }) => ({
      label: name,
      kind: CompletionItemKind.Variable,
      detail: type ?? "",
    }));
    if (after.length > 0) return actors;
    const groups = [...scopes.globals.groups.keys()].map((label) => ({ label, kind: CompletionItemKind.Reference }));
    const service = deployed.component?.name?.text;
    return [
      ...actors,
      ...groups,
      ...(service === undefined ? [] : [{ label: service, kind: CompletionItemKind.Module }]),
    ];
  }
}

const NOTHING: ActorDescription = { signature: { inports: [], outports: [], args: [] } };

function documentation(text: string | undefined): Pick<CompletionItem, "documentation"> {
  return text === undefined || text === "" ? {} : { documentation: markdown(text) };
}

function markdown(value: string): { kind: MarkupKind; value: string } {
  return { kind: MarkupKind.Markdown, value };
}
