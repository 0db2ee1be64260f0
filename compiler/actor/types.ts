/**
 * What the compiler says of an actor: its ports, actions, state and arguments, as docs/module-abi.md section 2 has them.
 */

/** Type codes of ports, globals and arguments (docs/module-abi.md section 2). */
export const TypeCode = {
  any: 0,
  bool: 1,
  i32: 2,
  u32: 3,
  i64: 4,
  u64: 5,
  f32: 6,
  f64: 7,
  i8: 8,
  u8: 9,
  i16: 10,
  u16: 11,
  text: 12,
  bytes: 13,
  /** Added to a scalar code: an array of it. */
  array: 16,
  /** Added to a scalar code, in the globals table only: a StaticArray of it. */
  staticArray: 32,
  /** In the globals table only: another managed object. */
  object: 63,
} as const;

export interface Port {
  name: string;
  type: number;
}

export interface Action {
  /** Bit p: inport p is consumed. */
  inmask: number;
  /** Bit p: outport p may be sent on. */
  outmask: number;
  /** 0 none; 1 + 2·global; 2 + 2·function. */
  guard: number;
  /** 0 none; 1 + global that holds the period in ms. */
  every: number;
  /** Takes exceptional tokens, and fires for nothing else. */
  handler?: true;
}

/** A mutable global; `name` is null for one that is no field. */
export interface Global {
  name: string | null;
  type: number;
}

export interface Argument {
  name: string;
  type: number;
  required: boolean;
  /** Index of the mutable global it is written to; undefined when `construct` takes it. */
  global?: number;
  /** CBOR token of the default, for an argument of `construct`. */
  default?: Uint8Array;
}

export interface Manifest {
  abi: number;
  name: string;
  inports: Port[];
  outports: Port[];
  actions: Action[];
  globals: Global[];
  args: Argument[];
  /** Bytes of linear memory, 0 for none. */
  memory: number;
  /** Static stack need in 32-bit words, 0 when not known. */
  slots: number;
  /** Worst-case fuel of any action, 0 when not known. */
  fuel: number;
  /** Export indices of the functions with a role. */
  roles: { init?: number; construct?: number; start?: number; collect?: number; stop?: number };
}

/** For people; not on devices. */
export interface ActorDoc {
  doc: string;
  actions: { name: string; doc: string }[];
  ports: Record<string, string>;
  args: Record<string, string>;
}

/** A module ready to run anywhere. */
export interface Module {
  /** Hex of the first 16 bytes of SHA-256 over `bytes`. */
  hash: string;
  /** The device form. */
  bytes: Uint8Array;
  manifest: Manifest;
  /** Names of the capabilities it imports, sorted. */
  requires: string[];
  doc?: ActorDoc;
}
