import type ts from "typescript";
import { CompileError, type Diagnostic, spanOf } from "../diagnostic.js";

/** What the actor compiler refuses: the stable code of each rule and the way out that it names by default. */
export const RULES = {
  syntax: ["KA001", "mend the syntax; actors are written in TypeScript"],
  class: ["KA002", "export exactly one class in a file; other classes, functions and constants stay without `export`"],
  import: ["KA003", 'import from "kappa", "kappa/sense", "kappa/io", "kappa/sys" or "kappa/log"'],
  type: ["KA004", "write the type, such as `f32` or `string`: it decides what is sent and kept"],
  unsupportedType: [
    "KA005",
    "use bool, an integer or float type, string, Uint8Array, Token, an array of numbers, or a class of this file",
  ],
  closure: ["KA006", "pass what is needed as a parameter, keep it in a field, or write a loop"],
  exception: [
    "KA007",
    "return a value that says what happened; use `assert(condition)` where the firing must not commit",
  ],
  any: ["KA008", "name the type; for a token of any kind use `Token`"],
  async: ["KA009", "an action runs to its end at once: wait by an action that needs a token, a guard or a timer"],
  decorator: [
    "KA010",
    'there are `@action`, `@action({ when: "field", every: "field" })`, `@exception` and, on the class, `@memory(bytes)`',
  ],
  port: [
    "KA011",
    "use `port.value` of an `In`, and `port.send(value)`, `pass(inport)`, `end()` or `fail(reason)` of an `Out`",
  ],
  idle: ["KA012", "give the action a port, or `@action({ every: … })` or `@action({ when: … })`"],
  condition: [
    "KA013",
    "`when` names a bool field or a method that returns bool, `every` a number of ms or a field with it",
  ],
  memory: ["KA014", "use fields, arrays and strings: the runtime owns the memory"],
  limit: ["KA015", "divide the actor into several"],
  self: ["KA016", "use `this.field` and `this.method(…)` only"],
  member: [
    "KA017",
    "a class has fields, methods, `@action` methods and a constructor; put constants outside of the class",
  ],
  state: ["KA018", "keep state in fields, where it is saved and moved; outside of the class use `const`"],
  argument: ["KA019", "an argument has a plain name, a type and at most a literal as its default"],
  host: ["KA020", 'use what "kappa/sense", "kappa/io", "kappa/sys" and "kappa/log" offer'],
  initial: ["KA021", "give the field a value where it is declared or in the constructor, or the type `… | null`"],
  language: ["KA100", "actors are compiled by AssemblyScript, which is stricter than TypeScript"],
  module: ["KA101", "divide the actor into several, or make it simpler"],
} as const satisfies Record<string, readonly [code: string, hint: string]>;

export type Rule = keyof typeof RULES;

/** Gathers what is wrong with one source, so that several errors show in one run. */
export class Report {
  private readonly diagnostics: Diagnostic[] = [];

  constructor(
    readonly file: string,
    readonly text: string,
  ) {}

  /** An error at a node. */
  error(node: ts.Node, rule: Rule, message: string, hint?: string): void {
    this.errorAt(node.getStart(), node.getEnd(), rule, message, hint);
  }

  /** An error from offset `start` to `end` (exclusive); the same one is kept once. */
  errorAt(start: number, end: number, rule: Rule, message: string, hint: string = RULES[rule][1]): void {
    const [code] = RULES[rule];
    const known = this.diagnostics.some(
      (d) => d.code === code && d.span.start.offset === start && d.message === message,
    );
    if (known) return;
    this.diagnostics.push({ code, severity: "error", message, span: spanOf(this.file, this.text, start, end), hint });
  }

  /** Throws CompileError with all errors in order of the text, if there are any. */
  throwIfAny(): void {
    if (this.diagnostics.length === 0) return;
    this.diagnostics.sort((a, b) => a.span.start.offset - b.span.start.offset);
    throw new CompileError(this.diagnostics, { [this.file]: this.text });
  }
}
