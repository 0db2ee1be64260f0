import { TypeCode } from "../../../compiler/actor/types.js";
import type { Diagnostic } from "../../../compiler/diagnostic.js";
import { CompileError } from "../../../compiler/diagnostic.js";
import type { Graph, Json } from "../../../compiler/script/graph.js";
import type { ActorResolver, ActorSignature, Compilation } from "../../../compiler/script/index.js";
import { compileScript } from "../../../compiler/script/index.js";
import { withoutVoids } from "../../../compiler/script/runtime-graph.js";

type Types = Record<string, keyof typeof TypeCode | number>;

function ports(types: Types): { name: string; type: number }[] {
  return Object.entries(types).map(([name, type]) => ({
    name,
    type: typeof type === "number" ? type : TypeCode[type],
  }));
}

/** A signature from port and argument types by name; an argument whose name ends in `!` is required. */
export function signature(inports: Types, outports: Types, args: Types = {}): ActorSignature {
  return {
    inports: ports(inports),
    outports: ports(outports),
    args: ports(args).map(({ name, type }) => ({ name: name.replace("!", ""), type, required: name.endsWith("!") })),
  };
}

const ARRAY_OF_I32 = TypeCode.array + TypeCode.i32;

/** The actors that the tests' scripts use. */
export const LIBRARY: Record<string, ActorSignature> = {
  "std.Constant": signature({}, { token: "any" }, { "data!": "any" }),
  "std.Constantify": signature({ in: "any" }, { out: "any" }, { "constant!": "any" }),
  "t.Echo": signature({ x: "any" }, { x: "any" }),
  "t.Collect": { ...signature({}, { out: "any" }), inports: [{ name: "in", type: 0, routing: "collect-unordered" }] },
  "t.Tagged": {
    ...signature({}, {}, { mapping: "any", order: "any" }),
    inports: [{ name: "in", type: 0, routing: "collect-any-tagged" }],
  },
  "t.Spread": { ...signature({ in: "any" }, {}), outports: [{ name: "out", type: 0, routing: "round-robin" }] },
  "t.Source": signature({}, { out: "f32" }, { value: "f32" }),
  "t.Pass": signature({ in: "f32" }, { out: "f32" }),
  "t.Sink": signature({ in: "f32" }, {}),
  "t.Any": signature({ in: "any" }, { out: "any" }),
  "t.Print": signature({ token: "any" }, {}),
  "t.Text": signature({ in: "text" }, { out: "text" }),
  "t.Args": signature(
    {},
    {},
    {
      any: "any",
      bool: "bool",
      i32: "i32",
      u8: "u8",
      u64: "u64",
      f32: "f32",
      text: "text",
      bytes: "bytes",
      list: ARRAY_OF_I32,
    },
  ),
  "t.Need": signature({}, {}, { "need!": "i32" }),
  "t.Bytes": signature({ in: "bytes" }, {}),
  "t.Two": signature({ a: "i16", b: "f64" }, { x: "i32", y: "bool" }),
  "t.Keyword": signature({ rule: "any" }, { apply: "any" }, { define: "any" }),
};

export const actors: ActorResolver = {
  resolve: async (type) => (Object.hasOwn(LIBRARY, type) ? LIBRARY[type] : undefined),
  suggestions: () => Object.keys(LIBRARY),
};

/** Compiles a script named `s` in the file `s.calvin`. */
export function compile(text: string, args?: Record<string, Json>): Promise<Compilation> {
  return compileScript(text, { name: "s", actors, ...(args ? { args } : {}) });
}

/** The findings of a script that must not compile. */
export async function failing(text: string, args?: Record<string, Json>): Promise<Diagnostic[]> {
  try {
    await compile(text, args);
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics;
    throw error;
  }
  throw new Error(`compiles: ${text}`);
}

/** A value without any `span` in it. */
export function withoutSpans<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === "span" ? undefined : inner)));
}

/** The graph of a script as runtimes get it, without spans, and without what says only how it was written. */
export async function graphOf(text: string, args?: Record<string, Json>): Promise<Graph> {
  const { file: _file, components: _components, portProperties = [], ...rest } = await runtimeGraph(text, args);
  return { ...withoutSpans(rest), ...(portProperties.length > 0 ? { portProperties } : {}) };
}

async function runtimeGraph(text: string, args?: Record<string, Json>): Promise<Graph> {
  return withoutVoids((await compile(text, args)).graph);
}

/** The arguments of a script's first actor. */
export async function firstArgs(text: string): Promise<Record<string, Json> | undefined> {
  return (await compile(text)).graph.actors[0]?.args;
}

/** A graph's wiring in short: `from -> to` without the script's name, `-> void` for dropped tokens. */
export async function wiring(text: string, args?: Record<string, Json>): Promise<string[]> {
  return wiringOf(await runtimeGraph(text, args));
}

/** The same with an actor for each voidport. */
export async function wholeWiring(text: string, args?: Record<string, Json>): Promise<string[]> {
  return wiringOf((await compile(text, args)).graph);
}

function wiringOf({ connections, voids, inports, outports }: Graph): string[] {
  const end = ({ actor, port }: { actor: string; port: string }) => `${actor.replace(/^s:/, "")}.${port}`;
  return [
    ...inports.flatMap(({ name, peers }) =>
      peers.length ? peers.map((p) => `.${name} -> ${end(p)}`) : [`.${name} ->`],
    ),
    ...connections.map(({ from, to }) => `${end(from)} -> ${end(to)}`),
    ...outports.flatMap(({ name, peers }) =>
      peers.length ? peers.map((p) => `${end(p)} -> .${name}`) : [`-> .${name}`],
    ),
    ...voids.map((outport) => `${end(outport)} -> void`),
  ];
}

/** A text in which «» marks each place where a finding is expected, split into the text and the places. */
export function unmark(marked: string): { text: string; places: string[] } {
  let text = "";
  let line = 1;
  let column = 1;
  const places: string[] = [];
  const open: number[] = [];
  for (const character of marked) {
    if (character === "«") {
      open.push(places.length);
      places.push(`${line}:${column}`);
    } else if (character === "»") {
      const index = open.pop() ?? 0;
      places[index] += `-${line}:${column}`;
    } else {
      text += character;
      column += character.length;
      if (character === "\n") {
        line++;
        column = 1;
      }
    }
  }
  return { text, places };
}

/** The place of a finding as {@link unmark} writes it. */
export function placeOf({ span: { start, end } }: Diagnostic): string {
  return `${start.line}:${start.column}-${end.line}:${end.column}`;
}
