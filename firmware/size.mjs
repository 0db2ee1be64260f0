// Prints flash and RAM of an image by part, from its linker map: node size.mjs kappa.map [--json]
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const RAM_ONLY = /^\.bss/;
const LINK = /^(connection|endpoint|event|frame|link|operation_\w+|request|session|sha256|wire)\.o$/;
const BOARD = /\/(boards|sim)\//;
const WASM3 = /^(wasm3|engine_wasm3)\.o$/;

function partOf(object) {
  if (object.includes("(")) return "libc, libgcc, libm";
  if (BOARD.test(object)) return "board";
  const name = basename(object);
  if (/^crt|\.a$/.test(name)) return "libc, libgcc, libm";
  if (WASM3.test(name)) return "wasm3";
  if (LINK.test(name)) return "link";
  return "core";
}

/** Bytes of flash and RAM by part of a map file's text. */
export function sizes(map) {
  const parts = {};
  const begin = map.indexOf("Linker script and memory map");
  // An input section: its name, maybe a line break, address, size, object.
  const pattern = /^ (\.[\w.$*-]+|COMMON)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$/gm;
  for (const [, section, address, size, object] of map.slice(begin).matchAll(pattern)) {
    const bytes = Number.parseInt(size, 16);
    const at = Number.parseInt(address, 16);
    if (bytes === 0 || /^\.(debug|comment|ARM\.attributes|stack|symtab)/.test(section)) continue;
    const part = partOf(object);
    parts[part] ??= { flash: 0, ram: 0 };
    const inRam = at >= 0x20000000 && at < 0x40000000;
    if (!inRam || section.startsWith(".data")) parts[part].flash += bytes;
    if (inRam || RAM_ONLY.test(section)) parts[part].ram += bytes;
  }
  return parts;
}

if (process.argv[1]?.endsWith("size.mjs")) {
  const parts = sizes(readFileSync(process.argv[2], "utf8"));
  if (process.argv.includes("--json")) console.log(JSON.stringify(parts));
  else {
    const total = { flash: 0, ram: 0 };
    const row = (name, { flash, ram }) =>
      console.log(`${name.padEnd(20)}${String(flash).padStart(8)}${String(ram).padStart(8)}`);
    console.log(`${"bytes of".padEnd(20)}${"flash".padStart(8)}${"RAM".padStart(8)}`);
    for (const name of ["core", "wasm3", "link", "board", "libc, libgcc, libm"]) {
      const part = parts[name] ?? { flash: 0, ram: 0 };
      row(name, part);
      total.flash += part.flash;
      total.ram += part.ram;
    }
    row("in all", total);
  }
}
