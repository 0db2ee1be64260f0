/** Switches the light on or off. */
@external("k", "40") export declare function light(on: bool): void;

/** Drives a pin high or low. */
@external("k", "41") export declare function digitalOut(pin: i32, on: bool): void;

/** Level of a pin. */
@external("k", "42") export declare function digitalIn(pin: i32): bool;
