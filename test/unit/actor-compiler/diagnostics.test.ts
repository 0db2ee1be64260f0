import { describe, expect, test } from "@jest/globals";
import { compileActor } from "../../../compiler/actor/index.js";
import { RULES } from "../../../compiler/actor/rules.js";
import { CompileError, type Diagnostic } from "../../../compiler/diagnostic.js";

const IMPORT = 'import { action, exception, type In, type Out, type Token, memory } from "kappa";\n';

/** Errors of a text. */
async function errorsOf(text: string): Promise<Diagnostic[]> {
  try {
    await compileActor(text, { file: "a.ts" });
  } catch (error) {
    expect(error).toBeInstanceOf(CompileError);
    return (error as CompileError).diagnostics;
  }
  return [];
}

/** `code line:column-endColumn` of each error of a text. */
async function placesOf(text: string): Promise<string[]> {
  const errors = await errorsOf(text);
  return errors.map(({ code, span }) => `${code} ${span.start.line}:${span.start.column}-${span.end.column}`);
}

/** A class around members; `«` and `»` mark what the error is about. */
function inClass(members: string): string {
  return `${IMPORT}export class A {\n  ${members}\n  @action idle(a: In<i32>): void {}\n}\n`;
}

/** The text without marks, and the place that they mark. */
function unmark(marked: string): { text: string; place: string } {
  const start = marked.indexOf("«");
  const end = marked.indexOf("»") - 1;
  const text = marked.replace(/[«»]/g, "");
  const before = text.slice(0, start).split("\n");
  const column = before.at(-1)!.length + 1;
  return { text, place: `${before.length}:${column}-${column + end - start}` };
}

