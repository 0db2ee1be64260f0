import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";

const run = promisify(execFile);
const command = async (...args: string[]) => (await run("scripts/flash.sh", args)).stdout.trim();

/** Boards and the configuration files that OpenOCD gets for them. */
const OPENOCD: [board: string, files: string[]][] = [
  ["bbc_microbit", ["interface/cmsis-dap.cfg", "target/nrf51.cfg"]],
  ["netduinoplus2", ["interface/stlink.cfg", "target/stm32f4x.cfg"]],
  ["stm32f4_disco", ["interface/stlink.cfg", "target/stm32f4x.cfg"]],
  ["nucleo_l073rz", ["interface/stlink.cfg", "target/stm32l0_dual_bank.cfg"]],
  ["nucleo_l552ze_q", ["interface/stlink.cfg", "target/stm32l5x.cfg"]],
  ["nrf52840dk", ["interface/jlink.cfg", "target/nrf52.cfg"]],
];

/** Address of an Intel HEX file's first byte. */
async function addressOf(file: string): Promise<number> {
  let [base, first] = [0, Number.MAX_SAFE_INTEGER];
  for (const line of (await readFile(file, "ascii")).split(/\r?\n/)) {
    const [, at, type, data] = /^:..(....)(..)(.*)..$/.exec(line) ?? [];
    if (type === "04") base = Number.parseInt(data!, 16) * 0x10000;
    if (type === "02") base = Number.parseInt(data!, 16) * 16;
    if (type === "00") first = Math.min(first, base + Number.parseInt(at!, 16));
  }
  return first;
}

describe("make flash", () => {
  test.each(OPENOCD)(
    "%s by OpenOCD: its configuration loads, and a bank of flash holds the image",
    async (board, files) => {
      const line = await command(board, "openocd", "dry");
      expect(line.match(/(interface|target)\/\S+/g)).toEqual(files);
      expect(line).toContain(`program\\ build/firmware/${board}/kappa.elf\\ verify\\ reset\\ exit`);
      const swd = files[0]!.includes("jlink") ? ["-c", "transport select swd"] : [];
      const { stderr } = await run("openocd", [
        ...["-f", files[0]!, ...swd, "-f", files[1]!],
        ...["-c", 'echo "[flash list]"', "-c", "shutdown"],
      ]);
      const banks = [...stderr.matchAll(/\bdriver (\S+) base (\d+)/g)].map(([, driver, base]) =>
        // Of the STM32F4 the driver fills in the base itself when it meets the chip (OpenOCD's manual, stm32f2x).
        driver === "stm32f2x" && base === "0" ? 0x08000000 : Number(base),
      );
      expect(banks).toContain(await addressOf(`build/firmware/${board}/kappa.hex`));
    },
  );

  test.each([
    ["nrf52840dk", "jlink", "JLinkExe -device nRF52840_xxAA -if SWD"],
    ["nrf52840dk", "nrfjprog", "nrfjprog -f NRF52 --program build/firmware/nrf52840dk/kappa.hex"],
    ["bbc_microbit", "pyocd", "pyocd flash --target nrf51 build/firmware/bbc_microbit/kappa.hex"],
    [
      "stm32f4_disco",
      "probe-rs",
      "probe-rs download --chip STM32F407VG --verify build/firmware/stm32f4_disco/kappa.elf",
    ],
    ["nucleo_l073rz", "stlink", "st-flash --reset write build/firmware/nucleo_l073rz/kappa.bin 0x08000000"],
    ["netduinoplus2", "dfu", "dfu-util -a 0 -s 0x08000000:leave -D build/firmware/netduinoplus2/kappa.bin"],
  ])("%s by %s", async (board, runner, begin) => {
    expect(await command(board, runner, "dry")).toContain(begin);
  });

  test.each([
    [["nothing"], "'nothing' is no board that is flashed: bbc_microbit"],
    [["bbc_microbit", "dfu"], "dfu cannot flash bbc_microbit: RUNNER is one of openocd pyocd probe-rs"],
  ])("refuses %j", async (args, message) => {
    await expect(command(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe("make debug", () => {
  test("gdb meets a board in QEMU at its first instruction", async () => {
    const { stdout } = await run("scripts/debug.sh", [
      ...[
        "bbc_microbit",
        "-batch",
        "-ex",
        "info symbol $pc",
        "-ex",
        "break main",
        "-ex",
        "continue",
        "-ex",
        "info symbol $pc",
      ],
    ]);
    expect(stdout).toContain("reset_handler in section .text");
    expect(stdout).toMatch(/^main(?: \+ \d+)? in section \.text/m);
  });
});
