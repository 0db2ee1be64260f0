import { describe, expect, test } from "@jest/globals";
import { compileFile, compileText, Machine } from "./machine.js";

/** A linked list that is built from the front, a ring, and an array of texts: what a collector can get wrong. */
const GRAPH = `
  class Node { next: Node | null = null; constructor(public text: string) {} }
  const NAMES: StaticArray<string> = ["one", "two", "three"];
  @memory(2000)
  export class Graph {
    private head: Node | null = null;
    private ring: Node = new Node("ring");
    private length: i32 = 0;

    @action push(text: In<string>, length: Out<i32>): void {
      const node = new Node(text.value);
      node.next = this.head;
      this.head = node;
      this.length++;
      length.send(this.length);
    }

    @action pop(take: In<bool>, text: Out<string>): void {
      const head = this.head;
      if (!head) return;
      this.head = head.next;
      this.length--;
      text.send(head.text);
    }

    @action turn(name: In<string>, all: Out<string>): void {
      const node = new Node(name.value);
      node.next = this.ring;
      this.ring.next = node;
      this.ring = node;
      all.send(node.text + "," + node.next!.text + "," + node.next!.next!.text);
    }

    @action rename(index: In<i32>, name: In<string>, all: Out<string>): void {
      NAMES[index.value] = name.value + "!";
      all.send(NAMES[0] + " " + NAMES[1] + " " + NAMES[2]);
    }
  }`;

