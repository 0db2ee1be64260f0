import type { AstNode } from "langium";
import type {
  Actor,
  Apply,
  Argument,
  Call,
  Component,
  ComponentBody,
  Connection,
  Define,
  Group,
  Parameter,
  PortProperty,
  Rule,
  Script,
  Target,
  Value,
} from "../generated/ast.js";
import { rangeOf } from "../tree.js";
import type { Layout } from "./layout.js";
import { group, HARD_LINE, ifBroken, indent, LINE, SOFT_LINE } from "./layout.js";
import type { Reader } from "./reader.js";

type Statement = Script["statements"][number];

/** Makes the layout of a script: a method for each production, which takes exactly its tokens from the reader. */
export class Printer {
  constructor(private readonly reader: Reader) {}

  script(script: Script): Layout {
    return this.statements(script.statements, "nothing");
  }

  /** Statements and the comments between them, a line each, after what comes before them. */
  private statements(statements: Statement[], before: "nothing" | "brace" | "docstring"): Layout {
    const lines: Layout[] = [];
    let previous: Statement | undefined;
    let first = true;
    const startLine = (spaced: boolean) => {
      if (!first || before !== "nothing") lines.push(HARD_LINE);
      if (spaced && (!first || before === "docstring")) lines.push(HARD_LINE);
      first = false;
    };
    for (const statement of [...statements, undefined]) {
      lines.push(...this.reader.trailing());
      // Components stand apart, and the comments above one belong to it.
      let apart =
        previous !== undefined && (isComponent(previous) || (statement !== undefined && isComponent(statement)));
      for (const { layout, spaced } of this.reader.ownLines()) {
        startLine(spaced || apart);
        apart = false;
        lines.push(layout);
      }
      if (statement === undefined) break;
      startLine(this.reader.spaced || apart);
      lines.push(this.statement(statement));
      previous = statement;
    }
    if (before === "nothing" && !first) lines.push(HARD_LINE);
    return lines;
  }

  private statement(node: Statement): Layout {
    const { after } = this.reader.around();
    return [after, this.bareStatement(node)];
  }

  private bareStatement(node: Statement): Layout {
    switch (node.$type) {
      case "Define":
        return this.define(node);
      case "Component":
        return this.component(node);
      case "Actor":
        return this.actor(node);
      case "Connection":
        return this.connection(node);
      case "PortProperty":
        return this.portProperty(node);
      case "Rule":
        return this.rule(node);
      case "Group":
        return this.group(node);
      case "Apply":
        return this.apply(node);
      default:
        return this.reader.takeSpaced(rangeOf(node as AstNode).end);
    }
  }

  private define(node: Define): Layout {
    const { reader } = this;
    return [reader.take("define"), " ", this.whole(node.name), " ", reader.take("="), " ", this.value(node.value)];
  }

  private component(node: Component): Layout {
    const { reader } = this;
    const start = [reader.take("component"), " ", this.whole(node.name)];
    const parameters = this.list("(", node.parameters, (parameter) => this.parameter(parameter), ")");
    const inports = node.inports.length === 0 ? [] : [this.line(), this.names(node.inports)];
    const arrow = [this.line(), reader.take("->")];
    const outports = node.outports.length === 0 ? [] : [" ", this.names(node.outports)];
    const brace = [this.line(), reader.take("{")];
    const head = group([start, parameters, group([indent([inports, arrow, outports]), brace])]);
    return [head, this.body(node.body)];
  }

  private body(node: ComponentBody): Layout {
    const { reader } = this;
    const lines: Layout[] = [];
    if (node.doc !== undefined) lines.push(reader.trailing(), this.docstring());
    lines.push(this.statements(node.statements, node.doc === undefined ? "brace" : "docstring"));
    return [indent(lines), HARD_LINE, reader.take("}")];
  }

