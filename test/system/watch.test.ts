import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { HostProcess } from "../support/host-process.js";
import { Watcher } from "../support/watcher.js";

const SCRIPT = `component Scale() value -> result {
  scale: lab.Scale(factor=2)
  .value > scale.value
  scale.result > .result
}
`;
const ACTOR = `import { action, type In, type Out } from "kappa";

export class Scale {
  constructor(private factor: f32 = 1) {}

  @action
  scale(value: In<f32>, result: Out<f32>): void {
    result.send(value.value * this.factor);
  }
}
`;

let folder: string;
let host: HostProcess;
let watcher: Watcher | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kappa-watch-"));
  await cp("examples/thermostat/home", join(folder, "lab"), { recursive: true });
  await writeFile(join(folder, "lab/Scale.ts"), ACTOR);
  await writeFile(join(folder, "scale.calvin"), SCRIPT);
  host = await HostProcess.start("--data", join(folder, ".data"), "--actors", folder);
});
afterEach(async () => {
  await watcher?.end();
  await host.end("SIGTERM");
  await rm(folder, { recursive: true, force: true });
});

async function scaled(value: number): Promise<number> {
  expect(await host.post("scale", value)).toBe(202);
  return host.get("/kappa/scale?wait=30");
}

test("a script or an actor that is saved, in place or by renaming, runs anew; what is wrong is shown and all runs on", async () => {
  watcher = Watcher.start(folder, host.url, "scale.calvin");
  expect(await watcher.next()).toMatchObject({ event: "deployed", saved: [], kappa: { name: "scale", version: 1 } });
  expect(await scaled(3)).toBe(6);

  await writeFile(join(folder, "scale.calvin"), SCRIPT.replace("factor=2", "factor=5"));
  expect(await watcher.next()).toMatchObject({ event: "deployed", saved: ["scale.calvin"], kappa: { version: 2 } });
  expect(await scaled(3)).toBe(15);

  // As vim and others do it.
  await writeFile(join(folder, "lab/.Scale.ts.swp"), ACTOR.replace("* this.factor", "+ this.factor"));
  await rename(join(folder, "lab/.Scale.ts.swp"), join(folder, "lab/Scale.ts"));
  expect(await watcher.next()).toMatchObject({ event: "deployed", kappa: { version: 3 } });
  expect(await scaled(3)).toBe(8);

  await writeFile(join(folder, "lab/Scale.ts"), ACTOR.replace("value.value", "value.valu"));
  const failed = await watcher.next();
  expect(failed).toMatchObject({ event: "failed", saved: ["lab/Scale.ts"], error: { code: "ACTOR_INVALID" } });
  expect(failed.error.diagnostics[0]).toMatchObject({ line: 8, severity: "error" });
  expect(await scaled(3)).toBe(8);

  await writeFile(join(folder, "scale.calvin"), "component {");
  expect(await watcher.next()).toMatchObject({ event: "failed", error: { code: "SCRIPT_INVALID" } });
  expect(await scaled(3)).toBe(8);

  // What changes nothing is not deployed: the next event is of the script.
  await writeFile(join(folder, "lab/Scale.ts"), ACTOR.replace("* this.factor", "+ this.factor"));
  expect(await watcher.next()).toMatchObject({ event: "failed", error: { code: "SCRIPT_INVALID" } });
  await writeFile(join(folder, "scale.calvin"), SCRIPT);
  expect(await watcher.next()).toMatchObject({ event: "deployed", kappa: { version: 4 } });
  expect(await readFile(join(folder, "lab/Scale.ts"), "utf8")).toContain("+ this.factor");
  expect(await scaled(3)).toBe(5);
  expect(await watcher.end()).toBe(0);
});

test("a script that is wrong from the beginning is waited for; no host is not", async () => {
  await writeFile(join(folder, "scale.calvin"), "component {");
  watcher = Watcher.start(folder, host.url, "scale.calvin");
  expect(await watcher.next()).toMatchObject({ event: "failed", error: { code: "SCRIPT_INVALID" } });
  await writeFile(join(folder, "scale.calvin"), SCRIPT);
  expect(await watcher.next()).toMatchObject({ event: "deployed", kappa: { version: 1 } });
  expect(await watcher.end()).toBe(0);
  watcher = Watcher.start(folder, "http://127.0.0.1:9", "scale.calvin");
  await expect(watcher.next()).rejects.toThrow();
  expect(await watcher.end()).toBe(3);
});
