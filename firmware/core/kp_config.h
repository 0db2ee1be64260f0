/** The one configuration of a constrained runtime; a board fills it in and hands it to kp_init(). */
#ifndef KP_CONFIG_H
#define KP_CONFIG_H

#include <stddef.h>
#include <stdint.h>

typedef struct kp_config {
    /** The region that everything dynamic lives in: modules, code, actors, queues, the link's buffers. 8-byte aligned.
     */
    void *heap;
    /** Its size in bytes, at most 8 MiB. */
    size_t heap_bytes;
    /** Most actors at a time, 1 … 1000. */
    uint16_t actors_max;
    /** Most connections over the link at a time (the link enforces it). */
    uint16_t connections_max;
    /** Most modules at a time, 1 … 1000. */
    uint16_t modules_max;
    /** Largest encoded token of a text, bytes, array or any port, in bytes; at least 9. */
    uint16_t token_max;
    /** Largest body of a link frame, in bytes. */
    uint16_t frame_max;
    /** Tokens of the largest size that a queue of text, bytes, arrays or any has bytes for. Small tokens: up to its
     * length. */
    uint8_t queue_large_tokens;
    /** Slot stack of the interpreter in 32-bit words, shared by all actors. A call that needs more traps with `stack`.
     */
    uint16_t engine_stack_words;
    /** Native (C) stack that one call into a module may use, in bytes. It traps with `stack` beyond that. */
    uint32_t native_stack_bytes;
    /** Fuel of each firing, init, construct, start and collect: 100 000 by the module ABI, section 5. */
    int32_t fuel;
    /** Firings after which kp_poll() returns, so that the link is served in between. */
    uint8_t slice;
} kp_config;

/** Defaults for a part with 64 KB of RAM or more; heap and heap_bytes are to be set. */
#define KP_CONFIG_DEFAULT                                                                                              \
    {.heap = NULL,                                                                                                     \
     .heap_bytes = 0,                                                                                                  \
     .actors_max = 64,                                                                                                 \
     .connections_max = 128,                                                                                           \
     .modules_max = 32,                                                                                                \
     .token_max = 192,                                                                                                 \
     .frame_max = 256,                                                                                                 \
     .queue_large_tokens = 2,                                                                                          \
     .engine_stack_words = 256,                                                                                        \
     .native_stack_bytes = 2048,                                                                                       \
     .fuel = 100000,                                                                                                   \
     .slice = 16}

#endif
