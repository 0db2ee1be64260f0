import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { KappaError } from "../../../runtime/errors.js";
import { TestBase } from "../../support/base.js";
import type { FakeDevice } from "../../support/fake-device.js";

/** Adds up on a device; the ports are in the base runtime. */
const SUMS = `
component Sums() in -> out {
  sum: std.Sum()
  .in > sum.integer
  sum.integer > .out
}
apply Sums: attr_match(board="fake")
`;
/** From one device to another. */
const ACROSS = `
component Across() in -> out {
  first: std.Sum()
  second: std.Sum()
  .in > first.integer
  first.integer > second.integer
  second.integer > .out
}
apply first: runtime_name(name="one")
apply second: runtime_name(name="two")
`;

let base: TestBase;
let one: FakeDevice;

beforeEach(async () => {
  base = await TestBase.start();
  one = base.device("one");
});

afterEach(() => base.close());

/** Sends integers and reads as many answers. */
async function exchange(ref: string, ...values: number[]): Promise<number[]> {
  const got: number[] = [];
  for (const value of values) {
    expect((await base.post(ref, String(value))).statusCode).toBe(202);
    got.push((await base.get(`/kappa/${ref}?wait=10`)).json());
  }
  return got;
}

const status = async (ref: string) => (await base.get(`/kappa/${ref}/status?wait=10`)).json();

describe("a kappa", () => {
  test("runs where its rule says, between ports in the base runtime", async () => {
    one.connect();
    const put = await base.put(SUMS, "?name=sums");
    expect(put.statusCode).toBe(201);
    expect(put.json().actors).toEqual([
      { id: "sums:source", type: "kappa.Source", runtime: "base" },
      { id: "sums:Sums:sum", type: "std.Sum", runtime: "one" },
      { id: "sums:sink", type: "kappa.Sink", runtime: "base" },
    ]);
    expect(await exchange("sums", 1, 2, 3)).toEqual([1, 3, 6]);
    expect(one.ids()).toEqual(["sums:Sums:sum"]);
  });

  test("is pending until a device appears, and says what is missing", async () => {
    const put = await base.put(SUMS, "?name=sums");
    expect(put.statusCode).toBe(202);
    expect(put.json()).toMatchObject({
      status: "pending",
      pending: [
        { actor: "sums:Sums:sum", why: expect.stringContaining('base: it has no attribute board (wanted: "fake")') },
      ],
    });
    const post = await base.post("sums", "1");
    expect([post.statusCode, post.json().code]).toEqual([409, "KAPPA_PENDING"]);
    const waiting = status("sums");
    one.connect();
    expect((await waiting).status).toBe("running");
    expect(await exchange("sums", 4, 5)).toEqual([4, 9]);
  });

  test("is left alone when a device went and came back", async () => {
    one.connect();
    await base.put(SUMS, "?name=sums");
    await exchange("sums", 1);
    one.disconnect();
    expect((await base.get("/kappa/sums/status")).json()).toMatchObject({
      status: "unreachable",
      actors: [
        {},
        { id: "sums:Sums:sum", status: "unreachable", why: expect.stringContaining("one is not connected") },
        {},
      ],
    });
    one.connect();
    expect((await status("sums")).status).toBe("running");
    expect(one.deploys).toEqual([["sums:Sums:sum"]]);
    expect(await exchange("sums", 2)).toEqual([3]);
  });

  test("is deployed anew on a device that lost its actors", async () => {
    one.connect();
    await base.put(SUMS, "?name=sums");
    await exchange("sums", 1);
    await one.reset();
    one.connect();
    expect((await status("sums")).status).toBe("running");
    expect(one.deploys).toEqual([["sums:Sums:sum"], ["sums:Sums:sum"]]);
    expect(await exchange("sums", 2, 3)).toEqual([2, 5]);
  });

  test("joins two devices through the base runtime, and each end anew when it was made anew", async () => {
    const two = base.device("two");
    one.connect();
    two.connect();
    expect((await base.put(ACROSS, "?name=across")).statusCode).toBe(201);
    expect(await exchange("across", 1, 2)).toEqual([1, 4]);
    await one.reset();
    one.connect();
    await status("across");
    expect(await exchange("across", 5)).toEqual([9]);
    await two.reset();
    two.connect();
    await status("across");
    expect(await exchange("across", 5)).toEqual([10]);
    expect([one.deploys.length, two.deploys.length]).toEqual([2, 2]);
  });

  test("is all or nothing: a device that refuses leaves nothing anywhere", async () => {
    const two = base.device("two");
    one.connect();
    two.connect();
    two.refusal = new KappaError("MEMORY_EXHAUSTED", "two is full");
    const put = await base.put(ACROSS, "?name=across");
    expect(put.statusCode).toBe(202);
    expect(put.json().pending).toMatchObject([
      { actor: "across:Across:second", why: expect.stringContaining("two: two is full") },
    ]);
    expect([one.ids(), two.ids(), base.local.ids()]).toEqual([[], [], []]);
    // Whatever changes about the runtimes is a reason to try again.
    two.connect();
    expect((await status("across")).status).toBe("running");
  });

  test("goes to another device when one refuses", async () => {
    const two = base.device("two");
    one.connect();
    two.connect();
    one.refusal = new KappaError("RUNTIME_LIMIT", "one holds as many actors as it can");
    const put = await base.put(SUMS, "?name=sums");
    expect([put.statusCode, put.json().actors[1].runtime]).toEqual([201, "two"]);
  });

  test("that can't ever be made is refused, and nothing of it stays", async () => {
    one.connect();
    one.refusal = new KappaError("ACTOR_TRAPPED", "its start() trapped");
    const put = await base.put(SUMS, "?name=sums");
    expect([put.statusCode, put.json().code]).toEqual([409, "ACTOR_TRAPPED"]);
    expect((await base.get("/kappa/sums")).statusCode).toBe(404);
    expect(await readdir(join(base.directory, "kappas"))).toEqual([]);
    expect(one.ids()).toEqual([]);
  });
});

