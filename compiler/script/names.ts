import type { AstNode } from "langium";
import type { BodyStatement, LiteralSource, Script, Target, Transform, VoidPort } from "./generated/ast.js";

/**
 * Names of the actors that values, transforms and voidports become: `_literal_const_1`, `_transform_1`, `_void_1` and so on,
 * counted over the whole script as Calvin counts, components first, and in each body the voidports that take tokens before
 * those that give none.
 */
export class GeneratedNames {
  private readonly names = new Map<AstNode, string>();
  private readonly voidSources = new Map<AstNode, string>();
  private readonly counts = new Map<string, number>();

  constructor(script: Script) {
    const program: BodyStatement[] = [];
    for (const statement of script.statements) {
      if (statement.$type === "Component") this.nameBody(statement.body.statements);
      else program.push(statement as BodyStatement);
    }
    this.nameBody(program);
  }

  of(node: LiteralSource | Transform | VoidPort): string {
    return this.names.get(node) ?? "";
  }

  /** The name of the voidport that a target is fed from. */
  ofSource(target: Target): string {
    return this.voidSources.get(target) ?? "";
  }

  private nameBody(statements: BodyStatement[]): void {
    const connections = statements.filter((statement) => statement.$type === "Connection");
    for (const { source, targets } of connections) {
      if (source.$type === "LiteralSource") this.names.set(source, source.label?.text ?? this.next("literal_const"));
      for (const target of targets) {
        if (target.$type === "Transform") this.names.set(target, target.label?.text ?? this.next("transform"));
        if (target.$type === "VoidPort" && source.$type !== "VoidPort") this.names.set(target, this.next("void"));
      }
    }
    for (const { source, targets } of connections) {
      if (source.$type !== "VoidPort") continue;
      for (const target of targets) if (target.$type !== "VoidPort") this.voidSources.set(target, this.next("void"));
    }
  }

  private next(kind: string): string {
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    return `_${kind}_${count}`;
  }
}
