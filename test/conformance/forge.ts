import binaryen from "binaryen";
import { encodeManifest } from "../../compiler/actor/manifest.js";
import { hashOf } from "../../compiler/actor/module.js";
import { type Manifest, type Module, TypeCode } from "../../compiler/actor/types.js";
import { concatenate, customSection } from "../../compiler/actor/wasm.js";

/** One action that takes an i32, and one mutable global. */
const MANIFEST: Manifest = {
  abi: 1,
  name: "Forged",
  inports: [{ name: "in", type: TypeCode.i32 }],
  outports: [],
  actions: [{ inmask: 1, outmask: 0, guard: 0, every: 0 }],
  globals: [{ name: "sum", type: TypeCode.i32 }],
  args: [],
  memory: 0,
  slots: 4,
  fuel: 1,
  roles: {},
};

/** The code that the manifest speaks of: `head` holds imports and the memory, `body` what the action does. */
const code = (head: string, body: string): string => `(module ${head}
  (global $sum (mut i32) (i32.const 0))
  (func (export "a") (param i32) ${body} (global.set $sum (i32.add (global.get $sum) (local.get 0)))))`;

/** Any bytes as a module that says of itself that all is well. */
export function disguised(bytes: Uint8Array, hash = hashOf(bytes)): Module {
  return { hash, bytes, manifest: MANIFEST, requires: [] };
}

/** A module that no compiler makes and that nothing has checked. */
export function forged(changes: Partial<Manifest> = {}, { head = "", body = "" } = {}): Module {
  const manifest = { ...MANIFEST, ...changes };
  const bytes = concatenate([binary(code(head, body)), customSection("kappa", encodeManifest(manifest))]);
  return { ...disguised(bytes), manifest };
}

/** The code alone, without a manifest. */
export const bare = (): Module => disguised(binary(code("", "")));

function binary(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.MutableGlobals);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}
