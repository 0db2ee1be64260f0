import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { strFromU8, unzipSync } from "fflate";
import oniguruma from "vscode-oniguruma";
import type { IGrammar } from "vscode-textmate";
import textmate from "vscode-textmate";
import { formatScript } from "../../../compiler/script/format/index.js";
import { calvinServices } from "../../../compiler/script/language.js";
import { scriptTokens } from "../script/script-tokens.js";

const require = createRequire(import.meta.url);
const GRAMMAR = "editor/vscode/syntaxes/calvin.tmLanguage.json";

describe("the archive", () => {
  let files: Record<string, string>;
  let name: string;

  beforeAll(async () => {
    // A process of its own: esbuild does not run in jest's.
    const { stdout } = await promisify(execFile)(process.execPath, ["build/js/editor/vsix.js"]);
    name = stdout.split(":")[0] ?? "";
    const archive = unzipSync(readFileSync(name));
    files = Object.fromEntries(Object.entries(archive).map(([path, bytes]) => [path, strFromU8(bytes)]));
  });

  test("has what VS Code installs, and nothing else", () => {
    expect(Object.keys(files).sort()).toEqual([
      "[Content_Types].xml",
      "extension.vsixmanifest",
      "extension/LICENSE.txt",
      "extension/README.md",
      "extension/dist/extension.js",
      "extension/language-configuration.json",
      "extension/package.json",
      "extension/syntaxes/calvin.tmLanguage.json",
      "extension/syntaxes/codeblock.tmLanguage.json",
    ]);
  });

  test("its manifests name the same extension, and files that are there", () => {
    const manifest = JSON.parse(files["extension/package.json"]!);
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(name).toBe(join("build", `kappa-${version}.vsix`));
    expect(manifest).toMatchObject({ name: "kappa", publisher: "kappa", version });
    const vsix = files["extension.vsixmanifest"]!;
    expect(vsix).toContain(`<Identity Language="en-US" Id="kappa" Version="${version}" Publisher="kappa"/>`);
    expect(vsix).toContain(`Id="Microsoft.VisualStudio.Code.Engine" Value="${manifest.engines.vscode}"`);
    const { contributes } = manifest;
    const named = [
      ...[...vsix.matchAll(/ Path="([^"]+)"/g)].map(([, path]) => path!),
      ...[
        manifest.main,
        contributes.languages[0].configuration,
        ...contributes.grammars.map((g: { path: string }) => g.path),
      ].map((path: string) => path.replace("./", "extension/")),
    ];
    expect(named).toHaveLength(7);
    for (const path of named) expect(Object.keys(files)).toContain(path);
    const types = [...files["[Content_Types].xml"]!.matchAll(/Extension="([^"]+)"/g)].map(([, extension]) => extension);
    for (const path of Object.keys(files)) {
      if (path !== "[Content_Types].xml") expect(types).toContain(/\.\w+$/.exec(path)?.[0]);
    }
  });

  test("the client is one file that wants nothing but VS Code and Node.js", () => {
    const module = { exports: {} as Record<string, unknown> };
    const wanted: string[] = [];
    const get = (target: object, name: string): unknown => (name === "prototype" ? Reflect.get(target, name) : api);
    const api: object = new Proxy(class {}, { get });
    const load = (id: string) => {
      wanted.push(id);
      return id === "vscode" ? api : require(id);
    };
    new Function("module", "exports", "require", files["extension/dist/extension.js"]!)(module, module.exports, load);
    expect(Object.keys(module.exports).sort()).toEqual(["activate", "deactivate"]);
    for (const id of wanted) expect(id === "vscode" || id.startsWith("node:") || require.resolve(id) === id).toBe(true);
  });

  test("equal sources give equal bytes", async () => {
    const before = readFileSync(name);
    await promisify(execFile)(process.execPath, ["build/js/editor/vsix.js"]);
    expect(readFileSync(name).equals(before)).toBe(true);
  });
});

