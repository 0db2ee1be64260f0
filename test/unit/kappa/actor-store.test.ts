import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { compileActor } from "../../../compiler/actor/index.js";
import { moduleFile } from "../../../compiler/actor/module.js";
import { CompileError } from "../../../compiler/diagnostic.js";
import { ActorStore } from "../../../runtime/mesh/actor-store.js";
import { actorModule } from "../../support/actors.js";

const ECHO = `
import { action, type In, type Out } from "kappa";
export class Echo { @action go(input: In<i32>, output: Out<i32>): void { output.send(input.value); } }
`;

let directory: string;
let compiled: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kappa-actors-"));
  compiled = [];
});

afterEach(() => rm(directory, { recursive: true }));

const open = (...directories: string[]) =>
  ActorStore.open({
    directories: directories.map((name) => join(directory, name)),
    cache: join(directory, "cache"),
    compilerVersion: "1",
    compile: async (text, options) => {
      compiled.push(options.file);
      return compileActor(text, options);
    },
  });

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(directory, path, ".."), { recursive: true });
  await writeFile(join(directory, path), content);
}

describe("the actor store", () => {
  test("compiles each content once, also over a restart", async () => {
    await put("a/x/Echo.ts", ECHO);
    const store = await open("a");
    const [one, two] = await Promise.all([store.find("x.Echo"), store.find("x.Echo")]);
    expect([one?.manifest.name, two?.hash === one?.hash, compiled.length]).toEqual(["Echo", true, 1]);
    const later = await open("a");
    expect((await later.find("x.Echo"))?.hash).toBe(one?.hash);
    expect(compiled.length).toBe(1);
    await put("a/x/Echo.ts", ECHO.replace("input.value)", "input.value + 1)"));
    const changed = await later.find("x.Echo");
    expect([changed?.hash === one?.hash, compiled.length]).toEqual([false, 2]);
    // What ran before can still be had.
    expect((await (await open()).module(one!.hash, "x.Echo")).bytes).toEqual(one!.bytes);
  });

  test("looks in the directories in their order, and takes what is built already", async () => {
    const identity = await actorModule("std.Identity");
    await put("b/x/Echo.wasm", moduleFile(identity));
    await put("c/x/Echo.ts", ECHO);
    expect((await (await open("a", "b", "c")).find("x.Echo"))?.hash).toBe(identity.hash);
    expect((await (await open("c", "b")).find("x.Echo"))?.manifest.name).toBe("Echo");
    expect((await (await open("b")).module(identity.hash, "x.Echo")).doc).toEqual(identity.doc);
  });

  test("knows no actor of another name, and none outside its directories", async () => {
    await put("a/x/Echo.ts", ECHO);
    await put("a/x/notes.txt", "");
    await put("secret/Echo.ts", ECHO);
    const store = await open("a", "missing");
    for (const type of ["x.Nope", "Echo", "x", "../secret.Echo", "..secret.Echo", "x/../x.Echo", "x.Echo.ts", ""]) {
      expect([type, await store.find(type)]).toEqual([type, undefined]);
    }
    expect(store.suggestions()).toEqual(["x.Echo"]);
  });

  test("tells errors under the file's name, each time", async () => {
    await put("a/x/Bad.ts", "export class Bad {");
    await put("a/y/Bad.ts", "export class Bad {");
    await put("a/x/Broken.wasm", Uint8Array.of(0, 1, 2));
    const store = await open("a");
    for (const type of ["x.Bad", "y.Bad", "x.Bad"]) {
      const error = await store.find(type).catch((e) => e);
      expect(error).toBeInstanceOf(CompileError);
      const file = join(directory, "a", `${type.replace(".", "/")}.ts`);
      expect(new Set(error.diagnostics.map((d: { span: { file: string } }) => d.span.file))).toEqual(new Set([file]));
      expect(Object.keys(error.sources)).toEqual([file]);
    }
    expect(compiled.length).toBe(1);
    await expect(store.find("x.Broken")).rejects.toThrow(/module is not valid/);
  });

  test("compiles again what is damaged on disk", async () => {
    await put("a/x/Echo.ts", ECHO);
    const module = await (await open("a")).find("x.Echo");
    for (const name of await readdir(join(directory, "cache"))) await truncate(join(directory, "cache", name), 20);
    expect((await (await open("a")).find("x.Echo"))?.hash).toBe(module?.hash);
    expect(compiled.length).toBe(2);
    await expect((await open()).module("0".repeat(32), "x.Echo")).rejects.toMatchObject({ code: "MODULE_INVALID" });
  });
});
