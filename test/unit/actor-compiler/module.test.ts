import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import binaryen from "binaryen";
import { ABI_IMPORTS, CAPABILITIES } from "../../../compiler/actor/capabilities.js";
import {
  compileActor,
  decodeManifest,
  encodeManifest,
  ModuleError,
  moduleFile,
  readModule,
} from "../../../compiler/actor/index.js";
import { sealModule } from "../../../compiler/actor/module.js";
import type { Manifest, Module } from "../../../compiler/actor/types.js";
import { concatenate, customSection, filterSections, readWasm } from "../../../compiler/actor/wasm.js";
import { compileActorInWorker } from "../../../compiler/actor/worker.js";
import { CompileError } from "../../../compiler/diagnostic.js";
import { compileFile, compileText, PRELUDE } from "./machine.js";

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** All actor files of the repository. */
function actorFiles(): string[] {
  const library = readdirSync("actors", { recursive: true, encoding: "utf8" }).map((file) => join("actors", file));
  const examples = readdirSync("examples/thermostat/home").map((file) => join("examples/thermostat/home", file));
  const tests = readdirSync("test/actors").map((file) => join("test/actors", file));
  return [...library, ...examples, ...tests].filter((file) => /\/[A-Z]\w*\.ts$/.test(file));
}

/** `code: detail` of what a reading is refused with. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ModuleError);
    return (error as ModuleError).message;
  }
  return "accepted";
}

describe("modules", () => {
  test.each(actorFiles())("%s compiles, and reads back as it was made", async (file) => {
    const module = await compileFile(file);
    const { doc, ...device } = module;
    expect(readModule(module.bytes)).toEqual(device);
    expect(readModule(moduleFile(module))).toEqual(module);
    expect(decodeManifest(encodeManifest(module.manifest))).toEqual(module.manifest);
    expect(module.manifest.name).toBe(/(\w+)\.ts$/.exec(file)![1]);
    expect(doc!.doc).not.toBe("");
  });

  test("an actor of scalars has no memory, no function of the allocator, and about 100 bytes", async () => {
    const module = await compileFile("actors/std/Counter.ts");
    const wasm = readWasm(module.bytes);
    expect(wasm.sections.map(({ id, name }) => name ?? id)).toEqual([1, 2, 3, 6, 7, 10, "kappa"]);
    expect(wasm.bodies.length).toBe(1);
    expect(module.bytes.length).toBeLessThanOrEqual(115);
  });

  test.each([
    ["actors/std/Identity.ts", 100],
    ["actors/sense/Temperature.ts", 135],
    ["examples/thermostat/home/Smooth.ts", 175],
    ["examples/thermostat/home/Thermostat.ts", 210],
    ["test/actors/Average.ts", 310],
    ["actors/std/Constant.ts", 900],
    ["actors/text/PrefixString.ts", 1000],
    ["test/actors/Format.ts", 1650],
  ])("%s takes at most %i bytes", async (file, bytes) => {
    expect((await compileFile(file)).bytes.length).toBeLessThanOrEqual(bytes);
  });

  test("export names are single letters, imports numbers, and nothing but functions is exported", async () => {
    const wasm = readWasm((await compileFile("test/actors/Timed.ts")).bytes);
    expect(wasm.exports.map(({ name, kind }) => [name, kind])).toEqual(["a", "b", "c", "d"].map((name) => [name, 0]));
    expect(wasm.imports.every(({ module, name }) => module === "k" && /^\d+$/.test(name))).toBe(true);
  });

  test("the same text gives the same bytes; a comment changes the doc only", async () => {
    const text = readFileSync("examples/thermostat/home/Thermostat.ts", "utf8");
    const first = await compileActor(text, { file: "a.ts" });
    const second = await compileActor(text, { file: "other/b.ts" });
    const changed = await compileActor(text.replace("Decides on", "Ponders"), { file: "a.ts" });
    expect(hex(second.bytes)).toBe(hex(first.bytes));
    expect(changed.hash).toBe(first.hash);
    expect(changed.doc).not.toEqual(first.doc);
    expect((await compileActor(text.replace("= 20", "= 21"), { file: "a.ts" })).hash).not.toBe(first.hash);
  });

  test("documentation of actor, actions, ports and arguments", async () => {
    const { doc } = await compileFile("examples/thermostat/home/Thermostat.ts");
    expect(doc).toEqual({
      doc: "Switches a heater with hysteresis around a desired temperature.",
      actions: [
        { name: "setTarget", doc: "Takes a new desired temperature." },
        { name: "regulate", doc: "Decides on each reading." },
      ],
      ports: {
        desired: "the temperature in degrees Celsius",
        temperature: "the reading in degrees Celsius",
        heater: "whether the heater is to be on",
      },
      args: {
        target: "the desired temperature in degrees Celsius, until another one is set",
        band: "how far the temperature may leave the desired one, in kelvins",
      },
    });
  });

  test("the manifest of the thermostat", async () => {
    const module = await compileFile("examples/thermostat/home/Thermostat.ts");
    expect(module.manifest).toEqual({
      abi: 1,
      name: "Thermostat",
      inports: [
        { name: "desired", type: 6 },
        { name: "temperature", type: 6 },
      ],
      outports: [{ name: "heater", type: 1 }],
      actions: [
        { inmask: 1, outmask: 0, guard: 0, every: 0 },
        { inmask: 2, outmask: 1, guard: 0, every: 0 },
      ],
      globals: [
        { name: "on", type: 1 },
        { name: "target", type: 6 },
        { name: "band", type: 6 },
      ],
      args: [
        { name: "target", type: 6, required: false, global: 1 },
        { name: "band", type: 6, required: false, global: 2 },
      ],
      memory: 0,
      slots: 4,
      fuel: 1,
      roles: {},
    });
    expect(module.requires).toEqual([]);
  });

  test("what a module requires is what it imports", async () => {
    const module = await compileActor(
      `${PRELUDE} import { temp, humidity } from "kappa/sense"; import { light as lamp } from "kappa/io";
       export class R { @action f(a: In<bool>, b: Out<f32>): void { lamp(a.value); b.send(temp()); humidity(); } }`,
      { file: "r.ts" },
    );
    expect(module.requires).toEqual(["io.light", "sense.humidity", "sense.temp"]);
    expect(CAPABILITIES).toEqual(expect.arrayContaining(module.requires));
  });

  test("the import table matches docs/module-abi.md", () => {
    const rows = readFileSync("docs/module-abi.md", "utf8").matchAll(
      /^\| (\d+) +\| ([a-z_.0-9]+) +\| \((.*?)\)(?: → (\w+))? +\|/gm,
    );
    const documented = [...rows].map(([, number, name, params, result]) => ({
      number: Number(number),
      name,
      params: params === "" ? [] : params!.split(", ").map((param) => param.split(" ")[1]),
      ...(result ? { result } : {}),
    }));
    expect(documented).toEqual(ABI_IMPORTS);
  });

  test("the compiler in its thread gives the same", async () => {
    const text = readFileSync("actors/std/Sum.ts", "utf8");
    expect(await compileActorInWorker(text, { file: "Sum.ts" })).toEqual(await compileActor(text, { file: "Sum.ts" }));
    const failure = compileActorInWorker("export class A {}", { file: "A.ts" });
    await expect(failure).rejects.toThrow(CompileError);
    await expect(failure).rejects.toThrow(/A\.ts:1:14: error KA002/);
  });
});

describe("static bounds", () => {
  test("fuel counts calls along the dearest way, and is unknown with a loop", async () => {
    // What is called with constants is folded, so the argument comes from outside; recursion stays a call.
    const straight = await compileText(
      "export class S { @action f(a: In<i32>, b: Out<i32>): void { b.send(a.value); } }",
    );
    expect([straight.manifest.fuel, straight.manifest.slots]).toEqual([1, 3]);
    const spin = await compileFile("test/actors/Spin.ts");
    expect([spin.manifest.fuel > 0, spin.manifest.slots > 0]).toEqual([false, true]);
    const recurse = await compileFile("test/actors/Recurse.ts");
    expect([recurse.manifest.fuel, recurse.manifest.slots]).toEqual([0, 0]);
  });

  test("bounds of hand-written code", () => {
    const text = `(module
      (func $leaf (param i64) (result i32) (local f64) (i32.wrap_i64 (local.get 0)))
      (func $twice (param i32) (result i32)
        (i32.add (call $leaf (i64.const 1)) (call $leaf (i64.const 2))))
      (func $loop (loop $l (br_if $l (i32.const 0))))
      (func $run (drop (call $twice (i32.const 1))))
      (export "a" (func $run)))`;
    const module = seal(text, { actions: [{ inmask: 0, outmask: 0, guard: 0, every: 0 }] });
    // run 1 + twice 1 + leaf twice; 1 + (1 + 3) + (2 + 2 + 2): operands of a call are counted where they are pushed.
    expect(module.manifest).toMatchObject({ fuel: 4, slots: 1 + 4 + 6 });
  });
});

const EMPTY: Omit<Manifest, "slots" | "fuel"> = {
  ...{ abi: 1, name: "M", inports: [], outports: [], actions: [], globals: [], args: [], memory: 0, roles: {} },
};

function assemble(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  // With bulk memory as a whole Binaryen writes a section that counts data segments, which the ABI does not have.
  const { All, BulkMemory } = binaryen.Features;
  module.setFeatures(text.includes("memory.init") ? All : All & ~BulkMemory);
  const binary = module.emitBinary();
  module.dispose();
  return binary;
}

function seal(text: string, manifest: Partial<Manifest>): Module {
  return sealModule(assemble(text), { ...EMPTY, ...manifest });
}

const ACTION = { inmask: 0, outmask: 0, guard: 0, every: 0 };
const RUN = '(func $run) (export "a" (func $run))';

describe("foreign modules", () => {
  const cases: [title: string, text: string, manifest: Partial<Manifest>, expected: RegExp][] = [
    ["a good one", `(module ${RUN})`, { actions: [ACTION] }, /^accepted$/],
    ["an unknown import", '(module (import "k" "31" (func)))', {}, /^IMPORT: k\.31 is not in the ABI/],
    ["an import of another module", '(module (import "env" "1" (func)))', {}, /^IMPORT: env\.1/],
    ["another signature", '(module (import "k" "1" (func (param i32))))', {}, /^IMPORT: k\.1 \(send_i32\) has another/],
    ["an imported memory", '(module (import "k" "m" (memory 1 1)))', {}, /^IMPORT: k\.m is no function/],
    [
      "a growing memory",
      '(module (memory 1 1) (func $f (drop (memory.grow (i32.const 1)))) (export "a" (func $f)))',
      { memory: 64 },
      /^FEATURE: instruction 0x40/,
    ],
    [
      "two pages",
      '(module (memory 2 2) (func $f (drop (i32.load (i32.const 0)))) (export "a" (func $f)))',
      { memory: 64 },
      /^FEATURE: a memory/,
    ],
    ["an exported memory", '(module (memory 1 1) (export "m" (memory 0)))', { memory: 64 }, /^FEATURE: export "m"/],
    [
      "an exported global",
      '(module (global $g i32 (i32.const 0)) (export "g" (global $g)))',
      {},
      /^FEATURE: export "g"/,
    ],
    ["vectors", "(module (func (result i32) (i32x4.extract_lane 0 (v128.const i32x4 0 0 0 0))))", {}, /^FEATURE/],
    ["several results", "(module (func (result i32 i32) (tuple.make 2 (i32.const 0) (i32.const 1))))", {}, /^FEATURE/],
    [
      "a passive segment",
      '(module (memory 1 1) (data "x") (func (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))))',
      { memory: 64 },
      /^FEATURE/,
    ],
    [
      "data beyond the bound",
      '(module (memory 1 1) (data (i32.const 60) "12345"))',
      { memory: 64 },
      /^MANIFEST: 65 bytes of data in 64/,
    ],
    ["memory that is not declared", `(module ${RUN})`, { memory: 64 }, /^MANIFEST: memory bound/],
    ["a missing export", "(module)", { actions: [ACTION] }, /^MANIFEST: action 0 is export 0, there are 0/],
    [
      "another signature of an action",
      `(module ${RUN})`,
      { actions: [{ ...ACTION, inmask: 1 }], inports: [{ name: "a", type: 7 }] },
      /^MANIFEST: action 0 takes \(\)/,
    ],
    [
      "a port that there is not",
      `(module ${RUN})`,
      { actions: [{ ...ACTION, outmask: 2 }] },
      /^MANIFEST: action 0 uses a port/,
    ],
    [
      "a global too many",
      `(module ${RUN})`,
      { actions: [ACTION], globals: [{ name: "g", type: 2 }] },
      /^MANIFEST: 1 globals/,
    ],
    [
      "a global of another type",
      "(module (global (mut f32) (f32.const 0)))",
      { globals: [{ name: "g", type: 2 }] },
      /^MANIFEST: global g is f32/,
    ],
    [
      "a guard that is no bool",
      `(module (global (mut i32) (i32.const 0)) ${RUN})`,
      { actions: [{ ...ACTION, guard: 1 }], globals: [{ name: "g", type: 2 }] },
      /^MANIFEST: the guard/,
    ],
    [
      "a period that is a bool",
      `(module (global (mut i32) (i32.const 0)) ${RUN})`,
      { actions: [{ ...ACTION, every: 1 }], globals: [{ name: "g", type: 1 }] },
      /^MANIFEST: the period/,
    ],
    [
      "two ports of one name",
      "(module)",
      {
        inports: [
          { name: "a", type: 1 },
          { name: "a", type: 1 },
        ],
      },
      /^MANIFEST: inport names/,
    ],
    [
      "33 ports",
      "(module)",
      { inports: Array.from({ length: 33 }, (_, i) => ({ name: `p${i}`, type: 1 })) },
      /^LIMIT: 33 inports/,
    ],
    [
      "arguments without construct",
      "(module)",
      { args: [{ name: "a", type: 12, required: true }] },
      /^MANIFEST: arguments/,
    ],
    ["collect without memory", `(module ${RUN})`, { roles: { collect: 0 } }, /^MANIFEST: collect/],
    [
      "deep blocks",
      `(module (func (param i32) ${"(block (br_if 0 (local.get 0)) ".repeat(25)}${")".repeat(25)}))`,
      {},
      /^LIMIT: 25 levels/,
    ],
    ["many locals", `(module (func ${"(local i64) ".repeat(49)}))`, {}, /^LIMIT: 98 stack slots/],
    ["many globals", `(module ${"(global (mut i32) (i32.const 0)) ".repeat(65)})`, {}, /^LIMIT: 65 mutable globals/],
    ["many functions", `(module ${"(func) ".repeat(129)})`, {}, /^LIMIT: 129 functions/],
  ];

  test.each(cases)("%s", (_title, text, manifest, expected) => {
    expect(refusal(() => seal(text, manifest))).toMatch(expected);
  });

  test("what is no WebAssembly", () => {
    expect(refusal(() => readModule(new Uint8Array()))).toMatch(/^NOT_WASM/);
    expect(refusal(() => readModule(new TextEncoder().encode("<html>")))).toMatch(/^NOT_WASM/);
    expect(refusal(() => readModule(new Uint8Array(100_000)))).toMatch(/^LIMIT/);
  });

  test("manifests that are missing, doubled, of another ABI or lie", () => {
    const module = seal(`(module ${RUN})`, { actions: [ACTION] });
    const bare = filterSections(readWasm(module.bytes), ({ id }) => id !== 0);
    const read = (...manifests: Partial<Manifest>[]) => {
      const sections = manifests.map((m) => customSection("kappa", encodeManifest({ ...module.manifest, ...m })));
      return refusal(() => readModule(concatenate([bare, ...sections])));
    };
    expect(read({})).toBe("accepted");
    expect(read()).toMatch(/^MANIFEST: 0 sections/);
    expect(read({}, {})).toMatch(/^MANIFEST: 2 sections/);
    expect(read({ abi: 2 })).toMatch(/^ABI_VERSION: ABI version 2 instead of 1/);
    expect(read({ fuel: 5 })).toMatch(/^MANIFEST: 5 fuel, the code needs 1/);
    expect(read({ slots: 7 })).toMatch(/^MANIFEST: 7 slots/);
  });

  test("no prefix, and no change of one byte, crashes the reader", async () => {
    const { bytes, hash } = await compileFile("test/actors/Guarded.ts");
    for (let size = 0; size < bytes.length; size++)
      expect(refusal(() => readModule(bytes.slice(0, size)))).not.toBe("accepted");
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at]! ^= flip;
        // Either refused with a ModuleError, or another module.
        if (refusal(() => readModule(changed)) === "accepted") expect(readModule(changed).hash).not.toBe(hash);
      }
    }
  });

  test("a start function", () => {
    const manifest = encodeManifest({ ...EMPTY, slots: 0, fuel: 0 });
    const started = concatenate([assemble("(module (func $s) (start $s))"), customSection("kappa", manifest)]);
    expect(refusal(() => readModule(started))).toMatch(/^FEATURE: a start section/);
  });

  test("custom sections of other tools are no part of the module", () => {
    const module = seal(`(module ${RUN})`, { actions: [ACTION] });
    const named = concatenate([module.bytes, customSection("name", new Uint8Array([1, 2, 3]))]);
    expect(readModule(named)).toEqual(module);
  });
});
