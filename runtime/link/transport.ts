import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { KappaError } from "../errors.js";

/** What a transport tells its owner. After `closed` it tells nothing more. */
export interface TransportHandlers {
  data(bytes: Uint8Array): void;
  /** There is room again after `write` had returned false. */
  drained(): void;
  closed(reason: string): void;
}

/** An open byte stream. It may lose and damage bytes, but keeps their order. */
export interface Transport {
  /** Takes all of `bytes`; false says to write no more before `drained`. */
  write(bytes: Uint8Array): boolean;
  /** Ends it; `closed` is not called. */
  close(): void;
}

/** Something that a transport can be opened to, again and again. */
export interface Connector {
  readonly address: string;
  /** Whether opening it anew may help when nothing comes (it resets some boards when it is a serial port). */
  readonly renewable: boolean;
  /** Rejects with an Error when it cannot be reached. */
  open(handlers: TransportHandlers): Promise<Transport>;
}

/** Time to open a connection, in ms. */
const OPEN_TIMEOUT = 5000;
const DEFAULT_BAUD = 115200;

/**
 * The connector for an address: `tcp:host:port`, `unix:/path` or `serial:/dev/ttyACM0?baud=115200`.
 * Throws LINK_DOWN for an address that is none of these.
 */
export function connectorFor(address: string): Connector {
  const tcp = /^tcp:(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(address);
  if (tcp) return socketConnector(address, { host: (tcp[1] ?? tcp[2])!, port: Number(tcp[3]) });
  const unix = /^unix:(.+)$/.exec(address);
  if (unix) return socketConnector(address, { path: unix[1]! });
  const serial = /^serial:([^?]+)(?:\?baud=(\d+))?$/.exec(address);
  if (serial) return serialConnector(address, serial[1]!, serial[2] ? Number(serial[2]) : DEFAULT_BAUD);
  throw new KappaError(
    "LINK_DOWN",
    `"${address}" is no address of a device: use tcp:host:port, unix:/path or serial:/dev/ttyACM0?baud=115200`,
  );
}

function socketConnector(address: string, where: { host: string; port: number } | { path: string }): Connector {
  return {
    address,
    renewable: true,
    open(handlers) {
      const socket: Socket = connect(where);
      socket.setNoDelay(true);
      socket.setTimeout(OPEN_TIMEOUT, () => socket.destroy(new Error(`no answer from ${address}`)));
      return opened(socket, "connect", handlers).then((transport) => {
        socket.setTimeout(0);
        return transport;
      });
    },
  };
}

function serialConnector(address: string, path: string, baudRate: number): Connector {
  return {
    address,
    renewable: false,
    async open(handlers) {
      const { SerialPort } = await import("serialport");
      const port = new SerialPort({ path, baudRate });
      // `destroy` alone would leave the port open and locked.
      return opened(port, "open", handlers, () => port.close(() => port.destroy()));
    },
  };
}

/** The transport over a stream that says by `event` that it is open, and that `end` closes. */
function opened(
  stream: Duplex,
  event: string,
  handlers: TransportHandlers,
  end: () => void = () => stream.destroy(),
): Promise<Transport> {
  return new Promise((resolve, reject) => {
    let open = false;
    let reason = "closed by the other side";
    let told = false;
    const finish = (): void => {
      if (told) return;
      told = true;
      if (open) handlers.closed(reason);
      else reject(new Error(reason));
    };
    stream.on("error", (error) => {
      reason = error.message;
      end();
      finish();
    });
    stream.on("close", finish);
    stream.once("end", end);
    stream.once(event, () => {
      open = true;
      stream.on("data", (bytes: Uint8Array) => told || handlers.data(bytes));
      stream.on("drain", () => told || handlers.drained());
      resolve({
        write: (bytes) => stream.write(bytes),
        close() {
          told = true;
          end();
        },
      });
    });
  });
}
