import { execFileSync } from "node:child_process";
import { CompileError } from "../compiler/diagnostic.js";
import { against, count, type Table } from "./report.js";
import { actorFiles, moduleOf } from "./workloads.js";

const MAP = "build/firmware/netduinoplus2/kappa.map";
const FLASH_BUDGET = 128 * 1024;
const MODULE_BUDGET = 200;

export interface Part {
  flash: number;
  ram: number;
}

/** Bytes by part of the netduinoplus2 image, as firmware/size.mjs reads its linker map. */
export function parts(): Record<string, Part> {
  return JSON.parse(execFileSync("node", ["firmware/size.mjs", MAP, "--json"], { encoding: "utf8" }));
}

export async function flash(): Promise<Table> {
  const all = Object.entries(parts());
  const sum = (key: keyof Part) => all.reduce((total, [, part]) => total + part[key], 0);
  const peer = "calvin-constrained 67 KB (3 C actors) + 76 KB MicroPython; MicroPython 187 KB";
  return {
    title: "Firmware: flash and static RAM",
    text: `The image for \`netduinoplus2\` (STM32F405), from its linker map. It has no crypto but SHA-256 and no store yet, which the
budget includes.`,
    columns: ["part", "flash", "budget", "static RAM", "peers, flash"],
    rows: [
      ...all.map(([name, part]) => [name, count(part.flash), "", count(part.ram), ""]),
      ["in all", ...against(sum("flash"), FLASH_BUDGET), count(sum("ram")), peer],
    ],
    command: `node firmware/size.mjs ${MAP}`,
  };
}

/** Sizes of every actor's module. The budget is of actors with scalar state only: those without linear memory. */
export async function modules(): Promise<Table> {
  const rows: string[][] = [];
  for (const file of actorFiles()) rows.push([`\`${file}\``, ...(await moduleCells(file))]);
  return {
    title: "Modules",
    text: `Device form with manifest. _Memory_ is linear memory an instance; 0: scalar state only. Peers: asc, its smallest
settings, without manifest: counter 103, thermostat 159, average 325, integer to text 955.`,
    columns: ["actor", "module", "budget", "memory"],
    rows,
    command: "node build/js/bench/main.js modules",
  };
}

async function moduleCells(file: string): Promise<string[]> {
  try {
    const { bytes, manifest } = await moduleOf(file);
    const scalar = manifest.memory === 0;
    return [...against(bytes.length, scalar ? MODULE_BUDGET : undefined), count(manifest.memory)];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return [`does not compile (${error.diagnostics[0]?.code})`, "", ""];
  }
}