describe("PUT by name", () => {
  test("changes nothing when the script is the same", async () => {
    one.connect();
    const first = await base.put(SUMS, "?name=sums");
    await exchange("sums", 1);
    const second = await base.put(SUMS, "?name=sums");
    expect([second.statusCode, second.json().ref, second.json().version]).toEqual([200, first.json().ref, 1]);
    expect(await exchange("sums", 1)).toEqual([2]);
    expect(one.deploys.length).toBe(1);
  });

  test("replaces another script under the same ref", async () => {
    one.connect();
    const first = await base.put(SUMS, "?name=sums");
    const other = SUMS.replace('apply Sums: attr_match(board="fake")', "");
    const second = await base.put(other, "?name=sums");
    expect([second.statusCode, second.json().ref, second.json().version]).toEqual([200, first.json().ref, 2]);
    expect([one.ids(), base.local.ids()]).toEqual([[], ["sums:Sums:sum"]]);
    expect(await exchange("sums", 1)).toEqual([1]);
  });

  test("leaves the old one running when the new one can't be made", async () => {
    one.connect();
    await base.put(SUMS, "?name=sums");
    one.refusal = new KappaError("ACTOR_TRAPPED", "its start() trapped");
    const put = await base.put(`${SUMS}\n# another`, "?name=sums");
    expect([put.statusCode, put.json().code]).toEqual([409, "ACTOR_TRAPPED"]);
    expect(await status("sums")).toMatchObject({ status: "running", version: 1 });
    expect(await exchange("sums", 7)).toEqual([7]);
  });

  test("takes an actor whose source has changed", async () => {
    const file = join(base.directory, "actors", "my", "Add.ts");
    const source = (amount: number) => `import { action, type In, type Out } from "kappa";
      export class Add { @action go(n: In<i32>, sum: Out<i32>): void { sum.send(n.value + ${amount}); } }`;
    const script = "component Adds() in -> out { add: my.Add() .in > add.n add.sum > .out }";
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, source(1));
    expect((await base.put(script, "?name=adds")).statusCode).toBe(201);
    expect(await exchange("adds", 1)).toEqual([2]);
    await writeFile(file, source(10));
    expect(await exchange("adds", 1)).toEqual([2]);
    // What ran before the crash runs after it; a PUT takes the new source.
    await base.crash();
    base = await TestBase.start(base.directory);
    await base.kappas.load();
    expect(await exchange("adds", 1)).toEqual([2]);
    const put = await base.put(script, "?name=adds");
    expect([put.statusCode, put.json().version]).toEqual([200, 2]);
    expect(await exchange("adds", 1)).toEqual([11]);
  });

  test("at the same time makes one kappa", async () => {
    one.connect();
    const puts = await Promise.all([1, 2, 3].map(() => base.put(SUMS, "?name=sums")));
    expect(puts.map((put) => put.statusCode).sort()).toEqual([200, 200, 201]);
    expect((await base.get("/kappa")).json().length).toBe(1);
  });
});

