import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

const run = promisify(execFile);
const names = (text: string, pattern: RegExp) => [...new Set(text.match(pattern))].sort();

describe("docs/porting.md", () => {
  test("names every function of the port, and none that is not there", async () => {
    const page = await readFile("docs/porting.md", "utf8");
    const port = (await readFile("firmware/core/port.h", "utf8")).replace(/\benum kp_port_\w+/g, "");
    expect(names(page, /\bkp_port_\w+/g)).toEqual(names(port, /\bkp_port_\w+/g));
    const layer = await readFile("boards/cortex_m/cortex_m.h", "utf8");
    expect(names(page, /`board_\w+`/g)).toEqual(names(layer, /\bboard_\w+(?=\()/g).map((name) => `\`${name}\``));
  });
});

describe("make new-board", () => {
  let tree: string;
  beforeAll(async () => {
    tree = await mkdtemp(join(tmpdir(), "kappa-board-"));
    for (const part of ["boards", "firmware", "scripts"]) await cp(part, join(tree, part), { recursive: true });
    for (const part of ["node_modules", "package.json"]) await symlink(resolve(part), join(tree, part));
  });
  afterAll(() => rm(tree, { recursive: true, force: true }));

  const newBoard = (...args: string[]) => run(join(tree, "scripts", "new-board.sh"), args);

  test("starts a board that builds", async () => {
    const { stdout } = await newBoard("my_board", "bbc_microbit");
    expect(stdout).toContain("make firmware BOARD=my_board");
    expect(await readFile(join(tree, "boards", "my_board", "README.md"), "utf8")).toContain("**Run:** never");
    await run("make", ["-C", join(tree, "firmware"), "BOARD=my_board"]);
    const image = join(tree, "build", "firmware", "my_board");
    expect(await readdir(image)).toEqual(expect.arrayContaining(["kappa.bin", "kappa.elf", "kappa.hex", "kappa.map"]));
    expect((await readFile(join(image, "kappa.bin"))).includes("my_board\0")).toBe(true);
  });

  test.each([
    ["no names", [], "to start from there are: bbc_microbit"],
    ["a bad name", ["My-Board", "bbc_microbit"], "'My-Board' is no name"],
    ["a board that is there", ["netduinoplus2", "bbc_microbit"], "there is a boards/netduinoplus2 already"],
    ["a template that is not there", ["new", "nothing"], "cannot start from 'nothing'"],
    ["what is no board", ["new", "cortex_m"], "cannot start from 'cortex_m'"],
    ["a process", ["new", "native_sim"], "cannot start from 'native_sim'"],
  ])("refuses %s", async (_, args, message) => {
    const failure = (await newBoard(...args).catch((error: unknown) => error)) as { code: number; stderr: string };
    expect(failure.code).toBe(2);
    expect(failure.stderr).toContain(message);
  });
});