const CASES: [code: string, title: string, marked: string][] = [
  ["KA001", "a syntax error", `${IMPORT}export class A {\n  private a: i32 = «;»\n}`],
  ["KA002", "a second exported class", `${inClass("")}export class «B» {}`],
  ["KA002", "another export", `${inClass("")}«export function f(): void {}»`],
  [
    "KA002",
    "a class that extends",
    `${IMPORT}class B {}\nexport class A «extends B» { @action a(x: In<i32>): void {} }`,
  ],
  ["KA002", "a generic class", `${IMPORT}export class A<«T»> { @action a(x: In<i32>): void {} }`],
  ["KA002", "no action", `${IMPORT}export class «A» { private a: i32 = 0; }`],
  ["KA003", "an unknown module", `import { x } from «"fs"»;\n${inClass("")}`],
  ["KA003", "an unknown name", `import { «pressure» } from "kappa/sense";\n${inClass("")}`],
  ["KA003", "a whole module", `«import * as sense from "kappa/sense";»\n${inClass("")}`],
  ["KA003", "a declared function", `${IMPORT}«declare function f(): i32;»\n${inClass("")}`],
  ["KA004", "a field without a type", inClass("private «a» = 1;")],
  ["KA004", "a parameter without a type", inClass("private f(«a»): i32 { return 1; }")],
  ["KA004", "a method without a result type", inClass("private «f»(a: i32) { return a; }")],
  ["KA004", "an argument without a type", inClass("constructor(«a» = 1) {}")],
  ["KA004", "an action's parameter that is no port", inClass("@action f(a: «i32»): void {}")],
  ["KA005", "a field of a function type", inClass("private f: «() => void»;")],
  ["KA005", "a field that is an address", inClass("private p: «usize» = 0;")],
  ["KA005", "a field of two types", inClass("private p: «string | i32» = 0;")],
  ["KA005", "a port of an object type", inClass("@action f(a: «In<Map<string, i32>>»): void {}")],
  ["KA005", "a port of arrays of text", inClass("@action f(a: «Out<string[]>»): void {}")],
  ["KA005", "a port that may be null", inClass("@action f(a: «In<string | null>»): void {}")],
  ["KA005", "an argument of an object type", inClass("constructor(m: «Map<string, i32>») {}")],
  ["KA006", "a closure", inClass("private f(n: i32): void { const g = (x: i32): i32 => x + «n»; g(1); }")],
  [
    "KA006",
    "a closure over a variable",
    inClass("private f(): void { let n: i32 = 0; function g(): void { «n»++; } g(); }"),
  ],
  ["KA007", "throw", inClass('private f(): void { «throw» new Error("x"); }')],
  ["KA007", "try", inClass("private f(): void { «try» { this.f(); } finally {} }")],
  ["KA008", "any", inClass("private f(a: «any»): void {}")],
  ["KA009", "async", inClass("private «async» f(): void {}")],
  ["KA009", "a generator", inClass("private «*»f(): void {}")],
  ["KA010", "an unknown decorator", inClass("«@every(10)» f(): void {}")],
  ["KA010", "an unknown condition", inClass('@action({ «if: "a"» }) f(a: In<i32>): void {}')],
  ["KA010", "a heap that is no number", `${IMPORT}@memory(«4»)\nexport class A { @action a(x: In<i32>): void {} }`],
  ["KA010", "a decorator on a function", `${IMPORT}«@external("a", "b")» function f(): void {}\n${inClass("")}`],
  ["KA011", "an inport that sends", inClass("@action f(a: In<i32>): void { a.«send»(1); }")],
  ["KA011", "an outport that is read", inClass("@action f(a: Out<i32>): void { const b = a.«value»; }")],
  ["KA011", "a port as a value", inClass("@action f(a: Out<i32>): void { const b = «a»; }")],
  ["KA011", "an inport that is changed", inClass("@action f(a: In<i32>): void { «a.value» = 1; }")],
  ["KA011", "a variable with the name of a port", inClass("@action f(a: In<i32>): void { let «a»: i32 = 1; }")],
  ["KA011", "send as a value", inClass("@action f(a: Out<i32>): void { const s = a.«send»; }")],
  ["KA011", "pass of what is no port", inClass("@action f(a: Out<i32>): void { a.pass(«1»); }")],
  ["KA011", "pass between types", inClass("@action f(a: In<i32>, b: Out<f32>): void { «b.pass(a)»; }")],
  ["KA011", "a port of two types", inClass("@action f(a: In<i32>): void {} @action g(a: «In<f32>»): void {}")],
  ["KA011", "a port of a method", inClass("private f(a: «Out<i32>»): void {}")],
  ["KA011", "an action with a result", inClass("@action f(a: In<i32>): «i32» { return 1; }")],
  ["KA011", "a port twice in an action", inClass("@action «f»(a: In<i32>, a: Out<i32>): void {}")],
  ["KA010", "a handler with a timer", inClass("@exception({ «every: 10» }) f(a: In<i32>): void {}")],
  ["KA010", "a handler that is an action", inClass("«@action» @exception f(a: In<i32>): void {}")],
  ["KA011", "an action that asks for an exception", inClass("@action f(a: In<i32>): void { if (a.«failed») return; }")],
  ["KA011", "the end of a stream with a value", inClass("@action f(a: Out<i32>): void { a.«end»(1); }")],
  ["KA011", "an exception without a reason", inClass("@exception f(b: In<i32>, a: Out<i32>): void { a.«fail»(); }")],
  ["KA012", "an action without ports", inClass("@action «f»(): void {}")],
  ["KA012", "a handler without an inport", inClass("@exception «f»(a: Out<i32>): void {}")],
  ["KA013", "a guard that names nothing", inClass('@action({ when: «"ready"» }) f(a: In<i32>): void {}')],
  ["KA013", "a guard that is a number", inClass('private n: i32 = 0; @action({ when: «"n"» }) f(a: In<i32>): void {}')],
  ["KA013", "a period that is text", inClass('private p: string = ""; @action({ every: «"p"» }) f(): void {}')],
  ["KA013", "a period of 0", inClass("@action({ every: «0» }) f(): void {}")],
  ["KA014", "raw memory", inClass("private f(): i32 { return «load»<i32>(0); }")],
  ["KA014", "raw memory by type", inClass("private f(): i32 { return i32.«load»(0); }")],
  ["KA014", "growing memory", inClass("private f(): void { «memory».grow(1); }")],
  ["KA014", "addresses", inClass("private f(): i32 { return «changetype»<i32>(1); }")],
  ["KA014", "unchecked access", inClass("private a: i32[] = []; private f(): i32 { return «unchecked»(this.a[9]); }")],
  ["KA016", "this as a value", inClass("private f(): void { const me = «this»; }")],
  ["KA016", "an unknown member", inClass("private f(): void { this.«nothing» = 1; }")],
  ["KA016", "a called action", inClass("private f(): void { this.«idle»(1); }")],
  ["KA016", "a method as a value", inClass("private f(): void { const g = this.«f»; }")],
  ["KA017", "a static member", inClass("«static» a: i32 = 0;")],
  ["KA017", "a getter", inClass("«get a(): i32 { return 1; }»")],
  ["KA017", "two members of one name", inClass("private a: i32 = 0; private «a»: f32 = 0;")],
  ["KA018", "a variable outside of the class", `${IMPORT}«let count: i32 = 0;»\n${inClass("").slice(IMPORT.length)}`],
  ["KA019", "a default that is no literal", inClass("constructor(private a: i32 = «1 + 2») {}")],
  ["KA019", "a default out of range", inClass("constructor(private a: u8 = «256») {}")],
  ["KA019", "start with parameters", inClass("start(«a: i32»): void {}")],
  ["KA019", "stop with parameters", inClass("stop(«a: i32»): void {}")],
  ["KA019", "an optional argument", inClass("constructor(«a?: i32») {}")],
  ["KA021", "a text without a value", inClass("private «a»: string;")],
  ["KA021", "a first value by this", inClass("private a: i32 = 1; private b: i32 = «this.a + 1»;")],
  ["KA100", "a type error", inClass('private n: i32 = 0; private f(): void { this.n = «"text"»; }')],
  ["KA100", "a type error in what is sent", inClass("@action f(a: Out<bool>): void { a.send(«1.5»); }")],
  [
    "KA100",
    "an unknown name",
    inClass("@action f(a: In<i32>, b: Out<i32>): void {\n    const x = a.value;\n    b.send(«y»);\n  }"),
  ],
  ["KA100", "for…of", inClass("private a: i32[] = []; private f(): void { «for» (const x of this.a) {} }")],
];

