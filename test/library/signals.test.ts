import { describe, expect, test } from "@jest/globals";
import type { Json } from "../../compiler/script/graph.js";
import { nodeStage } from "../../testing/node-stage.js";
import { runCase } from "../../testing/run-case.js";
import { actorModule } from "../support/actors.js";

/** A reproducible signal: two waves with noise (a linear congruential generator, Numerical Recipes). */
const SIGNAL = (() => {
  let seed = 1;
  return Array.from({ length: 48 }, (_, n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.fround(3 * Math.sin(0.3 * n) + Math.cos(1.7 * n) + seed / 2 ** 32);
  });
})();

type Reference = (x: number[]) => Json[];

/** Runs an actor on a signal and compares with what a definition in double precision says. */
async function agree(
  type: string,
  ports: [string, string],
  reference: Reference,
  args: Record<string, Json> = {},
  tolerance = 2e-5,
): Promise<void> {
  const of = { name: type, args, in: { [ports[0]]: SIGNAL }, out: { [ports[1]]: reference(SIGNAL) }, tolerance };
  expect((await runCase(nodeStage, await actorModule(type), of)).notes).toEqual([]);
}

const window = (x: number[], n: number, length: number) => x.slice(Math.max(0, n + 1 - length), n + 1);
const sum = (x: number[]) => x.reduce((a, b) => a + b, 0);

describe("signal processing agrees with its definition in double precision", () => {
  test("moving average", () =>
    agree(
      "signal.MovingAverage",
      ["value", "mean"],
      (x) => x.map((_, n) => sum(window(x, n, 7)) / window(x, n, 7).length),
      {
        length: 7,
      },
    ));

  test("median", () =>
    agree(
      "signal.Median",
      ["value", "median"],
      (x) =>
        x.map((_, n) => {
          const sorted = window(x, n, 5).sort((a, b) => a - b);
          const middle = sorted.length / 2;
          return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
        }),
      { length: 5 },
    ));

  test("exponential smoothing, by its closed sum", () => {
    const alpha = 0.2;
    const at = (x: number[], n: number) =>
      (1 - alpha) ** n * x[0]! + sum(x.slice(1, n + 1).map((v, i) => alpha * (1 - alpha) ** (n - 1 - i) * v));
    return agree("signal.ExponentialSmoothing", ["value", "smooth"], (x) => x.map((_, n) => at(x, n)), { alpha });
  });

  test("FIR, by convolution", () => {
    const taps = [0.1, -0.3, 0.5, 0.25, 0.05];
    return agree(
      "signal.Fir",
      ["value", "filtered"],
      (x) => x.map((_, n) => sum(taps.map((tap, k) => tap * (x[n - k] ?? 0)))),
      { taps },
    );
  });

  test("biquad, in direct form I", () => {
    const [b0, b1, b2, a1, a2] = [0.2066, 0.4131, 0.2066, -0.3695, 0.1958];
    const direct: Reference = (x) => {
      const y: number[] = [];
      const past = (list: number[], n: number) => (n < 0 ? 0 : list[n]!);
      for (let n = 0; n < x.length; n++) {
        y.push(b0 * x[n]! + b1 * past(x, n - 1) + b2 * past(x, n - 2) - a1 * past(y, n - 1) - a2 * past(y, n - 2));
      }
      return y;
    };
    return agree("signal.Biquad", ["value", "filtered"], direct, { b0, b1, b2, a1, a2 });
  });

  test("windowed statistics, in two passes", async () => {
    const blocks = [0, 16, 32].map((at) => SIGNAL.slice(at, at + 16));
    const mean = blocks.map((block) => sum(block) / 16);
    const out = {
      mean,
      variance: blocks.map((block, i) => sum(block.map((v) => (v - mean[i]!) ** 2)) / 15),
      minimum: blocks.map((block) => Math.min(...block)),
      maximum: blocks.map((block) => Math.max(...block)),
    };
    const of = { name: "statistics", args: { length: 16 }, in: { value: SIGNAL }, out, tolerance: 1e-4 };
    expect((await runCase(nodeStage, await actorModule("signal.WindowedStatistics"), of)).notes).toEqual([]);
  });

  test.each([2, 8, 64])("FFT of %i samples, by the definition of the DFT", async (length) => {
    const block = Array.from({ length }, (_, i) => SIGNAL[i % SIGNAL.length]!);
    const magnitude = Array.from({ length: length / 2 + 1 }, (_, k) => {
      const angle = (n: number) => (-2 * Math.PI * k * n) / length;
      return Math.hypot(
        sum(block.map((v, n) => v * Math.cos(angle(n)))),
        sum(block.map((v, n) => v * Math.sin(angle(n)))),
      );
    });
    const of = { name: "dft", in: { samples: [block] }, out: { magnitude: [magnitude] }, tolerance: 1e-4 };
    expect((await runCase(nodeStage, await actorModule("math.Fft"), of)).notes).toEqual([]);
  });
});
