import type { Connection, LiteralSource, Target, Transform, VoidPort } from "./generated/ast.js";
import type { Instance, Known, Signature } from "./model.js";
import type { GeneratedNames } from "./names.js";
import type { Range } from "./source.js";
import { rangeOf } from "./tree.js";
import { CONSTANT_TYPE, CONSTANTIFY_TYPE, TERMINATOR, VOID } from "./types.js";

/** The actors that the values, transforms and voidports of one body become. */
export class Sugar {
  private readonly instances = new Map<LiteralSource | Transform | VoidPort, Instance>();
  private readonly voidSources = new Map<Target, Instance>();

  constructor(
    private readonly names: GeneratedNames,
    private readonly signatureOf: (type: string, range: Range) => Signature | undefined,
    private readonly evaluate: (value: LiteralSource["value"]) => Known | undefined,
    private readonly declare: (instance: Instance) => void,
  ) {}

  /** Makes the actors of one connection. */
  add({ source, targets }: Connection): void {
    if (source.$type === "LiteralSource") this.valueActor(source, CONSTANT_TYPE, "data");
    for (const target of targets) {
      if (source.$type === "VoidPort") {
        if (target.$type === "VoidPort") continue;
        this.voidSources.set(target, this.voidActor(this.names.ofSource(target), VOID, rangeOf(source)));
      }
      if (target.$type === "VoidPort") {
        this.instances.set(target, this.voidActor(this.names.of(target), TERMINATOR, rangeOf(target)));
      } else if (target.$type === "Transform") this.valueActor(target, CONSTANTIFY_TYPE, "constant");
    }
  }

  instance(node: LiteralSource | Transform | VoidPort): Instance | undefined {
    return this.instances.get(node);
  }

  voidSource(target: Target): Instance | undefined {
    return this.voidSources.get(target);
  }

  private valueActor(node: LiteralSource | Transform, type: string, argument: string): void {
    const value = this.evaluate(node.value);
    const range = rangeOf(node.label ?? (node.$type === "Transform" ? node.value : node));
    const signature = this.signatureOf(type, range);
    const instance: Instance = {
      name: this.names.of(node),
      type,
      ...(signature ? { signature } : {}),
      args: new Map(value === undefined ? [] : [[argument, value]]),
      range,
    };
    this.instances.set(node, instance);
    this.declare(instance);
  }

  private voidActor(name: string, { type, signature }: typeof VOID, range: Range): Instance {
    const instance: Instance = { name, type, signature, args: new Map(), range };
    this.declare(instance);
    return instance;
  }
}
