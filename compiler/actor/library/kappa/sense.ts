/** Temperature in degrees Celsius. */
@external("k", "32") export declare function temp(): f32;

/** Relative humidity in percent. */
@external("k", "33") export declare function humidity(): f32;