describe("memory of actors", () => {
  test("an actor that joins texts lives for ever in its bound, and ends as small as it began", async () => {
    const module = await compileFile("test/actors/Strings.ts");
    const machine = new Machine(module);
    const recent = ["", "", "", ""];
    const sizes = new Set<number>();
    for (let i = 0; i < 10_000; i++) {
      const text = `${"x".repeat(i % 13)}${i}`;
      recent[i % 4] = text;
      const all = recent.join(", ");
      expect(machine.fire(0, { text })).toEqual({ all, length: all.length });
      machine.collect();
      sizes.add(machine.used);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(module.manifest.memory);
    expect(untouched(machine)).toBe(true);
  });

  test("live objects stay, whatever is around them; rings and lists are collected", async () => {
    const machine = new Machine(await compileText(GRAPH));
    const mirror: string[] = [];
    let random = 1;
    for (let i = 0; i < 5000; i++) {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      if (mirror.length < 20 && (random >>> 16) % 2 === 0) {
        const text = "t".repeat((random >>> 20) % 17) + i;
        mirror.push(text);
        expect(machine.fire(0, { text })).toEqual({ length: mirror.length });
      } else {
        const text = mirror.pop();
        expect(machine.fire(1, { take: true })).toEqual(text === undefined ? {} : { text });
      }
      machine.collect();
    }
    while (mirror.length > 0) expect(machine.fire(1, { take: true })).toEqual({ text: mirror.pop() });
    machine.collect();
    // Left is the node of the ring, whose text is static.
    expect(machine.used).toBe(16);
    expect(untouched(machine)).toBe(true);
  });

  test("a ring that is left behind is garbage", async () => {
    const machine = new Machine(await compileText(GRAPH));
    let last = "ring";
    for (let i = 0; i < 2000; i++) {
      const name = `node ${i}`;
      expect(machine.fire(2, { name })).toEqual({ all: `${name},${last},${name}` });
      machine.collect();
      last = name;
    }
    expect(machine.used).toBeLessThan(200);
  });

  test("static arrays may come to hold what was made later", async () => {
    const machine = new Machine(await compileText(GRAPH));
    const names = ["one", "two", "three"];
    for (let i = 0; i < 500; i++) {
      names[i % 3] = `${i}!`;
      expect(machine.fire(3, { index: i % 3, name: `${i}` })).toEqual({ all: names.join(" ") });
      machine.collect();
      machine.collect();
    }
  });

  test("a full heap traps and no byte beyond the bound is touched", async () => {
    const module = await compileFile("test/actors/Grow.ts");
    const machine = new Machine(module);
    let fired = 0;
    const fill = () => {
      for (; fired < 10_000; fired++) {
        machine.fire(0, { text: "0123456789" });
        machine.collect();
      }
    };
    expect(fill).toThrow(/unreachable/);
    expect(fired).toBeGreaterThan(15);
    expect(untouched(machine)).toBe(true);
  });

  test("a text larger than the heap traps", async () => {
    const machine = new Machine(await compileFile("actors/io/Log.ts"));
    expect(() => machine.fire(0, { data: "x".repeat(600) })).toThrow(/unreachable/);
    expect(() => machine.fire(0, { data: "x".repeat(40_000) })).toThrow(/unreachable/);
    expect(untouched(machine)).toBe(true);
  });

  test("@memory sets the bound", async () => {
    const text = (bytes: number) => `@memory(${bytes}) export class M { private kept: string = "";
      @action keep(text: In<string>): void { this.kept = text.value; } }`;
    const [small, large] = [await compileText(text(64)), await compileText(text(4096))];
    expect(large.manifest.memory - small.manifest.memory).toBe(4096 - 64);
    const units = (64 - 8) / 2;
    expect(new Machine(small).fire(0, { text: "x".repeat(units) })).toEqual({});
    expect(() => new Machine(small).fire(0, { text: "x".repeat(units + 1) })).toThrow(/unreachable/);
  });

  test("memory of the first values only is as large as they are, and has no collector", async () => {
    const module = await compileFile("test/actors/Average.ts");
    expect(module.manifest.memory).toBe(16 + 8 + 16 * 4);
    expect(module.manifest.roles).toEqual({});
    const machine = new Machine(module);
    for (let i = 1; i <= 16; i++) machine.fire(0, { reading: i });
    // 2 … 17
    expect(machine.fire(0, { reading: 17 })).toEqual({ mean: 9.5 });
  });

  test("freed memory is cleared, so that a snapshot stays small", async () => {
    const machine = new Machine(await compileFile("actors/text/PrefixString.ts"), ["-"]);
    machine.collect();
    const before = lastByte(machine);
    machine.fire(0, { in: "a long text ".repeat(10) });
    expect(lastByte(machine)).toBeGreaterThan(before + 400);
    machine.collect();
    expect(lastByte(machine)).toBe(before);
  });
});

/** Whether all memory beyond the bound is zero. */
function untouched({ memory, module }: Machine): boolean {
  return new Uint8Array(memory.buffer, module.manifest.memory).every((byte) => byte === 0);
}

/** Offset of the last byte that is not zero. */
function lastByte({ memory }: Machine): number {
  return new Uint8Array(memory.buffer).findLastIndex((byte) => byte !== 0);
}

describe("memory for arguments alone", () => {
  const text = `
    export class Keep {
      private fresh: bool = true;
      constructor(private kept: Token | null = null, private label: string = "x") {}
      @action({ when: "fresh" }) begin(out: Out<Token>, name: Out<string>): void {
        out.send(this.kept!);
        name.send(this.label);
        this.fresh = false;
      }
    }`;

  test("needs no collector, and the heap is as large as it was asked for", async () => {
    const { manifest, bytes } = await compileText(text);
    expect(manifest.roles.collect).toBeUndefined();
    expect(manifest.memory).toBeGreaterThan(1024);
    const collecting = await compileText(text.replace("this.fresh = false;", "this.fresh = false; this.label += 'y';"));
    expect(collecting.manifest.roles.collect).toBeDefined();
    expect(collecting.bytes.length - bytes.length).toBeGreaterThan(300);
  });

  test("an argument of type Token | null is the token null when it is not given", async () => {
    const { args } = (await compileText(text)).manifest;
    expect(args[0]).toEqual({ name: "kept", type: 0, required: false, default: Uint8Array.of(0xf6) });
    const [argument] = (await compileText(text.replace(" = null,", ","))).manifest.args;
    expect(argument).toEqual({ name: "kept", type: 0, required: true });
  });

  test("other arguments are not null", async () => {
    await expect(compileText(text.replace('label: string = "x"', "label: string | null = null"))).rejects.toThrow();
  });
});
