import { FINDINGS } from "./diagnostics.js";
import type { Define, Value } from "./generated/ast.js";
import type { Json } from "./graph.js";
import type { Report } from "./report.js";
import { rangeOf } from "./tree.js";
import { literalValue } from "./values.js";

/** A value that exists, boxed, so that a constant `null` and an unknown one differ. */
export interface Box {
  value: Json;
}

/** The script's constants, each evaluated once. */
export class Constants {
  private readonly definitions = new Map<string, Define>();
  private readonly values = new Map<string, Box | undefined>();
  private readonly used = new Set<string>();

  constructor(
    defines: Define[],
    private readonly report: Report,
  ) {
    for (const define of defines) {
      const name = define.name.text;
      if (this.definitions.has(name)) report.add(rangeOf(define.name), FINDINGS.duplicateConstant(name));
      else this.definitions.set(name, define);
    }
    for (const name of this.definitions.keys()) this.evaluate(name);
  }

  has(name: string): boolean {
    return this.definitions.has(name);
  }

  names(): Iterable<string> {
    return this.definitions.keys();
  }

  /** The value of a defined constant; undefined when it has none, which has been reported. */
  use(name: string): Box | undefined {
    this.used.add(name);
    return this.values.get(name);
  }

  /** A value that may name a constant but no argument; undefined after reporting that there is none. */
  resolve(value: Value): Box | undefined {
    if (value.$type !== "Reference") return { value: literalValue(value, this.report) };
    const name = value.name.text;
    if (this.has(name)) return this.use(name);
    this.undefinedName(value, []);
    return undefined;
  }

  /** Reports a name that is neither a constant nor among `others`. */
  undefinedName(value: Value & { $type: "Reference" }, others: Iterable<string>): void {
    const name = value.name.text;
    const hint = this.report.suggest(name, [...others, ...this.definitions.keys()]);
    this.report.add(rangeOf(value), FINDINGS.undefinedIdentifier(name), hint);
  }

  warnUnused(): void {
    for (const [name, define] of this.definitions) {
      if (!this.used.has(name)) this.report.remark(rangeOf(define.name), FINDINGS.unusedConstant(name));
    }
  }

  /** Follows a chain of constants that name constants, however long, to its value and gives it to all of them. */
  private evaluate(start: string): void {
    const chain = new Set<string>();
    let name = start;
    let result: Box | undefined;
    while (!this.values.has(name)) {
      if (chain.has(name)) {
        this.reportCircle(chain, name);
        break;
      }
      chain.add(name);
      const value = this.definitions.get(name)?.value;
      if (value?.$type !== "Reference") {
        if (value !== undefined) result = { value: literalValue(value, this.report) };
        break;
      }
      name = value.name.text;
      if (!this.definitions.has(name)) {
        const hint = this.report.suggest(name, this.definitions.keys());
        this.report.add(rangeOf(value), FINDINGS.undefinedConstant(name), hint);
        break;
      }
      this.used.add(name);
    }
    result ??= this.values.get(name);
    for (const link of chain) this.values.set(link, result);
  }

  /** The circle is the part of the chain from `entry` on; it is reported at its first definition in the text. */
  private reportCircle(chain: Set<string>, entry: string): void {
    const names = [...chain];
    const circle = names.slice(names.indexOf(entry)).map((name) => this.definitions.get(name) as Define);
    const first = circle.reduce((a, b) => (rangeOf(a).offset < rangeOf(b).offset ? a : b));
    this.report.add(rangeOf(first.name), FINDINGS.circularConstant(first.name.text));
  }
}
