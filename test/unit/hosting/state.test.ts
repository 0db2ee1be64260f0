import { describe, expect, test } from "@jest/globals";
import { compileActor } from "../../../compiler/actor/index.js";
import { encodeToken } from "../../../compiler/actor/token.js";
import { TypeCode } from "../../../compiler/actor/types.js";
import { actorModule } from "../../support/actors.js";
import { adder, echo, summer, wat } from "./modules.js";
import { actor, drain, feed, makeRuntime, single } from "./runtime.js";

const { i32, i64, f32, f64, text } = TypeCode;

/** Keeps a value of each type, and bytes in memory. */
const keeper = wat(
  "Keeper",
  {
    inports: [["in", i32]],
    outports: [["out", i32]],
    actions: [{ inmask: 1, outmask: 1 }],
    globals: [
      ["a", i32],
      ["b", i64],
      ["c", f32],
      ["d", f64],
      [null, i32],
    ],
    memory: 40,
  },
  `(import "k" "1" (func $send (param i32 i32))) (memory 1 1) (data (i32.const 4) "\\07")
   (global $const i32 (i32.const 77))
   (global $a (mut i32) (i32.const -2)) (global $b (mut i64) (i64.const -3)) (global $fixed f32 (f32.const 1))
   (global $c (mut f32) (f32.const 1.5)) (global $d (mut f64) (f64.const nan:0x8000000000001)) (global $e (mut i32) (i32.const 0))
   (func (export "a") (param i32)
     (global.set $a (i32.add (global.get $a) (local.get 0)))
     (i32.store8 (i32.const 36) (local.get 0))
     (call $send (i32.const 0) (global.get $a)))`,
);

const FRESH = "feffffff" + "fdffffffffffffff" + "0000c03f" + "010000000000f87f" + "00000000";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("state", () => {
  test("is the mutable globals in index order and memory without trailing zeros", async () => {
    const { runtime, input } = await single(keeper);
    expect(hex(await runtime.state("a"))).toBe(`${FRESH}0000000007`);
    feed(input, i32, 3);
    await runtime.idle();
    expect(hex(await runtime.state("a"))).toBe(`01000000${FRESH.slice(8)}0000000007${"00".repeat(31)}03`);
  });

  test("moves to another runtime and back, byte for byte", async () => {
    const [one, two] = [await single(keeper), makeRuntime()];
    await two.runtime.deploy([actor("b", keeper)], [{ kind: "void", from: { actor: "b", port: 0 } }]);
    const input = two.runtime.attachSource({ actor: "b", port: 0 });
    feed(one.input, i32, 1, 2);
    await one.runtime.idle();
    const first = await one.runtime.state("a");
    await two.runtime.restore("b", first);
    expect(await two.runtime.state("b")).toEqual(first);
    await two.runtime.start(["b"]);
    feed(input, i32, 0);
    await two.runtime.idle();
    const second = await two.runtime.state("b");
    // The byte at 36 is zero again: shorter by what is no longer there.
    expect(hex(second)).toBe(`01000000${FRESH.slice(8)}0000000007`);
    await one.runtime.stop(["a"]);
    await one.runtime.restore("a", second);
    await one.runtime.start(["a"]);
    feed(one.input, i32, 5);
    await one.runtime.idle();
    expect(drain(one.output)).toEqual([-1, 1, 6]);
  });

  test("goes into held actors only, and only of its size", async () => {
    const { runtime } = await single(keeper);
    const state = await runtime.state("a");
    await expect(runtime.restore("a", state)).rejects.toMatchObject({ code: "ACTOR_STATE" });
    await runtime.stop(["a"]);
    await expect(runtime.restore("a", state.subarray(0, 27))).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    await expect(runtime.restore("a", new Uint8Array(28 + 41))).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    await runtime.restore("a", new Uint8Array(28 + 40));
    expect(hex(await runtime.state("a"))).toBe("00".repeat(28));
  });

  test("restored, start does not run again", async () => {
    const starter = wat(
      "Starter",
      { actions: [], globals: [["n", i32]], roles: { start: 0 } },
      `(global $n (mut i32) (i32.const 0)) (func (export "a") (global.set $n (i32.add (global.get $n) (i32.const 1))))`,
    );
    const { runtime } = makeRuntime();
    await runtime.deploy([actor("a", starter), actor("b", starter)], []);
    await runtime.start(["a"]);
    await runtime.restore("b", await runtime.state("a"));
    await runtime.start(["b"]);
    expect(hex(await runtime.state("b"))).toBe("01000000");
  });

  test("survives sleep: more actors than may be awake", async () => {
    const { runtime } = makeRuntime({ liveMax: 8 });
    const ids = Array.from({ length: 40 }, (_, i) => `e${i}`);
    await runtime.deploy(
      ids.map((id) => actor(id, echo)),
      [],
    );
    const ends = ids.map(
      (id) => [runtime.attachSource({ actor: id, port: 0 }), runtime.attachSink({ actor: id, port: 0 })] as const,
    );
    await runtime.start(ids);
    for (let round = 0; round < 3; round++) {
      ends.forEach(([input], i) => {
        feed(input, text, `${i}/${round}`);
      });
      await runtime.idle();
      expect(ends.map(([, output]) => drain(output)[0])).toEqual(ids.map((_, i) => `${i}/${round}`));
    }
    for (const id of ids) expect((await runtime.state(id))[0]).toBe(3);
  });
});

