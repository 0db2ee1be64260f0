import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { tokenFromJson } from "../compiler/actor/token.js";
import { type Module, TypeCode } from "../compiler/actor/types.js";
import { against, count, type Table } from "./report.js";
import { FIRED, firedAction, moduleOf, valuesFor } from "./workloads.js";

const FOLDER = "build/bench";
/** Instructions of the calibration loop in firmware/bench/bench.c. */
const CALIBRATION = 200_000;

const BUDGETS: Record<string, number> = { Tally: 750, AverageIncremental: 1500, Average: 4300 };
/** For all that is not Wasm. */
const OURS = 400;
const PEERS: Record<string, string> = {
  Tally: "counter: wasm3 alone 320",
  Thermostat: "wasm3 alone 299",
  AverageIncremental: "wasm3 alone 1 082",
  Average: "wasm3 alone 3 820; WAMR fast 2 475; WAMR AOT 566; MicroPython 6 372–10 760; native C 87",
  Format: "wasm3 alone 6 014 (a fixed buffer, no strings)",
};

/** Instructions of one firing with its queues, and of the module alone, on the benchmark image. */
export async function firings(): Promise<Table> {
  const modules = await Promise.all(FIRED.map(moduleOf));
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/modules.h`, header(modules));
  execFileSync("make", ["--no-print-directory", "-C", "firmware/bench"], { stdio: ["ignore", "ignore", "inherit"] });
  const whole = run("whole");
  const alone = run("alone");
  return {
    title: "Instructions a firing",
    text: `A token into the inport's queue, the firing, the token out of the outport's queue, on a Cortex-M4F (\`mps2-an386\`,
\`-icount shift=0\`, SysTick; \`firmware/bench/bench.c\`), mean of 2 000 firings. _Wasm_ is the module called alone with
imports that return at once, its collector included; _ours_ is the rest: queues, tokens, scheduling, atomicity.`,
    columns: ["actor", "instructions", "budget", "Wasm", "ours", "budget", "peers, without queues"],
    rows: modules.map(({ manifest: { name } }) => row(name, whole.get(name)!, alone.get(name)!)),
    notes: notes(whole, alone),
    command: "node build/js/bench/main.js firings",
  };
}

/** What stands in the way, where something does. */
function notes(whole: ReadonlyMap<string, number>, alone: ReadonlyMap<string, number>): (string | false)[] {
  const ours = (name: string) => whole.get(name)! - alone.get(name)!;
  const over = Object.entries(BUDGETS).some(([name, budget]) => whole.get(name)! > budget);
  return [
    ours("Tally") > OURS &&
      `_Ours_ of the counter is about a third each: what the link does (push, peek, pop and their notices), the firing itself
  (ready list, masks, decoding, counters, commit), and the import that sends (checks, encoding, staging). Each is straight-line
  code; only fusing them for a queue between two actors of one device would leave out more.`,
    `An actor with memory adds a copy of its linear memory before each firing, which is what makes a firing atomic; one with a
  heap that is not full at the end of its constructor adds a run of its collector after it.`,
    over &&
      `wasm3 keeps a float in a register of double precision, so that each f32 operation converts to and from it in software on
  a core whose floating-point unit is single: about 50 instructions a sample of the re-summed average. An ahead-of-time engine
  would not.`,
  ];
}

function row(name: string, whole: number, alone: number): string[] {
  const [ours, budget] = against(whole - alone, OURS);
  return [name, ...against(whole, BUDGETS[name]), count(alone), ours, budget, PEERS[name] ?? ""];
}

/** Runs an image; gives instructions a firing by name of module. */
function run(image: string): Map<string, number> {
  const { stdout, status, stderr } = spawnSync(
    "qemu-system-arm",
    [
      ...["-M", "mps2-an386", "-icount", "shift=0", "-display", "none", "-nodefaults", "-monitor", "none"],
      ...["-chardev", "stdio,id=out", "-semihosting-config", "enable=on,target=native,chardev=out"],
      ...["-kernel", `${FOLDER}/${image}.elf`],
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 },
  );
  const figures = new Map<string, number>();
  for (const [, name, hundredths] of stdout.matchAll(/^firing (\w+) (\d+)$/gm))
    figures.set(name!, Number(hundredths) / 100);
  const calibration = Number(/^calibration (\d+)$/m.exec(stdout)?.[1]);
  if (figures.size !== FIRED.length || status !== 0) throw new Error(`${image}.elf failed: ${stdout}${stderr}`);
  if (!(Math.abs(calibration / CALIBRATION - 1) < 0.01))
    throw new Error(`${CALIBRATION} instructions read ${calibration}`);
  return figures;
}

/** The modules and what they are fed as C. */
function header(modules: readonly Module[]): string {
  return `typedef struct bench_token { uint8_t count; uint8_t bytes[40]; } bench_token;
typedef struct bench_module {
    const char *name;
    const uint8_t *bytes;
    uint16_t count;
    uint8_t action, inport, outport;
    uint32_t slots[2];
    uint8_t units;
    const char *text;
    bench_token tokens[2];
} bench_module;
${modules.map(({ bytes, manifest }) => `static const uint8_t bytes_of_${manifest.name}[] = {${bytes.join()}};`).join("\n")}
static const bench_module bench_modules[] = {
${modules.map(entry).join(",\n")}};
`;
}

function entry(module: Module): string {
  const { name } = module.manifest;
  const { action, inport, outport, type } = firedAction(module);
  const values = valuesFor(type);
  const tokens = values.map((value) => tokenFromJson(value, type));
  const text = typeof values[0] === "string" ? values[0] : "";
  return `{"${name}", bytes_of_${name}, ${module.bytes.length}, ${action}, ${inport}, ${outport},
 {${values.map((value) => word(value, type)).join()}}, ${text.length}, "${text}",
 {${tokens.map((token) => `{${token.length}, {${token.join()}}}`).join()}}}`;
}

/** A scalar as the 32-bit word of a parameter. */
function word(value: number | string, type: number): string {
  if (typeof value === "string") return "0";
  if (type === TypeCode.i64 || type === TypeCode.u64 || type === TypeCode.f64)
    throw new Error("a parameter of two words");
  return type === TypeCode.f32 ? `${new Uint32Array(Float32Array.of(value).buffer)[0]}U` : `${value}U`;
}