  private docstring(): Layout {
    const { before, after } = this.reader.around();
    const [first = "", ...rest] = this.reader.image.split(/\r?\n/).map((line, index, all) => {
      return index < all.length - 1 ? line.trimEnd() : line;
    });
    this.reader.take();
    const margin = rest
      .filter((line, index) => line.trim() !== "" && !(index === rest.length - 1 && line.trim() === '"""'))
      .reduce((least, line) => Math.min(least, line.length - line.trimStart().length), Number.MAX_SAFE_INTEGER);
    const lines = rest.map((line): Layout => [HARD_LINE, line.trim() === '"""' ? '"""' : line.slice(margin)]);
    return [before, HARD_LINE, after, first, lines];
  }

  private parameter(node: Parameter): Layout {
    const name = this.whole(node.name);
    return node.default === undefined ? name : [name, this.reader.take("="), this.value(node.default)];
  }

  private actor(node: Actor): Layout {
    const { reader } = this;
    return [this.whole(node.name), reader.take(":"), " ", this.whole(node.type), this.arguments(node.arguments)];
  }

  private connection(node: Connection): Layout {
    const { reader } = this;
    const { source } = node;
    const from: Layout[] = [];
    if (source.$type === "LiteralSource") {
      if (source.label !== undefined) from.push(reader.take(":"), this.whole(source.label), " ");
      from.push(this.value(source.value));
    } else from.push(this.whole(source));
    const arrow = reader.take(">");
    const { layouts, broken } = this.items(node.targets, (target) => this.target(target), LINE);
    return [from, " ", arrow, group(indent(layouts), broken)];
  }

  private target(node: Target): Layout {
    const { reader } = this;
    if (node.$type === "Transform") {
      const start: Layout[] = [reader.take("/")];
      if (node.label !== undefined) start.push(reader.take(":"), this.whole(node.label), " ");
      return [start, this.value(node.value), reader.take("/"), " ", this.target(node.target)];
    }
    if (node.$type === "ActorPort" && node.tag !== undefined) {
      return [reader.take("@"), this.value(node.tag), " ", this.whole(node)];
    }
    return this.whole(node);
  }

  private portProperty(node: PortProperty): Layout {
    const { reader } = this;
    const port = this.whole(node.port);
    const direction = node.direction && [reader.take("["), this.whole(node.direction), reader.take("]")];
    return [port, direction ?? [], this.arguments(node.arguments)];
  }

  private rule(node: Rule): Layout {
    const { reader } = this;
    return [reader.take("rule"), " ", this.whole(node.name), reader.take(":"), " ", this.expression(node.expression)];
  }

  private group(node: Group): Layout {
    const { reader } = this;
    const start = [reader.take("group"), " ", this.whole(node.name), reader.take(":")];
    const { layouts, broken } = this.items(node.members, (member) => this.whole(member), LINE);
    return [start, group(indent(layouts), broken)];
  }

  private apply(node: Apply): Layout {
    const { reader } = this;
    const start = reader.take("apply");
    const { layouts, broken } = this.items(node.targets, (target) => this.whole(target), LINE);
    return [start, group(indent(layouts), broken), reader.take(":"), " ", this.expression(node.expression)];
  }

  private arguments(nodes: Argument[]): Layout {
    return this.list("(", nodes, (node) => this.argument(node), ")");
  }

  private argument(node: Argument): Layout {
    return [this.whole(node.name), this.reader.take("="), this.value(node.value)];
  }

  private value(node: Value): Layout {
    switch (node.$type) {
      case "ArrayValue":
        return this.list("[", node.items, (item) => this.value(item), "]");
      case "ObjectValue":
        return this.list(
          "{",
          node.entries,
          ({ key, value }) => {
            return [this.value(key), this.reader.take(":"), " ", this.value(value)];
          },
          "}",
        );
      case "StringValue": {
        const { layouts, broken } = this.items(node.parts, () => this.reader.take(), undefined, "");
        return group(indent(layouts), broken);
      }
      default:
        return this.reader.takeSpaced(rangeOf(node).end);
    }
  }