describe("diagnostics of actors", () => {
  test.each(CASES)("%s %s", async (code, _title, marked) => {
    const { text, place } = unmark(marked);
    expect(await placesOf(text)).toEqual([`${code} ${place}`]);
  });

  test("every rule of the table is tested, or needs a limit, or nothing in the file", async () => {
    const tested = new Set(CASES.map(([code]) => code));
    const untested = Object.values(RULES)
      .map(([code]) => code)
      .filter((code) => !tested.has(code));
    expect(untested).toEqual(["KA015", "KA020", "KA101"]);
    const codes = Object.values(RULES).map(([code]) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test("no exported class at all", async () => {
    expect(await placesOf("class A {}")).toEqual(["KA002 1:1-1"]);
  });

  test("several errors come in one run, in order of the text", async () => {
    const text = inClass(
      "private a = 1;\n  private f(): void { throw new Error(); }\n  @action({ when: 'x' }) g(): void {}",
    );
    expect(await placesOf(text)).toEqual(["KA004 3:11-12", "KA007 4:23-28", "KA013 5:19-22"]);
  });

  test("what the host would have to offer and does not", async () => {
    const errors = await errorsOf(inClass("@action f(o: Out<f64>): void { o.send(Math.random()); }"));
    expect(errors.map(({ code }) => code)).toEqual(["KA020"]);
    expect(errors[0]!.message).toMatch(/env\.seed/);
  });

  test("too many ports", async () => {
    const ports = Array.from({ length: 33 }, (_, i) => `p${i}: In<i32>`).join(", ");
    const errors = await errorsOf(`${IMPORT}export class A { @action f(${ports}): void {} }`);
    expect(errors.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "KA015 33 inports, at most 32 are allowed",
    ]);
  });

  test("limits of the finished module", async () => {
    const deep = `${"if (a.value > 0) { ".repeat(40)}this.n++;${" }".repeat(40)}`;
    const nested = deep.replaceAll(/> 0/g, () => `> ${Math.floor(Math.random() * 1e6)}`);
    const loops = `${"while (a.value > this.n) { this.n++; ".repeat(30)}${"}".repeat(30)}`;
    expect(nested).not.toBe(deep);
    const errors = await errorsOf(inClass(`private n: i32 = 0; @action f(a: In<i32>): void { ${loops} }`));
    expect(errors.map(({ code }) => code)).toEqual(["KA101"]);
    expect(errors[0]!.message).toMatch(/levels of block nesting/);
  });

  test("first values that never end, or fill the heap", async () => {
    const endless = "function f(): i32 { let i: i32 = 1; while (i != 0) i |= 1; return i; }";
    const text = `${IMPORT}${endless}\nexport class A { private a: i32 = f(); @action b(x: In<i32>): void {} }`;
    expect((await errorsOf(text)).map(({ code }) => code)).toEqual(["KA100"]);
    const large = inClass("private a: StaticArray<f64> = new StaticArray<f64>(1000);");
    expect((await errorsOf(large)).map(({ message }) => message)).toEqual([
      "the first values of the fields trap, take too long or do not fit into the heap (init)",
    ]);
  });

  test("an excerpt, a caret and the way out", async () => {
    const [error] = await errorsOf(inClass("@action f(a: In<i32>): void { a.send(1); }"));
    expect(new CompileError([error!], { "a.ts": inClass("@action f(a: In<i32>): void { a.send(1); }") }).message).toBe(
      [
        "a.ts:3:35: error KA011: the In port a has no send(…)",
        "    @action f(a: In<i32>): void { a.send(1); }",
        "                                    ^^^^",
        "  hint: use `port.value` of an `In`, and `port.send(value)`, `pass(inport)`, `end()` or `fail(reason)` of an `Out`",
      ].join("\n"),
    );
  });

  test("no text crashes the compiler", async () => {
    const seeds = [inClass(""), inClass("constructor(private a: i32[] = [1]) { this.a[0] = a[0]; }")];
    let random = 12345;
    const next = (n: number) => {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      return (random >>> 8) % n;
    };
    for (let i = 0; i < 300; i++) {
      const seed = seeds[next(2)]!;
      const at = next(seed.length);
      const text = seed.slice(0, at) + "{}()<>@=;:this.a"[next(16)]! + seed.slice(at + next(8));
      // What survives the checks goes on to the other compilers, which is slow: an unknown type stops it before.
      await errorsOf(text.replace("@action idle(a: In<i32>)", "@action idle(a: In<Q>)"));
    }
  });
});
