/** What actor files import, for editors and `npm run check`. The compiler has its own (compiler/actor/library). */

declare module "kappa" {
  /** What enables an action besides its ports. */
  interface Conditions {
    /** Name of a bool field, or of a method that returns bool: fires only while it holds. */
    when?: string;
    /** Name of a field with a period in milliseconds, or the period. */
    every?: string | number;
  }

  type Method = (target: object, name: string, descriptor: object) => void;

  /** Marks a method as an action: its parameters are the actor's ports. Actions are tried in the order written. */
  export function action(conditions: Conditions): Method;
  export function action(target: object, name: string, descriptor: object): void;

  /**
   * Marks a method as a handler: an action that fires when a token on one of its inports is an exception or the end of a
   * stream. Without a handler for it such a token faults the actor.
   */
  export function exception(conditions: { when?: string }): Method;
  export function exception(target: object, name: string, descriptor: object): void;

  /** Bytes of heap that an actor with texts, arrays or objects may use. */
  export function memory(bytes: number): (target: object) => void;

  /** An inport: the action consumes one token of it. */
  export interface In<T> {
    readonly value: T;
    /** In a handler: whether the token is the end of a stream. Then, as with an exception, `value` is 0 or empty. */
    readonly ended: boolean;
    /** In a handler: whether it is an exception. */
    readonly failed: boolean;
    /** In a handler: the reason of the exception; empty where there is none, and always on a port of a scalar type. */
    readonly reason: string;
  }

  /** An outport: the action may send one token on it. */
  export interface Out<T> {
    send(value: T): void;
    /** Sends the token of an inport as it is; a port of type Token passes tokens of any type. */
    pass(from: T extends Token ? In<unknown> : In<T>): void;
    /** Sends the end of the stream instead of a value. What it means for the receiver is the receiver's business. */
    end(): void;
    /** Sends an exception instead of a value. A port of a scalar type carries no reason. */
    fail(reason: string): void;
  }

  /** A token of any type, not looked into. */
  export interface Token {
    readonly opaque: never;
  }
}

declare module "kappa/sense" {
  /** Temperature in degrees Celsius. Requires `sense.temp`. */
  export function temp(): f32;
  /** Relative humidity in percent. Requires `sense.humidity`. */
  export function humidity(): f32;
}

declare module "kappa/io" {
  /** Switches the light. Requires `io.light`. */
  export function light(on: bool): void;
  /** Drives a pin high or low. Requires `io.digitalout`. */
  export function digitalOut(pin: i32, on: bool): void;
  /** Level of a pin. Requires `io.digitalin`. */
  export function digitalIn(pin: i32): bool;
}

declare module "kappa/sys" {
  /** Milliseconds since the runtime started, monotonic. Requires `sys.time`. */
  export function now(): i64;
  /** 32 random bits. Requires `sys.random`. */
  export function random(): u32;
}

declare module "kappa/log" {
  /** Writes a line to the runtime's log. Requires `log`. */
  export function log(text: string): void;
}
