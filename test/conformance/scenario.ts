import { expect, test as jestTest } from "@jest/globals";
import { KappaError } from "../../runtime/errors.js";
import { TOO_LARGE } from "./too-large.js";

type Body<A extends unknown[]> = (...args: A) => Promise<void>;

/**
 * A scenario runs on every rig. It passes, or the board itself refuses its actors for lack of memory, says so, and the
 * scenario is one of those that are known to be too large for the board.
 */
function refusable<A extends unknown[]>(body: Body<A>): Body<A> {
  return async (...args) => {
    try {
      await body(...args);
    } catch (error) {
      if (!(error instanceof KappaError) || error.code !== "MEMORY_EXHAUSTED") throw error;
      expect(error.message).toMatch(/does not fit into the memory \(\d+ bytes free\)/);
      expect(TOO_LARGE).toContain(expect.getState().currentTestName);
    }
  };
}

export function test(name: string, body: Body<[]>): void {
  jestTest(name, refusable(body));
}

test.each =
  <T>(cases: readonly T[]) =>
  (name: string, body: Body<T extends readonly unknown[] ? [...T] : [T]>): void => {
    jestTest.each(cases as readonly unknown[])(name, refusable(body as Body<unknown[]>));
  };
