import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { CompileError } from "../../../compiler/diagnostic.js";
import { compileFile } from "../../../compiler/script/file.js";
import { compileScript, graphJson } from "../../../compiler/script/index.js";
import { scriptName } from "../../../compiler/script/script-name.js";
import { actors } from "./support.js";

const FILES: Record<string, string> = {
  "main.calvin": "include lib\na: Pair()\na.o > voidport\n",
  "lib.calvin": "component Pair() -> o {\n  p: t.Source()\n  p.out > .o\n} # end",
  "nested.calvin": "  include more.parts // twice\nb: t.Args(i32=N)\n",
  "more.parts.calvin": "include last\ndefine N = M\n",
  "last.calvin": "define M = 3",
  "missing.calvin": "a: t.Args()\ninclude nowhere\n",
  "circle.calvin": "include around\na: t.Args()\n",
  "around.calvin": "include circle\n",
  "faulty.calvin": "a: t.Args()\ninclude fault\nb: t.Unknown()\n",
  "fault.calvin": "\nc: t.Unknwon(x=)\nd: t.Args()\ne t.Args()\n",
  "wrong.calvin": "include oops\nb: t.Args(i32=Y)\n",
  "oops.calvin": "# here\n  x: t.Args(i32=X)\n",
  "many.calvin": "include m0\na: t.Args()\n",
  "words.calvin": "define include = 1\na: t.Args(i32=include)\n",
};
for (let i = 0; i < 11; i++) FILES[`m${i}.calvin`] = `include m${i + 1}\ninclude m${i + 1}\n`;
FILES["m11.calvin"] = "# end\n";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "kappa-include-"));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(directory, name), text);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Places, codes and messages of what is wrong with a file. */
async function failing(name: string): Promise<string[]> {
  const error = await compileFile(join(directory, name), { actors }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CompileError)) throw error;
  return error.diagnostics.map(
    ({ span, code, message }) =>
      `${span.file.slice(directory.length + 1)}:${span.start.line}:${span.start.column} ${code} ${message}`,
  );
}

describe("include", () => {
  test("puts a file in its place; spans name it", async () => {
    const { graph, sources } = await compileFile(join(directory, "main.calvin"), { actors });
    expect(graph.actors.map(({ id, span }) => [id, span.file.slice(directory.length + 1), span.start.line])).toEqual([
      ["main:a:p", "lib.calvin", 2],
      ["main:_void_1", "main.calvin", 3],
    ]);
    expect(Object.values(sources)).toEqual([FILES["main.calvin"], FILES["lib.calvin"]]);
    expect(JSON.parse(graphJson(graph)).actors[1].span.file).toBeUndefined();
  });

  test("works in included files, and a name may have dots", async () => {
    const { graph } = await compileFile(join(directory, "nested.calvin"), { actors });
    expect(graph.actors.map(({ id, args }) => [id, args])).toEqual([["nested:b", { i32: 3 }]]);
  });

  test("looks in further directories after the script's own", async () => {
    const other = mkdtempSync(join(tmpdir(), "kappa-include-"));
    writeFileSync(join(other, "s.calvin"), "include lib\na: Pair()\na.o > voidport\n");
    const { graph } = await compileFile(join(other, "s.calvin"), { actors, includePaths: [directory] });
    rmSync(other, { recursive: true });
    expect(graph.actors).toHaveLength(2);
  });

  test("is only a word elsewhere", async () => {
    const { graph } = await compileFile(join(directory, "words.calvin"), { actors });
    expect(graph.actors[0]?.args).toEqual({ i32: 1 });
  });

  test.each<[string, string[]]>([
    ["missing.calvin", ["missing.calvin:2:1 KS131 Could not find file nowhere.calvin."]],
    ["circle.calvin", ["around.calvin:1:1 KS132 circle.calvin includes itself."]],
    ["many.calvin", ["m10.calvin:1:1 KS133 More than 1000 files are included."]],
    [
      "faulty.calvin",
      [
        "fault.calvin:2:16 KS001 Syntax error: expected a value, found ')'.",
        "fault.calvin:4:3 KS001 Syntax error: expected ':', '>' or '.', found 't'.",
      ],
    ],
    [
      "wrong.calvin",
      ["oops.calvin:2:17 KS110 Undefined identifier: 'X'.", "wrong.calvin:2:15 KS110 Undefined identifier: 'Y'."],
    ],
  ])("%s", async (name, found) => {
    const all = await failing(name);
    expect(all.map((line) => line.replace(/^m\d+\.calvin:\d/, "m10.calvin:1"))).toEqual(found);
  });

  test("the excerpt is from the file that is named", async () => {
    await expect(compileFile(join(directory, "wrong.calvin"), { actors })).rejects.toThrow(
      "oops.calvin:2:17: error KS110: Undefined identifier: 'X'.\n    x: t.Args(i32=X)\n                  ^",
    );
  });

  test("a file that can't be read is a finding", async () => {
    const [found] = await failing("none.calvin");
    expect(found).toContain("none.calvin:1:1 KS134 Could not read file");
  });
});

describe("the graph of a script", () => {
  test("is the same by text and by file", async () => {
    const text = `${FILES["last.calvin"]}\na: t.Args(i32=M)\n`;
    writeFileSync(join(directory, "same.calvin"), text);
    const byFile = await compileFile(join(directory, "same.calvin"), { actors });
    const byText = await compileScript(text, { name: "same", actors });
    expect(graphJson(byFile.graph)).toBe(graphJson(byText.graph));
  });

  test.each([
    ["heating.calvin", "heating"],
    ["/a/b.c/my.old.script.calvin", "my_old_script"],
    ["plain", "plain"],
  ])("in %s is named %s", (file, name) => {
    expect(scriptName(file)).toBe(name);
  });
});
