import { describe, expect, test } from "@jest/globals";
import { formatDiagnostic, spanOf } from "../../../compiler/diagnostic.js";

function format(text: string, start: number, end: number, hint?: string): string[] {
  const span = spanOf("f", text, start, end);
  return formatDiagnostic(
    { code: "X1", severity: "error", message: "Bad.", span, ...(hint ? { hint } : {}) },
    text,
  ).split("\n");
}

describe("formatDiagnostic", () => {
  test("shows the line with carets under the place, and the hint", () => {
    expect(format("ab\ncd ef\ngh", 6, 8, "try gh")).toEqual([
      "f:2:4: error X1: Bad.",
      "  cd ef",
      "     ^^",
      "  hint: try gh",
    ]);
  });

  test("keeps tabs and drops carriage returns", () => {
    expect(format("\tx\ty\r\nz", 3, 4)).toEqual(["f:1:4: error X1: Bad.", "  \tx\ty", "  \t \t^"]);
  });

  test("marks to the end of the line what goes on in the next", () => {
    expect(format("a bc\nd", 2, 6)).toEqual(["f:1:3: error X1: Bad.", "  a bc", "    ^^"]);
  });

  test("has a caret for an empty place, at the end of the text too", () => {
    expect(format("ab", 2, 2)).toEqual(["f:1:3: error X1: Bad.", "  ab", "    ^"]);
    expect(format("", 0, 0)).toEqual(["f:1:1: error X1: Bad.", "  ", "  ^"]);
  });

  test("cuts long lines around the place", () => {
    const text = `${"a".repeat(500)}X${"b".repeat(500)}`;
    expect(format(text, 500, 501)).toEqual([
      "f:1:501: error X1: Bad.",
      `  ...${"a".repeat(80)}X${"b".repeat(119)}`,
      `  ${" ".repeat(83)}^`,
    ]);
  });
});
