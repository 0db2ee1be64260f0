/**
 * Frames over the board's byte stream: one frame at a time goes out, and the next begins when the board has taken the
 * whole of it. Nothing here waits.
 */
#ifndef KP_WIRE_H
#define KP_WIRE_H

#include "frame.h"

/** What the link counts since the board started. */
typedef struct kp_wire_counts {
    uint32_t frames_in;  /* frames that were valid in this or no session */
    uint32_t frames_bad; /* frames dropped for their COBS, length or CRC */
} kp_wire_counts;

/** Takes its two buffers from the heap, for bodies of at most `body_max` bytes. 0 or KP_E_MEMORY. */
int kp_wire_init(uint16_t body_max);

/** The body of a good frame; `bytes` are good until it returns. */
typedef void (*kp_wire_handler)(const uint8_t *body, size_t length);

/** Takes what has arrived. `session_of` tells the session that a frame of this kind belongs to, or a negative number
 * when such a frame is not wanted; `handler` gets each good one. */
void kp_wire_receive(int32_t (*session_of)(uint8_t kind), kp_wire_handler handler);

/** True when a frame can be begun. Hands the board what is left of the last one first. */
bool kp_wire_ready(void);

/** Begins a frame; only when kp_wire_ready(). */
kp_frame_encoder *kp_wire_begin(uint32_t session);

/** Ends it and hands it to the board. */
void kp_wire_end(void);

const kp_wire_counts *kp_wire_counters(void);

#endif