describe("compiled actors", () => {
  test("keep their state over sleep and collection", async () => {
    const module = await actorModule("test.Average");
    const [one, other] = [makeRuntime({ liveMax: 1 }), makeRuntime()];
    for (const { runtime } of [one, other]) {
      await runtime.deploy(
        [actor("a", module), actor("s", summer)],
        [{ kind: "local", from: { actor: "a", port: 0 }, to: { actor: "s", port: 0 } }],
      );
    }
    const run = async ({ runtime }: typeof one) => {
      const input = runtime.attachSource({ actor: "a", port: 0 });
      const output = runtime.attachSink({ actor: "s", port: 0 });
      await runtime.start(["a", "s"]);
      const sums = [];
      for (let i = 0; i < 50; i++) {
        feed(input, f32, i * i);
        await runtime.idle();
        sums.push(...drain(output));
      }
      return { sums, state: hex(await runtime.state("a")), fuel: (await runtime.report("a")).fuel };
    };
    const results = [await run(one), await run(other)];
    expect(results[0]!.sums.length).toBe(50);
    expect(results[0]).toEqual(results[1]);
  });

  test("collect garbage after each firing: texts for ever in a small heap", async () => {
    const module = await compileActor(
      `import { action, In, Out } from "kappa";
       export class Prefix {
         private last: string = "";
         constructor(private prefix: string) {}
         @action put(text: In<string>, out: Out<string>): void {
           this.last = this.prefix + text.value;
           out.send(this.last);
         }
       }`,
      { file: "Prefix.ts" },
    );
    const { runtime, faults } = makeRuntime();
    await runtime.deploy([actor("a", module, encodeToken("prefix ", text))], []);
    const input = runtime.attachSource({ actor: "a", port: 0 });
    const output = runtime.attachSink({ actor: "a", port: 0 });
    await runtime.start(["a"]);
    let last: unknown;
    for (let i = 0; i < 3000; i++) {
      feed(input, text, `number ${i}`);
      await runtime.idle();
      last = drain(output)[0];
    }
    expect(faults).toEqual([]);
    expect(last).toBe("prefix number 2999");
    expect((await runtime.state("a")).length).toBeLessThan(module.manifest.memory);
  });

  test("an argument keeps its type", async () => {
    const { runtime } = makeRuntime();
    await runtime.deploy([actor("a", adder, encodeToken(-7, i32))], []);
    expect(hex(await runtime.state("a"))).toBe("f9ffffff");
  });
});