describe("DELETE", () => {
  test("removes everything", async () => {
    one.connect();
    await base.put(SUMS, "?name=sums");
    expect((await base.delete("sums")).statusCode).toBe(204);
    expect([one.ids(), base.local.ids()]).toEqual([[], []]);
    expect(await readdir(join(base.directory, "kappas"))).toEqual([]);
    expect((await base.delete("sums")).json().code).toBe("KAPPA_UNKNOWN");
  });

  test("while the device is away removes its actors when it is back", async () => {
    one.connect();
    await base.put(SUMS, "?name=sums");
    one.disconnect();
    const gone = await base.delete("sums");
    expect([gone.statusCode, gone.json().status]).toEqual([202, "deleting"]);
    expect((await base.get("/kappa")).json()).toEqual([]);
    expect(one.ids()).toEqual(["sums:Sums:sum"]);
    const emptied = once(() => one.ids().length === 0);
    one.connect();
    await emptied;
    await once(async () => (await readdir(join(base.directory, "kappas"))).length === 0);
  });

  test("and PUT under the same name while the device is away make the new one there when it is back", async () => {
    one.connect();
    await base.put(SUMS, "?name=sums");
    await exchange("sums", 5);
    one.disconnect();
    await base.delete("sums");
    expect((await base.put(SUMS, "?name=sums")).statusCode).toBe(202);
    one.connect();
    expect((await status("sums")).status).toBe("running");
    expect(await exchange("sums", 1)).toEqual([1]);
    expect(await readdir(join(base.directory, "kappas"))).toHaveLength(1);
  });

  test("ends readers that wait", async () => {
    one.connect();
    await base.put(SUMS, "?name=sums");
    const reader = base.get("/kappa/sums?wait=60");
    await base.delete("sums");
    expect((await reader).statusCode).toBe(204);
  });
});

describe("after a crash", () => {
  test("kappas answer under the same refs; devices are left alone, the base runtime's part is made anew", async () => {
    one.connect();
    const { ref } = (await base.put(SUMS, "?name=sums")).json();
    const here = (await base.put(SUMS.replace(/apply.*/, ""))).json().ref;
    await exchange(ref, 1, 2);
    await exchange(here, 1, 2);
    await base.crash();
    base = await TestBase.start(base.directory);
    await base.kappas.load();
    expect(
      (await base.get("/kappa"))
        .json()
        .map((kappa: { ref: string; status: string }) => [kappa.ref, kappa.status])
        .sort(),
    ).toEqual(
      [
        [ref, "unreachable"],
        [here, "running"],
      ].sort(),
    );
    base.adopt(one);
    expect((await status(ref)).status).toBe("running");
    expect(one.deploys.length).toBe(1);
    expect(await exchange(ref, 4)).toEqual([7]);
    expect(await exchange(here, 4)).toEqual([4]);
  });

  test("in the middle of a deployment nothing half-made stays", async () => {
    one.connect();
    const { ref } = (await base.put(SUMS, "?name=sums")).json();
    const record = base.kappas.get(ref).record;
    record.desired!.established = false;
    await base.crash();
    // As the crash left it: the place was chosen, the actor made, but not all were known to exist.
    const { DocumentStore } = await import("../../../runtime/store/documents.js");
    await (await DocumentStore.open(join(base.directory, "kappas"))).put(ref, record);
    base = await TestBase.start(base.directory);
    await base.kappas.load();
    expect((await base.get(`/kappa/${ref}/status`)).json().status).toBe("pending");
    base.adopt(one);
    expect((await status(ref)).status).toBe("running");
    expect(one.ids()).toEqual(["sums:Sums:sum"]);
    expect(await exchange(ref, 4)).toEqual([4]);
  });

  test("a deleted kappa is removed from a device that comes back only then", async () => {
    one.connect();
    await base.put(SUMS, "?name=sums");
    one.disconnect();
    await base.delete("sums");
    await base.crash();
    base = await TestBase.start(base.directory);
    await base.kappas.load();
    expect((await base.get("/kappa")).json()).toEqual([]);
    base.adopt(one);
    await once(() => one.ids().length === 0);
  });
});

/** Resolves when it holds; looked at after every turn of the event loop, at most 5 s. */
async function once(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error("it did not happen within 5 s");
    await new Promise((resolve) => setImmediate(resolve));
  }
}
