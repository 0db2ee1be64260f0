import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import type { Command } from "commander";
import { EXIT } from "../../../cli/exit.js";
import { program } from "../../../cli/program.js";

const FILE = "docs/cli.md";

/** Every command with its help as a terminal of 80 columns shows it. */
function helps(command: Command, path: string): [path: string, help: string][] {
  let help = "";
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  const inner = command.commands.filter((child) => !child.name().startsWith("__"));
  return [[path, help.trimEnd()], ...inner.flatMap((child) => helps(child, `${path} ${child.name()}`))];
}

const HELPS = helps(program(), "kappa");
const section = ([path, help]: [string, string]) => `## ${path}\n\n\`\`\`text\n${help}\n\`\`\`\n`;

test("docs/cli.md has the help of every command as it is, in the same order (UPDATE_DOCS=1 writes it)", () => {
  const text = readFileSync(FILE, "utf8");
  const introduction = text.slice(0, text.indexOf("\n## kappa\n") + 1);
  const wanted = introduction + HELPS.map(section).join("\n");
  if (process.env.UPDATE_DOCS) writeFileSync(FILE, wanted);
  expect(readFileSync(FILE, "utf8")).toBe(wanted);
});

test("every exit code is in docs/cli.md", () => {
  const text = readFileSync(FILE, "utf8");
  const documented = [...text.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(documented).toEqual(Object.values(EXIT));
});

test("every command has --json, but groups and the language server, which speaks it anyway", () => {
  const without = HELPS.filter(([, help]) => !help.includes("--json")).map(([path]) => path);
  expect(without).toEqual(["kappa", "kappa actor", "kappa lsp"]);
});