describe("the grammar for highlighting", () => {
  let grammar: IGrammar;

  beforeAll(async () => {
    await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
    const registry = new textmate.Registry({
      onigLib: Promise.resolve({
        createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
        createOnigString: (text) => new oniguruma.OnigString(text),
      }),
      loadGrammar: async () => textmate.parseRawGrammar(readFileSync(GRAMMAR, "utf8"), GRAMMAR),
    });
    grammar = (await registry.loadGrammar("source.calvin"))!;
  });

  /** The scopes of each character of a text. */
  function scopes(text: string): string[] {
    let stack = textmate.INITIAL;
    return text.split("\n").flatMap((line) => {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
      stack = ruleStack;
      const all = tokens.flatMap(({ startIndex, endIndex, scopes: own }) =>
        Array.from({ length: Math.min(endIndex, line.length) - startIndex }, () => own.join(" ")),
      );
      return [...all, "\n"];
    });
  }

  /** The innermost scope of what is marked by « ». */
  function scopeOf(marked: string): string {
    const all = scopes(marked.replace(/[«»]/g, ""));
    const own = new Set(all.slice(marked.indexOf("«"), marked.indexOf("»") - 1).map((name) => name.split(" ").at(-1)));
    expect([...own]).toHaveLength(1);
    return [...own][0]!.replace(/\.calvin$/, "");
  }

  test.each<[string, string]>([
    ["«define» A = 1", "keyword.declaration.define"],
    ["define «A» = 1", "variable.other.constant"],
    ["«component» C(x) i -> o {", "keyword.declaration.component"],
    ["component «C»(x) i -> o {", "entity.name.type.component"],
    ["component C(«x», y=1) i -> o {", "variable.parameter"],
    ["component C(x, y=«1») i -> o {", "constant.numeric"],
    ["component C(x) «i» -> o {", "variable.other.property.port"],
    ["component C(x) i -> «rule» {", "variable.other.property.port"],
    ['component C() -> {\n«"""Doc."""»\n}', "comment.block.documentation"],
    ["«a»: std.Counter()", "variable.other.actor"],
    ["a: «std.Counter»()", "entity.name.type.actor"],
    ["a: «Local»(x=1)", "entity.name.type.actor"],
    ["a: x.Y(«n»=1)", "variable.parameter"],
    ["a: x.Y(n=&«b».c)", "variable.other.actor"],
    ["«a».out > b.in", "variable.other.actor"],
    ["a.«out» > b.in", "variable.other.property.port"],
    ["a.out «>» b.in", "keyword.operator.connect"],
    [".«in» > b.in", "variable.other.property.port"],
    ["a.out > «voidport»", "keyword.other.voidport"],
    [":«lit» 1 > a.in", "entity.name.label"],
    ["a.out > «/»1/ b.in", "keyword.operator.transform"],
    ["a.out > /:«t» 1/ b.in", "entity.name.label"],
    ["a.out > «@»1 b.in", "keyword.operator.tag"],
    ['a.out[«in»](routing="x")', "storage.modifier.direction"],
    ["«rule» r: p() & ~q", "keyword.declaration.rule"],
    ["rule «r»: p() & ~q", "entity.name.function.rule"],
    ["rule r: «p»() & ~q", "support.function.predicate"],
    ["rule r: p() «&» ~q", "keyword.operator.logical"],
    ["«group» g: a, b:c", "keyword.declaration.group"],
    ["«apply» a, b:c: r", "keyword.control.apply"],
    ["apply a, b:«c»: r", "variable.other.actor"],
    ["apply a: «p»(x=1)", "support.function.predicate"],
    ["«include» shared", "keyword.control.import"],
    ["define A = «true»", "constant.language"],
    ["«true» > a.in", "constant.language"],
    ["a.«true» > b.in", "variable.other.property.port"],
    ["define «trueish» = 1", "variable.other.constant"],
    ["define A = «-1.5e3»", "constant.numeric"],
    ['define A = "a«\\n»"', "constant.character.escape"],
    ['define A = "a«\\q»"', "invalid.illegal.escape"],
    ['define A = «!"a\\"»', "string.quoted.raw"],
    ["a: x.Y() «# comment»", "comment.line.number-sign"],
    ["a: x.Y() «// comment»", "comment.line.double-slash"],
    ["«/* a */» a: x.Y()", "comment.block"],
  ])("%s is %s", (marked, scope) => {
    expect(scopeOf(marked)).toBe(scope);
  });

  /** Comments, texts and numbers look like what the compiler's lexer says they are. */
  function agrees(text: string): void {
    const all = scopes(text);
    const { tokens, hidden } = calvinServices().lexer.tokenize(text);
    const wanted: Record<string, RegExp> = {
      STRING: /string\.quoted/,
      DOCSTRING: /comment\.block\.documentation/,
      NUMBER: /constant\.numeric/,
      BLOCK_COMMENT: /comment\.block/,
      LINE_COMMENT: /comment\.line/,
    };
    for (const { tokenType, startOffset, image } of [...tokens, ...hidden]) {
      const scope = wanted[tokenType.name] ?? /^(?!.*(string|comment|constant\.numeric))/;
      for (let index = 0; index < image.length; index++) {
        if (text[startOffset + index] !== "\n") expect(`${image}: ${all[startOffset + index]}`).toMatch(scope);
      }
    }
  }

  const EXAMPLES = [
    readFileSync("examples/thermostat/heating.calvin", "utf8"),
    ...[...readFileSync("docs/language.md", "utf8").matchAll(/^```calvin *.*\n([\s\S]*?)^```$/gm)].map(
      ([, script]) => script!,
    ),
  ];

  test("agrees with the compiler about the examples", () => {
    expect(EXAMPLES.length).toBeGreaterThan(10);
    for (const text of EXAMPLES) agrees(text);
  });

  // Highlighting goes by lines, so that names far from what they belong to are out of its reach.
  test("agrees with the compiler about any script that is formatted", () => {
    fc.assert(
      fc.property(scriptTokens, (text) => agrees(formatScript(text.replace(/\r/g, "")))),
      { numRuns: 60, seed: 1, endOnFailure: true },
    );
  });
});
