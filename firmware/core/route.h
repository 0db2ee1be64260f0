/** Ports with several connections: which of them a token goes to, and which one the next token is taken from. */
#ifndef KP_ROUTE_H
#define KP_ROUTE_H

#include "actor.h"

/** Adds a queue to those of an outport. A port that routes keeps them in the order of their turns and begins anew. */
void kp_route_add(kp_actor *writer, unsigned outport, kp_queue *queue);

/** Whether an outport whose first queue this is has room for a token. */
bool kp_route_has_room(const kp_queue *first);

/** The queue that the next token goes to, of a port that routes. */
kp_queue *kp_route_target(kp_queue *first);

/** The queue that a {selector: value} token goes to, which becomes the value; NULL for another token, or when no queue
 * has the selector. */
kp_queue *kp_route_mapped(kp_queue *first, const uint8_t **token, size_t *count);

/** A token went out: whose turn it is now. */
void kp_route_next(kp_actor *writer, unsigned outport);

/** Adds a queue to those that an inport collects from, in the order of their places. */
void kp_collect_add(kp_actor *reader, unsigned inport, kp_queue *queue);

/** A token came into a queue of an inport that collects. */
void kp_collect_came(kp_queue *queue);

/** A token was taken from it: goes on to the next queue that holds one. */
void kp_collect_next(const kp_queue *queue);

/** Writes the token that an inport makes of those that wait, of which none is exceptional. Returns its size; KP_E_FULL
 * if that is beyond `room`, KP_E_MALFORMED if it nests too deep. */
int kp_collect_token(const kp_queue *queue, uint8_t *bytes, size_t room);

/** Drops what that token was made of, or the exceptional one. */
void kp_collect_take(kp_queue *queue);

/** Takes a queue out of those of an inport that collects. */
void kp_collect_remove(const kp_queue *queue);

#endif
