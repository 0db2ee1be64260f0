import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";

test("docs/library.md has a row for every actor, and no other", () => {
  const page = readFileSync("docs/library.md", "utf8");
  const tables = page.slice(page.indexOf("<!-- table -->"), page.indexOf("<!-- end of the table -->"));
  const rows = tables.split(/^### /m).flatMap((part) => {
    const namespace = part.split("\n")[0]!;
    return [...part.matchAll(/^\| (\w+)\(/gm)].map(([, name]) => `${namespace}/${name}`);
  });
  const files = readdirSync("actors", { recursive: true, encoding: "utf8" });
  const actors = files.filter((file) => /\/\w+\.ts$/.test(file)).map((file) => file.slice(0, -3));
  expect(rows.sort()).toEqual(actors.sort());
});
