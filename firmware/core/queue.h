/**
 * A bounded FIFO of encoded tokens in one allocation.
 *
 * Scalars lie in a ring of slots of the type's largest size (a CBOR scalar tells its own length). Texts, bytes, arrays
 * and `any` lie one behind the other with a 2-byte length, and are moved to the front when the end is reached, so that
 * every token is contiguous. A firing stages its token first and commits it when it has succeeded; nobody sees a staged
 * token.
 *
 * A queue has a reader and a writer end: an actor, or an endpoint of the link. It keeps the actors' readiness up to
 * date and tells the link by its hooks (kappa.h). Pointers from kp_queue_peek() are good until the next push, pop or
 * reserve.
 */
#ifndef KP_QUEUE_H
#define KP_QUEUE_H

#include "token.h"
#include "heap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kp_actor;

/** Longest queue: the tokens in flight on a link are at most 64. */
#define KP_QUEUE_LENGTH_MAX     64U
#define KP_QUEUE_LENGTH_DEFAULT 4U

/** Which of its connections an outport's token goes to; docs/module-abi.md, section 3.1. */
enum kp_routing {
    KP_FANOUT = 0, /* all */
    KP_ROUND_ROBIN = 1,
    KP_RANDOM = 2,
    KP_BALANCED = 3,
    KP_MAPPED = 4, /* to the one that has the token's key among its selectors */
    KP_ROUTING_LAST = KP_MAPPED,
};

/** How the tokens of an inport's connections come together. */
enum kp_collecting {
    KP_SINGLE = 0, /* it has one only */
    KP_UNORDERED = 1,
    KP_TAGGED = 2,     /* {tag: token} of one */
    KP_ALL_TAGGED = 3, /* {tag: token, ...} of all at once */
    KP_ANY_TAGGED = 4, /* {tag: token, ...} of those that have one */
    KP_ALL_LISTED = 5, /* [token, ...] of all at once */
    KP_COLLECTING_LAST = KP_ALL_LISTED,
};

/** How a connection is one of several at its ports. All 0: at the outport all get all, at the inport it is alone. */
typedef struct kp_manner {
    uint8_t length;     /* of the queue in tokens, 1 … KP_QUEUE_LENGTH_MAX; 0: the default */
    uint8_t routing;    /* kp_routing of the outport, the same for all its connections */
    uint8_t turn;       /* its place among them */
    uint8_t collecting; /* kp_collecting of the inport, likewise */
    uint8_t place;
    uint8_t tag_count, selectors_count; /* bytes */
    const uint8_t *tag;                 /* CBOR text: its key, of an inport that tags */
    const uint8_t *selectors;           /* CBOR array of texts: the keys that go to it, of an outport that maps */
} kp_manner;

typedef struct kp_queue kp_queue;
struct kp_queue {
    struct kp_actor *reader; /* NULL: the link reads */
    struct kp_actor *writer; /* NULL: the link writes */
    void *endpoint;          /* the link's object at the other end; NULL for a connection between two actors */
    kp_queue *next;          /* further connection of the same outport */
    kp_queue *peer;          /* the next one, in a ring, of an inport that collects; else NULL */
    uint16_t first,
        last;        /* tokens with lengths: offsets of the oldest and past the newest; slots: `first` is its index */
    uint16_t staged; /* bytes of the staged token, 0 none */
    uint8_t length;  /* most tokens, 1 … KP_QUEUE_LENGTH_MAX */
    uint8_t count;   /* committed tokens */
    uint8_t slot;    /* bytes of a slot; 0: tokens with lengths */
    uint8_t inport, outport; /* of the reader, of the writer */
    kp_type type;            /* of the tokens: the reader's, or the writer's when the link reads */
    uint8_t routing : 4;     /* kp_manner */
    uint8_t collecting : 4;
    uint8_t turn, place;
    uint8_t data[]; /* of the tokens, then the tag if its inport tags, and the selectors if its outport maps */
};

/** Whether the tokens of an inport's connections become parts of other tokens. */
static inline bool kp_queue_wraps(const kp_queue *queue) {
    return queue->collecting > KP_UNORDERED;
}

/** The tag of a queue of an inport that tags, and behind it the selectors of an outport that maps. */
const uint8_t *kp_queue_keys(const kp_queue *queue);

/** A queue of `length` tokens of that type, not yet connected; NULL when there is no memory. */
kp_queue *kp_queue_new(kp_type type, const kp_manner *manner, kp_owner owner);

/** Of a queue of tokens with lengths: how many of the largest size fit. */
unsigned kp_queue_room_bytes(const kp_queue *queue);

/** Tokens that surely fit, whatever their size: min(length − count, free bytes / largest). */
static inline unsigned kp_queue_room(const kp_queue *queue) {
    unsigned left = (unsigned)queue->length - queue->count;
    if (queue->slot || left == 0)
        return left;
    unsigned fit = kp_queue_room_bytes(queue);
    return left < fit ? left : fit;
}

/** The `index`-th oldest token and its size; NULL if there are not so many. */
const uint8_t *kp_queue_peek(const kp_queue *queue, unsigned index, size_t *count);

/**
 * Stages a token of `count` bytes; returns where to write it. The caller knows that there is room and that count is in
 * the type's bound. May move the queue's other tokens.
 */
uint8_t *kp_queue_reserve(kp_queue *queue, size_t count);

/** A queue of scalars: where the next token goes, for up to `slot` bytes; then kp_queue_staged(). There is room. */
static inline uint8_t *kp_queue_slot(kp_queue *queue) {
    unsigned slot = (unsigned)queue->first + queue->count;
    if (slot >= queue->length)
        slot -= queue->length;
    return queue->data + slot * queue->slot;
}

static inline void kp_queue_staged(kp_queue *queue, unsigned count) {
    queue->staged = (uint16_t)count;
}

/** A queue of scalars that is not empty: its oldest token. */
static inline const uint8_t *kp_queue_oldest(const kp_queue *queue) {
    return queue->data + (unsigned)queue->first * queue->slot;
}

/** Stages a copy of a good token. In scalar slots an exception loses its reason, and what they cannot hold becomes an
 * f32, or null, which no scalar inport takes. */
void kp_queue_stage(kp_queue *queue, const uint8_t *token, size_t count);

/** Makes the staged token the newest and tells the reader. Nothing staged: nothing happens. */
void kp_queue_commit(kp_queue *queue);

/** Forgets the staged token. */
static inline void kp_queue_cancel(kp_queue *queue) {
    queue->staged = 0;
}

/** Stages and commits, for the link. KP_E_FULL if it does not surely fit, KP_E_ARGUMENT if it is larger than the queue
 * carries. */
int kp_queue_push(kp_queue *queue, const uint8_t *token, size_t count);

/** Drops the oldest token and tells the writer. There is one. */
void kp_queue_pop(kp_queue *queue);

#endif
