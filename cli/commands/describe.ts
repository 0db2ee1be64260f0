import { typeName } from "../../compiler/actor/token.js";
import type { Module } from "../../compiler/actor/types.js";

/** What people want to know of a module, on a few lines. */
export function describeModule({ manifest, requires }: Module): string {
  const ports = (list: { name: string; type: number }[]) =>
    list.map(({ name, type }) => `${name}: ${typeName(type)}`).join(", ") || "none";
  const args = manifest.args.map(({ name, type, required }) => `${name}${required ? "" : "?"}: ${typeName(type)}`);
  return [
    `  inports   ${ports(manifest.inports)}`,
    `  outports  ${ports(manifest.outports)}`,
    `  arguments ${args.join(", ") || "none"}`,
    `  memory    ${manifest.memory} bytes; stack ${manifest.slots || "?"} words; fuel of a firing ${manifest.fuel || "?"}`,
    `  requires  ${requires.join(", ") || "nothing"}`,
  ].join("\n");
}

/** The same for programs. */
export function moduleJson(module: Module): Record<string, unknown> {
  const { hash, bytes, manifest, requires, doc } = module;
  const ports = (list: { name: string; type: number }[], texts: Record<string, string> = {}) =>
    list.map(({ name, type }) => ({ name, type: typeName(type), ...(texts[name] && { doc: texts[name] }) }));
  return {
    name: manifest.name,
    ...(doc?.doc && { doc: doc.doc }),
    bytes: bytes.length,
    hash,
    inports: ports(manifest.inports, doc?.ports),
    outports: ports(manifest.outports, doc?.ports),
    args: manifest.args.map(({ name, type, required }) => ({
      ...ports([{ name, type }], doc?.args)[0]!,
      required,
    })),
    ...(doc && { actions: doc.actions }),
    memory: manifest.memory,
    slots: manifest.slots,
    fuel: manifest.fuel,
    requires,
  };
}

/** The documentation of an actor: what it is for, its ports, arguments and actions. `type` is its name with namespace. */
export function documentOf({ manifest, requires, doc }: Module, type: string, markdown: boolean): string {
  const port =
    (texts: Record<string, string> | undefined) => (p: { name: string; type: number; required?: boolean }) => ({
      name: p.name,
      type: `${typeName(p.type)}${p.required === false ? ", optional" : ""}`,
      text: texts?.[p.name] ?? "",
    });
  const sections: [title: string, entries: { name: string; type?: string; text: string }[]][] = [
    ["Inports", manifest.inports.map(port(doc?.ports))],
    ["Outports", manifest.outports.map(port(doc?.ports))],
    ["Arguments", manifest.args.map(port(doc?.args))],
    ["Actions", (doc?.actions ?? []).map(({ name, doc: text }) => ({ name, text }))],
    ["Requires", requires.map((name) => ({ name, text: "" }))],
  ];
  const filled = sections.filter(([, entries]) => entries.length > 0);
  if (markdown) {
    const item = ({ name, type, text }: { name: string; type?: string; text: string }) =>
      `- \`${name}\`${type === undefined ? "" : `: \`${type}\``}${text === "" ? "" : ` – ${text.replace(/\n+/g, " ")}`}`;
    const parts = filled.map(([title, entries]) => `**${title}**\n\n${entries.map(item).join("\n")}`);
    return [`## ${type}`, ...(doc?.doc ? [doc.doc] : []), ...parts].join("\n\n");
  }
  const width = Math.max(
    0,
    ...filled.flatMap(([, entries]) => entries.map(({ name, type }) => `${name}: ${type}`.length)),
  );
  const line = ({ name, type, text }: { name: string; type?: string; text: string }) =>
    `  ${(type === undefined ? name : `${name}: ${type}`).padEnd(width)}  ${text.replace(/\n+/g, " ")}`.trimEnd();
  const parts = filled.map(([title, entries]) => `${title}\n${entries.map(line).join("\n")}`);
  return [type, ...(doc?.doc ? [doc.doc.replace(/^/gm, "  ")] : []), ...parts].join("\n\n");
}
