import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { compileActor } from "../../../compiler/actor/index.js";
import { decodeToken, encodeToken } from "../../../compiler/actor/token.js";
import { LocalRuntime } from "../../../runtime/actor/local-runtime.js";

/** An actor with an array of 8 samples; `loop` works on `samples`, `n` (the input) and `sum`. */
const actor = (loop: string, field = "private samples: StaticArray<i32> = new StaticArray<i32>(8);") => `
import { action, type In, type Out } from "kappa";
export class Sampled {
  ${field}
  @action
  run(n: In<i32>, out: Out<i32>): void {
    let sum = 0;
    ${loop}
    out.send(sum);
  }
}
`;

/** What the actor answers to each input; a trap ends the list with its name. */
async function answers(source: string, inputs: number[]): Promise<(number | string)[]> {
  const module = await compileActor(source, { file: "Sampled.ts" });
  let trapped = (_: string) => {};
  const fault = new Promise<string>((resolve) => {
    trapped = resolve;
  });
  const runtime = new LocalRuntime({ id: "t", name: "t", onFault: ({ trap }) => trapped(trap) });
  await runtime.deploy([{ id: "a", module, args: [] }], []);
  const to = runtime.attachSource({ actor: "a", port: 0 });
  const from = runtime.attachSink({ actor: "a", port: 0 });
  await runtime.start(["a"]);
  const got: (number | string)[] = [];
  for (const input of inputs) {
    const arrived = new Promise<void>((resolve) => {
      from.onToken = resolve;
    });
    to.push(encodeToken(input, 2));
    const trap = await Promise.race([arrived.then(() => undefined), fault]);
    if (trap !== undefined) {
      got.push(trap);
      break;
    }
    got.push(Number(decodeToken(from.shift()!, 2)));
  }
  await runtime.close();
  return got;
}

const fill = "samples[n.value & 7] = n.value;";

describe("arrays of fixed length", () => {
  test("are summed by a loop over all of them", async () => {
    const loop = `const samples = this.samples; ${fill} for (let i = 0; i < samples.length; i++) sum += samples[i];`;
    expect(await answers(actor(loop), [3, 8, 15, 11])).toEqual([3, 11, 26, 34]);
  });

  test.each([
    ["one past the end", "for (let i = 0; i < 9; i++) sum += this.samples[i];"],
    ["a step past the end", "for (let i = 0; i < 8; i += 2) { sum += this.samples[i + n.value]; }"],
    ["below the start", "for (let i = n.value - 10; i < 8; i++) sum += this.samples[i];"],
    ["after counting", "for (let i = 0; i < 8;) { i++; sum += this.samples[i]; }"],
    ["counted twice", "for (let i = 0; i < 8; i++) { i += n.value; sum += this.samples[i]; }"],
    ["an input", "sum = this.samples[n.value];"],
    ["a large input", "sum = this.samples[n.value << 28];"],
  ])("are not read beyond their ends: %s", async (_name, loop) => {
    expect(await answers(actor(loop), [8])).toEqual(["unreachable"]);
  });

  test("may be exchanged for others", async () => {
    const field = "private samples: StaticArray<i32> = new StaticArray<i32>(2);";
    const loop = `if (n.value > 4) this.samples = new StaticArray<i32>(n.value);
      this.samples[n.value - 1] = n.value; for (let i = 0; i < this.samples.length; i++) sum += this.samples[i] + 1;`;
    expect(await answers(actor(loop, field), [1, 2, 6, 5, 9])).toEqual([3, 5, 12, 10, 18]);
  });
});

test("a module does not depend on what was compiled before it", async () => {
  const compile = async (name: string) => {
    const file = `test/actors/${name}.ts`;
    return (await compileActor(readFileSync(file, "utf8"), { file })).hash;
  };
  const names = ["Format", "Average", "Tally", "Strings"];
  const hashes: string[] = [];
  for (const name of names) hashes.push(await compile(name));
  for (const name of [...names].reverse())
    expect([name, await compile(name)]).toEqual([name, hashes[names.indexOf(name)]]);
});
