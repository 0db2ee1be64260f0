/**
 * The link's ends of connections: a queue of the core with a sender or receiver of connection.h, found by the handle.
 */
#ifndef KP_ENDPOINT_H
#define KP_ENDPOINT_H

#include "actor.h"
#include "connection.h"

typedef struct kp_endpoint kp_endpoint;
struct kp_endpoint {
    kp_endpoint *next;      /* in the table of handles */
    kp_endpoint *next_work; /* in the list of those with something to do */
    kp_queue *queue;
    uint16_t handle;
    bool working; /* is in that list */
    bool sends;   /* tokens go to the host */
    union {
        kp_sender sender;
        kp_receiver receiver;
    };
};

typedef struct kp_endpoint_counts {
    uint32_t tokens_in, tokens_out, resent;
} kp_endpoint_counts;

/** Begins without endpoints, `max` at most. */
void kp_endpoint_init(uint16_t max);

/** Connects a port of `actor` with the link under `handle`; `sends` from an outport, else to an inport. KP_E_EXISTS,
 * KP_E_LIMIT, KP_E_PORT, KP_E_MEMORY. */
int kp_endpoint_connect(bool sends, kp_actor *actor, unsigned port, uint16_t handle, const kp_manner *manner);

/** The endpoint of a handle, NULL if there is none. */
kp_endpoint *kp_endpoint_find(uint16_t handle);

/** The endpoint with the index-th place of all, NULL past the last. */
const kp_endpoint *kp_endpoint_at(unsigned index);

/** Disconnects it and takes its tokens along. */
void kp_endpoint_remove(kp_endpoint *endpoint);

/* Hooks of the core (kappa.h). */
void kp_endpoint_changed(void *endpoint);
void kp_endpoint_detached(void *endpoint);

/** A new session: every end begins anew with windows of 0. */
void kp_endpoint_resume(void);

/* What the host sent. Unknown handles and the wrong direction are ignored: the connection has just gone. */
void kp_endpoint_token(uint16_t handle, uint8_t seq, const uint8_t *token, size_t length);
void kp_endpoint_ack(uint16_t handle, uint8_t next, uint8_t window, uint32_t now);
void kp_endpoint_probe(uint16_t handle);

/** Sends tokens, probes and acknowledgements while the wire takes them; acknowledgements that can wait only when
 * `idle`. Every end gets its turn. */
void kp_endpoint_send(bool idle, uint32_t now);

/** Milliseconds until a timer expires or may have (0: overdue), UINT32_MAX never. */
uint32_t kp_endpoint_deadline(uint32_t now);

const kp_endpoint_counts *kp_endpoint_counters(void);

#endif
