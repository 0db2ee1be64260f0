import { createHash } from "node:crypto";
import type { Logger } from "pino";
import type { Json } from "../../compiler/script/graph.js";
import type { RuntimeInfo } from "../host.js";
import { DeviceRuntime } from "../link/device.js";
import type { DeviceRecord } from "../link/record.js";
import type { HostIdentity } from "../link/session.js";
import type { DocumentStore } from "../store/documents.js";
import { DeviceMember } from "./device-member.js";
import type { Mesh } from "./mesh.js";

/** A device to attach to, as the command line has it. */
export interface DeviceSpec {
  /** `tcp:host:port`, `unix:/path` or `serial:/dev/ttyACM0?baud=115200`. */
  address: string;
  /** What it is called here; else it says its name itself. */
  name?: string;
  /** Further attributes, or other values. */
  attributes: Record<string, Json>;
}

/** What is kept of a device on disk, by its address. */
export interface StoredDevice {
  address: string;
  record: DeviceRecord;
  /** What it said of itself when it was last connected. */
  info?: Pick<RuntimeInfo, "name" | "board" | "capabilities" | "attributes" | "simulated" | "tokenMax">;
}

/** The devices that are attached to this base runtime. Keeps each connected, and what is known of it on disk. */
export class Devices {
  private readonly devices: DeviceRuntime[] = [];

  constructor(
    private readonly mesh: Mesh,
    private readonly store: DocumentStore<StoredDevice>,
    private readonly host: HostIdentity,
    private readonly log: Logger,
  ) {}

  /** Attaches to all of them; each joins the mesh when it answers. Throws LINK_DOWN for an address that is none. */
  async open(specs: readonly DeviceSpec[]): Promise<void> {
    const { documents, broken } = await this.store.load();
    for (const { key, reason, setAside } of broken) {
      this.log.error({ device: key, reason, file: setAside }, "a device's file is broken and was set aside");
    }
    for (const spec of specs) this.attach(spec, documents.get(keyOf(spec.address)));
  }

  /** Closes the links. The devices go on. */
  close(): void {
    for (const device of this.devices) device.close();
  }

  private attach(spec: DeviceSpec, stored: StoredDevice | undefined): void {
    const { address } = spec;
    const device = new DeviceRuntime({ address, host: this.host, ...(stored && { record: stored.record }) });
    const log = this.log.child({ device: address });
    const member = new DeviceMember(device, () => this.keep(device, address));
    if (stored?.info !== undefined) {
      Object.assign(device.info, stored.info);
      this.mesh.add(member);
    }
    device.on("connected", () => {
      applySpec(device.info, spec);
      log.info({ runtime: device.info.id, name: device.info.name }, "device connected");
      member.changed();
      this.mesh.add(member);
    });
    device.on("disconnected", (reason) => {
      log.warn({ runtime: device.info.id, reason }, "device away");
      this.mesh.emit("change", device.info.id);
    });
    device.on("lost", ({ actors }) => log.warn({ runtime: device.info.id, actors }, "device lost its actors"));
    device.on("fault", ({ actor, fault }) => {
      log.warn({ runtime: device.info.id, actor, fault }, "actor faulted");
      this.mesh.emit("fault", { runtime: device.info.id, actor, fault });
    });
    device.on("log", ({ actor, text }) => {
      log.info({ runtime: device.info.id, actor }, text);
      this.mesh.emit("log", { runtime: device.info.id, actor, text });
    });
    device.on("problem", (error) => log.error({ err: error }, "device can't be used"));
    device.on("changed", () => member.changed());
    this.devices.push(device);
    void device.open();
  }

  private keep(device: DeviceRuntime, address: string): Promise<void> {
    const { name, board, capabilities, attributes, simulated, tokenMax } = device.info;
    const info = { name, capabilities, attributes, simulated, tokenMax, ...(board !== undefined && { board }) };
    return this.store.put(keyOf(address), { address, record: device.record, info });
  }
}

/** What the user said of the device goes before what it says itself. */
function applySpec(info: RuntimeInfo, spec: DeviceSpec): void {
  if (spec.name !== undefined) info.name = spec.name;
  info.attributes = { ...info.attributes, ...spec.attributes };
}

function keyOf(address: string): string {
  return createHash("sha256").update(address).digest("hex").slice(0, 32);
}
