/** Milliseconds since the runtime started, monotonic; the due time in a timed action. */
@external("k", "48") export declare function now(): i64;

/** 32 random bits. */
@external("k", "49") export declare function random(): u32;
