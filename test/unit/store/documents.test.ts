import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { DocumentStore } from "../../../runtime/store/documents.js";
import { lockDirectory } from "../../../runtime/store/lock.js";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kappa-store-"));
});

afterEach(() => rm(directory, { recursive: true }));

describe("the document store", () => {
  test("gives back what was put, also after it was opened again", async () => {
    const store = await DocumentStore.open<{ n: number }>(join(directory, "a", "b"));
    await store.put("one", { n: 1 });
    await store.put("two", { n: 2 });
    await store.put("one", { n: 3 });
    await store.delete("two");
    await store.delete("never-there");
    const again = await DocumentStore.open<{ n: number }>(join(directory, "a", "b"));
    const { documents, broken } = await again.load();
    expect([...documents]).toEqual([["one", { n: 3 }]]);
    expect(broken).toEqual([]);
    expect(await readdir(again.directory)).toEqual(["one.json"]);
  });

  test("keeps the order of writes that are asked for at once", async () => {
    const store = await DocumentStore.open<number>(directory);
    await Promise.all([1, 2, 3, 4, 5].map((n) => store.put("n", n)));
    expect((await store.load()).documents.get("n")).toBe(5);
    await Promise.all([store.put("n", 6), store.delete("n")]);
    expect((await store.load()).documents.size).toBe(0);
  });

  test("writes the document as it was when asked", async () => {
    const store = await DocumentStore.open<{ n: number }>(directory);
    const document = { n: 1 };
    const first = store.put("n", { n: 0 });
    const second = store.put("n", document);
    document.n = 2;
    await Promise.all([first, second]);
    expect((await store.load()).documents.get("n")).toEqual({ n: 1 });
  });

  test("sets broken files aside and goes on", async () => {
    const store = await DocumentStore.open<number>(directory);
    await store.put("good", 1);
    await store.put("flipped", 2);
    await store.put("cut", 3);
    const flipped = await readFile(join(directory, "flipped.json"), "utf8");
    await writeFile(join(directory, "flipped.json"), flipped.replace("\n2", "\n4"));
    const cut = await readFile(join(directory, "cut.json"));
    await writeFile(join(directory, "cut.json"), cut.subarray(0, cut.length - 1));
    await writeFile(join(directory, "foreign.json"), "{}");
    await writeFile(join(directory, "good.7-0.tmp"), "half a docum");
    const { documents, broken } = await store.load();
    expect([...documents]).toEqual([["good", 1]]);
    expect(broken.map(({ key, reason }) => [key, reason])).toEqual([
      ["cut", "its checksum is wrong"],
      ["flipped", "its checksum is wrong"],
      ["foreign", "it does not begin as a document of this store does"],
    ]);
    expect(await readdir(directory)).toEqual(["cut.broken-1", "flipped.broken-1", "foreign.broken-1", "good.json"]);
    // A second broken file of the same name does not overwrite the first.
    await writeFile(join(directory, "cut.json"), "");
    expect((await store.load()).broken[0]?.setAside).toBe(join(directory, "cut.broken-2"));
  });

  test("refuses keys that are no file names, and says what it could not write", async () => {
    const store = await DocumentStore.open<number>(directory);
    await expect(store.put("../x", 1)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await rm(directory, { recursive: true });
    await expect(store.put("x", 1)).rejects.toMatchObject({
      code: "STORE_FAILED",
      detail: expect.stringContaining("ENOENT"),
    });
    await writeFile(directory, "");
    await expect(DocumentStore.open(join(directory, "x"))).rejects.toMatchObject({ code: "STORE_FAILED" });
  });
});

describe("the lock", () => {
  test("lets one in at a time", async () => {
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: "STORE_FAILED",
      detail: expect.stringContaining("--data"),
    });
    await lock.release();
    await (await lockDirectory(directory)).release();
  });

  test("works where the path is too long for a socket", async () => {
    const deep = join(directory, "x".repeat(120));
    const lock = await lockDirectory(deep);
    await expect(lockDirectory(deep)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await lock.release();
  });
});
