/** The firing under way, as the imports see it. One at a time. */
#ifndef KP_FIRING_H
#define KP_FIRING_H

#include "actor.h"

typedef struct kp_firing {
    kp_actor *actor;
    uint32_t inputs;               /* inports that it consumes */
    uint32_t open;                 /* outports that it may still send on */
    uint32_t sent;                 /* outports that it has sent on */
    bool timed;                    /* `due` is its time */
    uint64_t due;                  /* milliseconds */
    const kp_arguments *arguments; /* of construct, else NULL */
} kp_firing;

extern kp_firing kp_firing_now;

/** The token that an inport that wraps makes of those that wait, good until the next import; its size, or a negative
 * error as kp_collect_token() gives it. */
int kp_input_collected(const kp_queue *queue, const uint8_t **token);

#endif
