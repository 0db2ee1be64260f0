import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { editDistance, nearest } from "../../../compiler/script/suggest.js";

describe("editDistance", () => {
  test.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["abc", "abd", 1],
    ["abc", "ab", 1],
    ["abc", "acb", 1],
    ["kitten", "sitting", 3],
    ["", "abc", 3],
  ])("%s to %s is %d", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });

  test("with a limit is exact below it and the limit above", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 7 }), (a, b, limit) => {
        expect(editDistance(a, b, limit)).toBe(Math.min(limit, editDistance(a, b)));
      }),
    );
  });
});

describe("nearest", () => {
  test.each<[string, string[], string | undefined]>([
    ["sensr", ["centre", "sensor"], "sensor"],
    ["temprature", ["temperature", "pressure"], "temperature"],
    ["PRINT", ["print"], "print"],
    ["a", ["b", "c"], undefined],
    ["in", ["on", "out"], "on"],
    ["foo", ["bar"], undefined],
    ["same", ["same"], undefined],
    ["x", [], undefined],
  ])("of %s", (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });
});
