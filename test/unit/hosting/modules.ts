import binaryen from "binaryen";
import { sealModule } from "../../../compiler/actor/module.js";
import { type Action, type Manifest, type Module, TypeCode } from "../../../compiler/actor/types.js";

type Draft = Omit<Manifest, "slots" | "fuel">;

/** What differs from an actor without ports, state and arguments. Ports and globals as [name, type]. */
export interface Shape {
  inports?: [string, number][];
  outports?: [string, number][];
  actions?: Partial<Action>[];
  globals?: [string | null, number][];
  args?: Manifest["args"];
  memory?: number;
  roles?: Manifest["roles"];
  /** Names of the actions. */
  names?: string[];
}

/** A module from WebAssembly text, whose first exports are the actions. */
export function wat(name: string, shape: Shape, text: string): Module {
  const { Features } = binaryen;
  const code = binaryen.parseText(`(module ${text})`);
  // No bulk memory: Binaryen would write a data count section, which the ABI leaves out.
  code.setFeatures(Features.MutableGlobals | Features.SignExt | Features.NontrappingFPToInt);
  const bytes = code.emitBinary();
  code.dispose();
  const pairs = <T>(list: [T, number][] = []) => list.map(([portName, type]) => ({ name: portName, type }));
  const draft: Draft = {
    abi: 1,
    name,
    inports: pairs(shape.inports),
    outports: pairs(shape.outports),
    actions: (shape.actions ?? []).map((a) => ({ inmask: 0, outmask: 0, guard: 0, every: 0, ...a })),
    globals: pairs(shape.globals),
    args: shape.args ?? [],
    memory: shape.memory ?? 0,
    roles: shape.roles ?? {},
  };
  const doc = shape.names && {
    doc: "",
    actions: shape.names.map((action) => ({ name: action, doc: "" })),
    ports: {},
    args: {},
  };
  return sealModule(bytes, draft, doc);
}

const { i32, f32, text } = TypeCode;

/** in i32 → out i32: in plus an argument, 1 by default. */
export const adder = wat(
  "Adder",
  {
    inports: [["in", i32]],
    outports: [["out", i32]],
    actions: [{ inmask: 1, outmask: 1 }],
    globals: [["step", i32]],
    args: [{ name: "step", type: i32, required: false, global: 0 }],
    names: ["add"],
  },
  `(import "k" "1" (func $send (param i32 i32)))
   (global $step (mut i32) (i32.const 1))
   (func (export "a") (param i32) (call $send (i32.const 0) (i32.add (local.get 0) (global.get $step))))`,
);

/** in f32 → out f32, and the sum of all so far kept. */
export const summer = wat(
  "Summer",
  {
    inports: [["in", f32]],
    outports: [["out", f32]],
    actions: [{ inmask: 1, outmask: 1 }],
    globals: [["sum", f32]],
  },
  `(import "k" "3" (func $send (param i32 f32)))
   (global $sum (mut f32) (f32.const 0))
   (func (export "a") (param f32)
     (global.set $sum (f32.add (global.get $sum) (local.get 0)))
     (call $send (i32.const 0) (global.get $sum)))`,
);

/** in text → out text, through memory. */
export const echo = wat(
  "Echo",
  {
    inports: [["in", text]],
    outports: [["out", text]],
    actions: [{ inmask: 1, outmask: 1 }],
    globals: [["count", i32]],
    memory: 1024,
  },
  `(import "k" "5" (func $send (param i32 i32 i32)))
   (import "k" "9" (func $size (param i32) (result i32)))
   (import "k" "10" (func $read (param i32 i32)))
   (memory 1 1)
   (global $count (mut i32) (i32.const 0))
   (func (export "a")
     (global.set $count (i32.add (global.get $count) (i32.const 1)))
     (call $read (i32.const 0) (i32.const 16))
     (call $send (i32.const 0) (i32.const 16) (call $size (i32.const 0))))`,
);
