import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createConnection } from "node:net";

/** What boards/cortex_m/startup.c fills the stack with. */
const PAINT = "0xc0dec0de";

/** Values of an image's symbols. */
export function symbols(image: string, names: readonly string[]): number[] {
  const listing = execFileSync("arm-none-eabi-nm", [image], { encoding: "utf8" });
  return names.map((name) => {
    const value = new RegExp(`^([0-9a-f]+) \\w ${name}$`, "m").exec(listing)?.[1];
    if (value === undefined) throw new Error(`${image} has no ${name}`);
    return Number.parseInt(value, 16);
  });
}

/** Bytes of the board's stack that were ever used: reads its memory by QEMU's monitor at the UNIX socket `path`. */
export async function stackUsed(path: string, image: string): Promise<number> {
  const [start, end] = symbols(image, ["stack_start", "stack_end"]) as [number, number];
  const words = await readWords(path, start, (end - start) / 4);
  const unused = words.findIndex((word) => word !== PAINT);
  return end - start - 4 * (unused < 0 ? words.length : unused);
}

async function readWords(path: string, address: number, count: number): Promise<string[]> {
  const socket = createConnection(path);
  await once(socket, "connect");
  socket.write(`xp /${count}wx 0x${address.toString(16)}\n`);
  let text = "";
  try {
    for await (const chunk of socket) {
      text += String(chunk);
      const words = [...text.matchAll(/^[0-9a-f]{16}:((?: 0x[0-9a-f]{8})+)\r?$/gm)].flatMap(([, line]) =>
        line!.trim().split(" "),
      );
      if (words.length === count) return words;
    }
  } finally {
    socket.destroy();
  }
  throw new Error("QEMU's monitor has closed");
}
