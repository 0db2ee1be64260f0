import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CommandOptions, KAPPA, kappa } from "../support/command.js";
import { HostProcess } from "../support/host-process.js";

const HEATING = join(process.cwd(), "examples/thermostat/heating.calvin");
const SUMS = `component Sums() value -> sum {
  sum: std.Sum()
  .value > sum.integer
  sum.integer > .sum
}
`;

let folder: string;
/** Modules are kept from one run to the next, so that each actor is compiled once. */
const CACHE = join(process.cwd(), "build/test-cache");
/** Runs in the folder. */
const run = (line: string, options: CommandOptions = {}) =>
  kappa(line.split(" "), { cwd: folder, ...options, env: { XDG_CACHE_HOME: CACHE, ...options.env } });
const write = async (name: string, text: string) => {
  await mkdir(join(folder, name, ".."), { recursive: true });
  await writeFile(join(folder, name), text);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kappa-command-"));
  await write("good/sums.calvin", SUMS);
  await write("bad/bad.calvin", "x: std.Countr()\nx.integer > y.a\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("without a host", () => {
  test("help, version, and what is misspelt", async () => {
    const [help, version, misspelt, option, none] = await Promise.all([
      run("--help"),
      run("--version"),
      run("chek"),
      run("check . --jsno"),
      run("check"),
    ]);
    expect([help.code, help.out]).toEqual([0, expect.stringContaining("kappa get heating --follow")]);
    expect([version.code, version.out]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
    expect([misspelt.code, misspelt.err]).toEqual([2, expect.stringContaining("Did you mean check?")]);
    expect([option.code, option.err]).toEqual([2, expect.stringContaining("Did you mean --json?")]);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining("missing required argument 'files'")]);
  });

  test("check: nothing wrong", async () => {
    expect(await run("check good")).toMatchObject({ code: 0, out: "1 file: no problems\n", err: "" });
    expect((await run("check good --json")).json).toEqual({ files: 1, errors: 0, warnings: 0, diagnostics: [] });
  });

  test("check: of what is left to defaults and of what only Calvin's actors take it warns", async () => {
    await write(
      "calvin/log.calvin",
      'src: std.CountTimer(sleep=1, steps=3)\nlog: io.Log(loglevel="INFO")\nsrc.integer > log.data\n',
    );
    const codes = async (line: string) => {
      const { code, json } = await run(line);
      return [code, json.diagnostics.map((d: { code: string; line: number }) => `${d.line} ${d.code}`)];
    };
    expect(await codes("check calvin --json")).toEqual([0, ["2 KS911", "3 KS911"]]);
    expect(await codes("check calvin --json --pedantic")).toEqual([0, ["1 KS909", "2 KS911", "3 KS911"]]);
  });

  test("check: for people, for programs, for GitHub", async () => {
    const human = await run("check good bad");
    expect(human.code).toBe(1);
    expect(human.out).toBe("2 files: 2 errors\n");
    expect(human.err).toMatch(
      /^bad\/bad\.calvin:1:4: error \w+: .*std\.Countr.*\n {2}x: std\.Countr\(\)\n {5}\^{10}\n {2}hint: did you mean 'std\.Counter'\?\n/,
    );
    const { code, json } = await run("check good bad --json");
    expect([code, json]).toMatchObject([1, { files: 2, errors: 2, warnings: 0 }]);
    expect(json.diagnostics[0]).toMatchObject({
      ...{ severity: "error", file: "bad/bad.calvin", line: 1, column: 4, endLine: 1, endColumn: 14 },
      ...{ excerpt: "x: std.Countr()", hint: "did you mean 'std.Counter'?", code: expect.any(String) },
    });
    const github = await run("check bad --github");
    expect(github.code).toBe(1);
    expect(github.out.split("\n")[0]).toMatch(
      /^::error file=bad\/bad\.calvin,line=1,endLine=1,col=4,endColumn=14,title=\w+::.*%0Adid you mean 'std\.Counter'\?$/,
    );
  });

  test("check: actors, warnings, and files that are none", async () => {
    await write(
      "faulty/home/Broken.ts",
      'import { action } from "kappa";\nexport class Broken {\n  @action go() {}\n}\n',
    );
    const actor = await run("check faulty");
    expect([actor.code, actor.out]).toEqual([1, expect.stringMatching(/^1 file: \d errors?\n$/)]);
    expect(actor.err).toMatch(/^faulty\/home\/Broken\.ts:\d+:\d+: error /);
    await write("warned/w.calvin", `define UNUSED = 1\n${SUMS}`);
    expect(await run("check warned")).toMatchObject({ code: 0, out: "1 file: 1 warning\n" });
    expect(await run("check warned --strict")).toMatchObject({ code: 1 });
    expect(await run("check nothing.calvin")).toMatchObject({
      code: 2,
      err: "kappa: There is no file nothing.calvin\n",
    });
    expect(await run("check --json nothing.calvin")).toMatchObject({ code: 2, json: { error: { code: "USAGE" } } });
  });

  test("graph: the same bytes each time; diagnostics of a faulty script", async () => {
    const [one, two] = [await run("graph good/sums.calvin"), await run("graph good/sums.calvin --json")];
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(one.out).toBe(two.out);
    expect(one.json.actors.map(({ id }: { id: string }) => id)).toEqual(["sums:Sums:sum"]);
    const faulty = await run("graph bad/bad.calvin --json");
    expect([faulty.code, faulty.json.diagnostics.length]).toEqual([1, 2]);
    const human = await run("graph bad/bad.calvin");
    expect([human.code, human.out, human.err]).toEqual([1, "", expect.stringContaining("std.Counter")]);
    expect(await run("graph good/sums.calvin --dot --svg")).toMatchObject({ code: 2 });
  });

  test("graph: pictures", async () => {
    const dot = await run(`graph ${HEATING} --dot`);
    expect([dot.code, dot.out]).toEqual([0, expect.stringMatching(/^digraph "heating" \{\n/)]);
    expect(await run(`graph ${HEATING} --svg -o heating.svg`)).toMatchObject({ code: 0, out: "" });
    expect(await readFile(join(folder, "heating.svg"), "utf8")).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  });

  test("compile: an actor and a script", async () => {
    expect((await run("actor new home.Scaler --dir made --json")).json).toEqual({
      type: "home.Scaler",
      file: "made/home/Scaler.ts",
    });
    const human = await run("compile made/home/Scaler.ts");
    expect([human.code, human.out]).toEqual([
      0,
      expect.stringMatching(/^Scaler: \d+ bytes, hash [0-9a-f]{32}, in Scaler\.wasm\n/),
    ]);
    const { json } = await run("compile made/home/Scaler.ts -o - --json");
    expect(json).toMatchObject({ name: "Scaler", inports: [{ name: "value", type: "f32", doc: "what comes in" }] });
    const script = await run("compile good/sums.calvin -o sums.json");
    expect([script.code, script.out]).toEqual([
      0,
      expect.stringMatching(/^sums \(component Sums\): 1 actor, 0 connections\n/),
    ]);
    expect(await readFile(join(folder, "sums.json"), "utf8")).toBe((await run("graph good/sums.calvin")).out);
    expect(await run("compile made/home/Scaler.wasm")).toMatchObject({ code: 2 });
    expect(await run("compile bad/bad.calvin")).toMatchObject({ code: 1, err: expect.stringContaining("^^^") });
    expect(await run("compile bad/bad.calvin --json")).toMatchObject({
      code: 1,
      json: { error: { code: "SOURCE_INVALID" } },
    });
  });

  test("actor new: editors type-check actors in a folder of one's own", async () => {
    await run("actor new lab.Probe --dir typed");
    const tsc = () =>
      promisify(execFile)(process.execPath, ["node_modules/typescript/bin/tsc", "-p", join(folder, "typed")]);
    await tsc();
    const probe = await readFile(join(folder, "typed/lab/Probe.ts"), "utf8");
    await write("typed/lab/Wrong.ts", probe.replace("value.value", "value.walue"));
    await expect(tsc()).rejects.toMatchObject({ stdout: expect.stringContaining("lab/Wrong.ts") });
    const config = await readFile(join(folder, "typed/tsconfig.json"), "utf8");
    await run("actor new lab.Other --dir typed");
    expect(await readFile(join(folder, "typed/tsconfig.json"), "utf8")).toBe(config);
  });

  test("actor new, build and doc", async () => {
    const begun = await run("actor new lab.Probe");
    expect([begun.code, begun.out]).toEqual([0, expect.stringMatching(/^lab\/Probe\.ts written/)]);
    expect(await run("actor new lab.Probe")).toMatchObject({ code: 2, err: "kappa: lab/Probe.ts exists already\n" });
    expect(await run("actor new probe")).toMatchObject({ code: 2, err: expect.stringContaining("home.Thermostat") });
    expect(await run("check lab")).toMatchObject({ code: 0 });
    expect(await run("actor build lab -o dist")).toMatchObject({ code: 0 });
    const module = await run("actor doc dist/lab/Probe.wasm --json");
    expect(module.json).toMatchObject({ name: "Probe", args: [{ name: "factor", required: false }] });
    const markdown = await run("actor doc lab/Probe.ts --markdown");
    expect(markdown.out).toMatch(
      /^## Probe\n\nMultiplies each value.*\n\n\*\*Inports\*\*\n\n- `value`: `f32` – what comes in\n/,
    );
    expect(await run("actor build faulty -o dist")).toMatchObject({ code: 1 });
    await write("dist/lab/Torn.wasm", "no module");
    expect(await run("actor doc dist/lab/Torn.wasm")).toMatchObject({
      code: 1,
      err: expect.stringContaining("no valid module"),
    });
  });

  test("docs: the library, a namespace, an actor, one that is not", async () => {
    const namespace = await run("docs io");
    expect(namespace.out).toMatch(/^ACTOR +IN +OUT\n(io\.\w+ .*\n)+$/);
    expect((await run("docs std.Counter")).out).toMatch(/^std\.Counter\n\n {2}Counts 1, 2, 3/);
    expect((await run("docs std.Counter --json")).json).toMatchObject([
      { type: "std.Counter", outports: [{ name: "integer" }] },
    ]);
    expect((await run("docs io --markdown")).out).toMatch(/^## io\.\w+\n[\s\S]*\n\n## io\.Log\n/);
    expect(await run("docs std.Countr")).toMatchObject({
      code: 1,
      err: expect.stringContaining("did you mean 'std.Counter'?"),
    });
  });

  test("fmt: in place, as a check, through a pipe", async () => {
    const crooked = SUMS.replace("  sum:", "      sum  :");
    await write("fmt/sums.calvin", crooked);
    expect(await run("fmt --check fmt")).toMatchObject({
      code: 1,
      out: expect.stringContaining("fmt/sums.calvin is not formatted"),
    });
    expect(await run("fmt --stdout fmt")).toMatchObject({ code: 0, out: SUMS });
    expect(await run("fmt -", { input: crooked })).toMatchObject({ code: 0, out: SUMS });
    expect(await readFile(join(folder, "fmt/sums.calvin"), "utf8")).toBe(crooked);
    expect((await run("fmt fmt --json")).json).toEqual({ files: 1, changed: ["fmt/sums.calvin"], diagnostics: [] });
    expect(await readFile(join(folder, "fmt/sums.calvin"), "utf8")).toBe(SUMS);
    expect(await run("fmt --check fmt")).toMatchObject({ code: 0 });
    expect(await run("fmt -", { input: "component {" })).toMatchObject({
      code: 1,
      err: expect.stringContaining("error"),
    });
  });

  test("no host there", async () => {
    const answer = await run("ls --host http://127.0.0.1:9");
    expect([answer.code, answer.err]).toEqual([
      3,
      expect.stringContaining("No base runtime answers at http://127.0.0.1:9"),
    ]);
    expect(await run("ls --json", { env: { KAPPA_HOST: "http://127.0.0.1:9" } })).toMatchObject({
      code: 3,
      json: { error: { code: "UNREACHABLE" } },
    });
    expect(await run("ls --host ftp://x")).toMatchObject({ code: 2 });
  });
});

describe("with a host", () => {
  let host: HostProcess;
  const to = (line: string, options: CommandOptions = {}) => run(line, { ...options, env: { KAPPA_HOST: host.url } });

  beforeAll(async () => {
    host = await HostProcess.start("--data", join(folder, "data"), "--name", "base");
  });
  afterAll(() => host.end("SIGTERM"));

  test("a kappa's life", async () => {
    expect(await to("ls")).toMatchObject({ code: 0, out: expect.stringContaining("There are no kappas") });
    const deployed = await to("deploy good/sums.calvin --wait 30");
    expect([deployed.code, deployed.err]).toEqual([0, ""]);
    expect(deployed.out).toMatch(/^sums \(k\w+, version 1\): running\n {2}in {3}value: i64\n {2}out {2}sum: i64\n/);
    const { ref } = (await to("deploy good/sums.calvin --json")).json;
    expect((await to("ls --json")).json).toMatchObject([{ ref, name: "sums", version: 1 }]);
    expect((await to("ls")).out).toMatch(new RegExp(`^NAME +REF .*\\nsums +${ref} +1 +running +value +sum +base\\n$`));
    expect(await to("post sums 4")).toMatchObject({ code: 0, out: "", err: "" });
    expect(await to("post sums value 5")).toMatchObject({ code: 0 });
    expect((await to("post sums --json", { input: "6\n" })).json).toEqual({ ref: "sums", accepted: true });
    expect((await to("get sums --wait 30")).out).toBe("4\n");
    expect((await to(`get ${ref} sum --follow --count 2`)).out).toBe("9\n15\n");
    expect(await to("get sums")).toMatchObject({ code: 1, out: "" });
    expect((await to("status sums --json")).json.actors).toMatchObject([{}, { id: "sums:Sums:sum", firings: 3 }, {}]);
    expect((await to("status sums")).out).toMatch(/sums:Sums:sum +std\.Sum +base +running +3\n/);
    expect((await to("rm sums --json")).json).toEqual([{ ref: "sums", status: "deleted" }]);
    expect((await to("ls --json")).json).toEqual([]);
  });

  test("what the host refuses", async () => {
    const unknown = await to("get nope");
    expect([unknown.code, unknown.err]).toEqual([
      4,
      expect.stringMatching(/^kappa: KAPPA_UNKNOWN: There is no such kappa\n {2}/),
    ]);
    expect(await to("rm nope --json")).toMatchObject({
      code: 4,
      json: { error: { code: "KAPPA_UNKNOWN", status: 404 } },
    });
    const invalid = await to("deploy bad/bad.calvin");
    expect([invalid.code, invalid.err]).toEqual([
      1,
      expect.stringMatching(/bad\.calvin:1:4: error .*\n.*\n {5}\^{10}\n {2}hint: /),
    ]);
    expect(await to("deploy bad/bad.calvin --json")).toMatchObject({
      code: 1,
      json: { error: { code: "SCRIPT_INVALID", diagnostics: [{ line: 1 }, { line: 2 }] } },
    });
    expect(await to("post nope hello")).toMatchObject({ code: 2, err: expect.stringContaining("--text") });
  });

  test("arguments, a dry run, and a kappa that has no place", async () => {
    await write("args/s.calvin", "component S(text) -> out {\n  c: std.Constant(data=text)\n  c.token > .out\n}\n");
    expect(await to("deploy args/s.calvin --name named --arg text=hello")).toMatchObject({ code: 0 });
    expect((await to("get named --wait 30")).out).toBe('"hello"\n');
    await write("args/far.calvin", `${SUMS}rule far: attr_match(room="moon")\napply Sums: far\n`);
    const dry = await to("deploy args/far.calvin --dry-run --json");
    expect([dry.code, dry.json.status]).toEqual([0, "pending"]);
    const pending = await to("deploy args/far.calvin --wait 0");
    expect([pending.code, pending.out]).toEqual([1, expect.stringMatching(/far \(.*\): pending\n/)]);
    expect((await to("ls --json")).json.map(({ name }: { name: string }) => name)).toEqual(["named", "far"]);
    expect(await to("rm named far")).toMatchObject({ code: 0, out: "named deleted\nfar deleted\n" });
  });

  test("a script that includes another; what is wrong is told of the file that it is in", async () => {
    await write("parts/part.calvin", SUMS);
    const whole = "include part\ncomponent Whole() v -> s {\n  x: Sums()\n  .v > x.value\n  x.sum > .s\n}\n";
    await write("parts/whole.calvin", whole);
    expect(await to("deploy parts/whole.calvin --wait 30")).toMatchObject({ code: 0, err: "" });
    await to("post whole 4");
    expect((await to("get whole --wait 30")).out).toBe("4\n");
    await write("parts/part.calvin", SUMS.replace("std.Sum", "std.Summ"));
    const inPart = await to("deploy parts/whole.calvin");
    expect([inPart.code, inPart.err]).toEqual([1, expect.stringMatching(/^parts\/part\.calvin:2:8: error /)]);
    await write("parts/part.calvin", SUMS);
    await write("parts/whole.calvin", whole.replace("x.sum", "x.summ"));
    expect((await to("deploy parts/whole.calvin")).err).toMatch(/^parts\/whole\.calvin:5:5: error /);
    await write("parts/whole.calvin", `${whole}include nothing\n`);
    expect((await to("deploy parts/whole.calvin")).err).toMatch(/^parts\/whole\.calvin:7:1: error .*nothing/);
    expect(await to("rm whole")).toMatchObject({ code: 0 });
  });

  test("logs: what was, and what comes", async () => {
    await write("logs/talk.calvin", "component Talk() line -> {\n  log: io.Log()\n  .line > log.data\n}\n");
    expect(await to("deploy logs/talk.calvin")).toMatchObject({ code: 0 });
    const following = to("logs talk --follow --lines 2 --count 2");
    expect(await to("post talk --text", { input: "good morning" })).toMatchObject({ code: 0 });
    expect((await following).out).toMatch(
      /^\S+ \S+ talk created, running \(version 1\)\n\S+ \S+ talk:Talk:log good morning\n$/,
    );
    expect((await to("logs talk --kind log --json")).json).toMatchObject([
      { kind: "log", kappa: "talk", actor: "talk:Talk:log", runtime: "base", text: "good morning" },
    ]);
    expect((await to("logs talk --follow --count 1 --kind log --json")).json).toMatchObject({ text: "good morning" });
    expect(await to("rm talk")).toMatchObject({ code: 0 });
    expect(await to("logs moon")).toMatchObject({ code: 4, err: expect.stringContaining("KAPPA_UNKNOWN") });
  });

  test("completion: what bash shows after Tab", async () => {
    expect(await to("deploy good/sums.calvin")).toMatchObject({ code: 0 });
    const tab = async (...words: string[]) => {
      const script = `
        kappa() { "${process.execPath}" "${KAPPA}" "$@"; }
        source <(kappa completion bash)
        COMP_WORDS=(kappa ${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length}
        _kappa; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await promisify(execFile)("bash", ["-c", script], {
        cwd: folder,
        env: { ...process.env, KAPPA_HOST: host.url, XDG_CACHE_HOME: CACHE },
      });
      return stdout.split("\n").filter((line) => line !== "");
    };
    expect(await tab("de")).toEqual(["deploy"]);
    expect(await tab("actor", "b")).toEqual(["build"]);
    expect(await tab("graph", "--s")).toEqual(["--svg"]);
    expect(await tab("check", "good/su")).toEqual(["good/sums.calvin"]);
    expect(await tab("get", "su")).toEqual(["sums"]);
    expect(await tab("get", "--host", "http://127.0.0.1:9", "su")).toEqual([]);
    expect(await tab("runtimes", "b")).toEqual(["base"]);
    expect(await tab("docs", "std.Counte")).toEqual(["std.Counter"]);
    expect(await tab("completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(await to("rm sums")).toMatchObject({ code: 0 });
    expect((await run("completion zsh")).out).toMatch(/^#compdef kappa\n/);
    expect(await run("completion csh")).toMatchObject({ code: 2 });
  });

  test("runtimes", async () => {
    expect((await to("runtimes --json")).json).toMatchObject([{ name: "base", kind: "base", connected: true }]);
    expect((await to("runtimes base")).out).toMatch(/^base \(\w+\): base, connected\n/);
    expect(await to("runtimes moon")).toMatchObject({ code: 4, err: expect.stringContaining("RUNTIME_UNKNOWN") });
  });
});
