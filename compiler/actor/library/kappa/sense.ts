/** Temperature in degrees Celsius. */
// @ts-expect-error: decorator
@external("k", "32") export declare function temp(): f32;

/** Relative humidity in percent. */
// @ts-expect-error: decorator
@external("k", "33") export declare function humidity(): f32;
