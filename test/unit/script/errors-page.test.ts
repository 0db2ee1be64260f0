import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { errorsPage } from "./errors-page.js";

test("docs/errors.md is what the tables of the code say", () => {
  if (process.env.UPDATE_DOCS === "1") writeFileSync("docs/errors.md", errorsPage());
  expect(readFileSync("docs/errors.md", "utf8")).toBe(errorsPage());
});
