import { execFileSync } from "node:child_process";

/** A table of the report. Cells are Markdown. */
export interface Table {
  title: string;
  /** What is measured and how: Markdown. */
  text: string;
  columns: string[];
  rows: string[][];
  /** What a reader should know of these figures, above all what stands in the way of a budget that is missed: Markdown. */
  notes?: readonly (string | false)[];
  /** The command that makes these figures alone. */
  command: string;
}

const introduction = () => `# Benchmarks

Written by \`make bench\`; do not edit. Under each table is the command that makes it alone, after \`make build images\`.
Figures in bytes unless a unit is given. Device figures are of the firmware that \`make firmware\` builds, in QEMU ${version()}. QEMU counts instructions, not cycles: it has no pipeline and no flash wait states. A
budget that is missed is marked **over**. Peers' figures are those of the project's design notes: measured in QEMU on a Cortex-M4, or what their documentation says.
`;

/** A figure with its budget: marked when it is over. Both in the same unit. */
export function against(figure: number, budget: number | undefined): [figure: string, budget: string] {
  if (budget === undefined) return [count(figure), ""];
  return [figure <= budget ? count(figure) : `${count(figure)} **over**`, count(budget)];
}

/** A number with thin groups of thousands; at most one decimal. */
export function count(figure: number): string {
  const rounded = Math.round(figure * 10) / 10;
  const [whole, rest] = String(rounded).split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, " ");
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

export function markdown(tables: readonly Table[]): string {
  return [introduction(), ...tables.map(section)].join("\n");
}

function listed(notes: readonly (string | false)[]): string[] {
  const items = notes.filter((note) => note !== false);
  return items.length === 0 ? [] : [...items.map((note) => `- ${note}`), ""];
}

/** QEMU's version, such as 7.2. */
function version(): string {
  const text = execFileSync("qemu-system-arm", ["--version"], { encoding: "utf8" });
  return /version (\d+\.\d+)/.exec(text)?.[1] ?? "of an unknown version";
}

function section({ title, text, columns, rows, notes = [], command }: Table): string {
  const widths = columns.map((column, i) => Math.max(3, column.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [
    `## ${title}`,
    "",
    text,
    "",
    line(columns),
    rule,
    ...rows.map(line),
    "",
    ...listed(notes),
    `\`${command}\``,
    "",
  ].join("\n");
}
