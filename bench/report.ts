/** A table of the report. Cells are Markdown. */
export interface Table {
  title: string;
  /** What is measured and how: Markdown. */
  text: string;
  columns: string[];
  rows: string[][];
  /** The command that makes these figures alone. */
  command: string;
}

const INTRODUCTION = `# Benchmarks

Written by \`make bench\`; do not edit. Figures in bytes unless a unit is given. Device figures are of the firmware that
\`make firmware\` builds, in QEMU 7.2. QEMU counts instructions, not cycles: it has no pipeline and no flash wait states. A
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
  return [INTRODUCTION, ...tables.map(section)].join("\n");
}

function section({ title, text, columns, rows, command }: Table): string {
  const widths = columns.map((column, i) => Math.max(3, column.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [`## ${title}`, "", text, "", line(columns), rule, ...rows.map(line), "", `\`${command}\``, ""].join("\n");
}
