/** Switches the light on or off. */
// @ts-expect-error: decorator
@external("k", "40") export declare function light(on: bool): void;

/** Drives a pin high or low. */
// @ts-expect-error: decorator
@external("k", "41") export declare function digitalOut(pin: i32, on: bool): void;

/** Level of a pin. */
// @ts-expect-error: decorator
@external("k", "42") export declare function digitalIn(pin: i32): bool;
