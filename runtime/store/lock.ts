import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, realpath, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KappaError } from "../errors.js";

/** Held while one process uses a data directory. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Makes this process the only user of a data directory. The lock is a listening socket: the system lets go of it however the
 * process ends, so that a kill leaves nothing behind that a restart would trip over.
 *
 * @throws KappaError STORE_FAILED when another process has it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true });
  const path = await socketPath(directory);
  for (let attempt = 0; attempt < 3; attempt++) {
    const server = await listen(path);
    if (server !== undefined) return { release: () => close(server) };
    if (await answers(path)) {
      throw new KappaError(
        "STORE_FAILED",
        `Another base runtime uses the data directory ${directory}: stop it, or give this one its own with --data`,
      );
    }
    // Left by a process that was killed: nobody listens any more.
    await rm(path, { force: true });
  }
  throw new KappaError("STORE_FAILED", `Could not lock the data directory ${directory} at ${path}`);
}

/** Beside the data if the name is short enough for a socket (108 bytes), else under the temporary directory. */
async function socketPath(directory: string): Promise<string> {
  const real = await realpath(directory);
  const path = join(real, "lock");
  if (Buffer.byteLength(path) < 100) return path;
  return join(tmpdir(), `kappa-${createHash("sha256").update(real).digest("hex").slice(0, 24)}.lock`);
}

async function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  try {
    await once(server, "listening");
    server.unref();
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return undefined;
    throw new KappaError("STORE_FAILED", `Could not lock ${path}: ${(error as Error).message}`, {}, { cause: error });
  }
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
