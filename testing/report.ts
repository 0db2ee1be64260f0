import type { Result } from "./run-case.js";
import type { FileResult } from "./run-files.js";

/** Numbers of cases by how they went; an actor none of whose cases could run is one failure. */
export function count(files: readonly FileResult[]): Record<Result["outcome"], number> {
  const numbers = { passed: 0, failed: 0, skipped: 0 };
  for (const { results, error } of files) {
    if (error !== undefined) numbers.failed++;
    for (const { outcome } of results) numbers[outcome]++;
  }
  return numbers;
}

/** One file for people: a line for each actor, and what failed in full. */
export function describeFile({ file, results, error }: FileResult): string {
  const { passed, failed, skipped } = count([{ file, results, ...(error !== undefined && { error }) }]);
  const rest = [failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`].filter(Boolean);
  const lines = [`${failed > 0 ? "FAIL" : "pass"}  ${file}: ${[`${passed} passed`, ...rest].join(", ")}`];
  if (error !== undefined) lines.push(indent(error, 6));
  for (const { name, stage, outcome, notes } of results) {
    if (outcome === "failed") lines.push(`      ${name} (${stage})`, indent(notes.join("\n"), 8));
  }
  return `${lines.join("\n")}\n`;
}

/** The sum for people, with the reasons why cases were skipped. */
export function describeSum(files: readonly FileResult[]): string {
  const { passed, failed, skipped } = count(files);
  const reasons = new Map<string, number>();
  for (const { results } of files) {
    for (const { outcome, notes } of results) {
      if (outcome === "skipped") reasons.set(notes[0]!, (reasons.get(notes[0]!) ?? 0) + 1);
    }
  }
  const why = [...reasons].map(([reason, number]) => `  ${number} skipped: ${reason}\n`).join("");
  return `${passed} passed, ${failed} failed, ${skipped} skipped\n${why}`;
}

/** All results as JSON. */
export function toJson(files: readonly FileResult[]): string {
  return `${JSON.stringify({ ...count(files), files }, (_, value) => (typeof value === "bigint" ? value.toString() : value), 2)}\n`;
}

/** JUnit's XML, as continuous integration reads it. */
export function toJunit(files: readonly FileResult[]): string {
  const suites = files.map((file) => {
    const { passed, failed, skipped } = count([file]);
    const numbers = `tests="${passed + failed + skipped}" failures="${failed}" skipped="${skipped}"`;
    const error = file.error === undefined ? [] : [testcase(file.file, "compiles", 0, failure(file.error))];
    const cases = file.results.map((result) =>
      testcase(file.file, `${result.name} (${result.stage})`, result.milliseconds, outcomeOf(result)),
    );
    return `  <testsuite name="${xml(file.file)}" ${numbers}>\n${[...error, ...cases].join("")}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("")}</testsuites>\n`;
}

function testcase(file: string, name: string, milliseconds: number, content: string): string {
  const head = `    <testcase classname="${xml(file)}" name="${xml(name)}" time="${(milliseconds / 1000).toFixed(3)}"`;
  return content === "" ? `${head}/>\n` : `${head}>${content}</testcase>\n`;
}

function outcomeOf({ outcome, notes }: Result): string {
  if (outcome === "passed") return "";
  return outcome === "failed" ? failure(notes.join("\n")) : `<skipped message="${xml(notes[0] ?? "")}"/>`;
}

function failure(text: string): string {
  return `<failure message="${xml(text.split("\n")[0]!)}">${xml(text)}</failure>`;
}

function xml(text: string): string {
  const names: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
  // Control characters have no place in XML 1.0.
  return text.replace(/[&<>"]/g, (c) => `&${names[c]};`).replace(/[^\t\n\u0020-\ud7ff\ue000-\uffff]/g, "�");
}

function indent(text: string, by: number): string {
  return text.replace(/^/gm, " ".repeat(by));
}