  /** A rule's expression. The tree has no parentheses, so the structure is read from the tokens. */
  private expression(node: AstNode): Layout {
    return group(indent(this.operation(["|", "&"], calls(node), rangeOf(node).end)));
  }

  private operation(operators: string[], calls: Call[], end: number): Layout {
    const [operator, ...tighter] = operators;
    if (operator === undefined) return this.term(calls, end);
    const parts = [this.operation(tighter, calls, end)];
    while (this.reader.image === operator && this.reader.offset < end) {
      parts.push(this.line(), this.reader.take(), " ");
      parts.push(this.operation(tighter, calls, end));
    }
    return parts.length === 1 ? parts : group(parts);
  }

  private term(calls: Call[], end: number): Layout {
    const { reader } = this;
    if (reader.image === "~") return [reader.take(), this.term(calls, end)];
    if (reader.image === "(") {
      const open = reader.take();
      const inner = this.operation(["|", "&"], calls, end);
      return group([open, indent([SOFT_LINE, inner]), SOFT_LINE, reader.take(")")]);
    }
    const call = calls.shift() as Call;
    const name = this.whole(call.name);
    return call.predicate ? [name, this.arguments(call.arguments)] : name;
  }

  /** A bracketed list: on one line, or an item a line with a comma after each. */
  private list<T>(open: string, nodes: T[], print: (node: T) => Layout, close: string): Layout {
    const { reader } = this;
    const start = reader.take(open);
    if (nodes.length === 0) return [start, reader.take(close)];
    const { layouts, broken, comma } = this.items(nodes, print, SOFT_LINE);
    const { sameLine, own, breaks } = reader.beforeClosing();
    const end = [ifBroken(","), sameLine, own];
    return group([start, indent([layouts, end]), SOFT_LINE, reader.take(close)], broken || comma || breaks);
  }

  /** Names with commas between them, on as few lines as they need. */
  private names(nodes: AstNode[]): Layout {
    const { layouts, broken } = this.items(nodes, (node) => this.whole(node));
    return group(layouts, broken);
  }

  /**
   * Items with commas between them.
   *
   * @param start the line break before the first, if there is one
   * @returns the layouts; whether comments break them; whether a comma follows the last
   */
  private items<T>(nodes: T[], print: (node: T) => Layout, start?: Layout, separator = ",") {
    const layouts: Layout[] = [];
    let broken = false;
    let comma = false;
    for (const [index, node] of nodes.entries()) {
      if (index > 0 || start !== undefined) {
        const { before, after } = this.reader.around();
        broken ||= before.length > 0;
        layouts.push(before, index === 0 ? start! : LINE, after);
      }
      layouts.push(print(node));
      const skipped = this.reader.skipComma();
      layouts.push(skipped.before);
      comma = skipped.comma;
      if (index < nodes.length - 1) layouts.push(separator);
    }
    return { layouts, broken, comma };
  }

  /** A line break or a blank, with the comments before the next token around it. */
  private line(): Layout {
    const { before, after } = this.reader.around();
    return [before, before.length > 0 ? HARD_LINE : LINE, after];
  }

  /** A node whose tokens stand together, such as `actor.port`. */
  private whole(node: AstNode): Layout {
    return this.reader.takeTo(rangeOf(node).end);
  }
}

function isComponent(statement: Statement): boolean {
  return statement.$type === "Component";
}

/** The calls of an expression, in their order. */
function calls(node: AstNode): Call[] {
  const found: Call[] = [];
  const visit = (child: AstNode): void => {
    if (child.$type === "Call") found.push(child as Call);
    else for (const term of termsOf(child)) visit(term);
  };
  visit(node);
  return found;
}

function termsOf(node: AstNode): AstNode[] {
  const { terms, term } = node as AstNode & { terms?: AstNode[]; term?: AstNode };
  return terms ?? (term === undefined ? [] : [term]);
}
