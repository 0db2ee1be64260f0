#include "queue.h"

#include "actor.h"
#include "kappa.h"
#include "route.h"

#include <string.h>

#define LENGTH_BYTES 2U

/* How much of a queue's data a token of the largest size takes. */
static unsigned largest_bytes(void) {
    return LENGTH_BYTES + kp_config_now->token_max;
}

/** Bytes of data of a queue of tokens with lengths. */
static unsigned capacity_of(unsigned length) {
    unsigned tokens = kp_config_now->queue_large_tokens;
    return (length < tokens ? length : tokens) * largest_bytes();
}

kp_queue *kp_queue_new(kp_type type, const kp_manner *manner, kp_owner owner) {
    unsigned length = manner->length == 0 ? KP_QUEUE_LENGTH_DEFAULT : manner->length;
    uint8_t slot = kp_type_max(type);
    size_t data = slot ? (size_t)slot * length : capacity_of(length);
    size_t keys = (size_t)manner->tag_count + manner->selectors_count;
    kp_queue *queue = kp_heap_alloc(offsetof(kp_queue, data) + data + keys, owner);
    if (!queue)
        return NULL;
    for (size_t i = 0; i < keys; i++)
        queue->data[data + i] = i < manner->tag_count ? manner->tag[i] : manner->selectors[i - manner->tag_count];
    queue->length = (uint8_t)length;
    queue->slot = slot;
    queue->type = type;
    queue->routing = manner->routing & 0x0fU;
    queue->turn = manner->turn;
    queue->collecting = manner->collecting & 0x0fU;
    queue->place = manner->place;
    return queue;
}

const uint8_t *kp_queue_keys(const kp_queue *queue) {
    return queue->data + (queue->slot ? (unsigned)queue->slot * queue->length : capacity_of(queue->length));
}

unsigned kp_queue_room_bytes(const kp_queue *queue) {
    unsigned unused = capacity_of(queue->length) - (unsigned)(queue->last - queue->first);
    return unused / largest_bytes();
}

static unsigned length_at(const uint8_t *at) {
    return (unsigned)at[0] | (unsigned)at[1] << 8;
}

const uint8_t *kp_queue_peek(const kp_queue *queue, unsigned index, size_t *count) {
    if (index >= queue->count)
        return NULL;
    if (queue->slot) {
        unsigned slot = queue->first + index;
        slot -= slot >= queue->length ? queue->length : 0U;
        const uint8_t *token = queue->data + slot * queue->slot;
        *count = kp_token_scalar_length(*token);
        return token;
    }
    const uint8_t *at = queue->data + queue->first;
    while (index--)
        at += LENGTH_BYTES + length_at(at);
    *count = length_at(at);
    return at + LENGTH_BYTES;
}

uint8_t *kp_queue_reserve(kp_queue *queue, size_t count) {
    queue->staged = (uint16_t)count;
    if (queue->slot)
        return kp_queue_slot(queue);
    if (queue->last + LENGTH_BYTES + count > capacity_of(queue->length)) {
        memmove(queue->data, queue->data + queue->first, (size_t)(queue->last - queue->first));
        queue->last = (uint16_t)(queue->last - queue->first);
        queue->first = 0;
    }
    uint8_t *at = queue->data + queue->last;
    at[0] = (uint8_t)count;
    at[1] = (uint8_t)(count >> 8);
    return at + LENGTH_BYTES;
}

static inline void copy(uint8_t *to, const uint8_t *from, size_t count) {
    for (const uint8_t *end = from + count; from != end;)
        *to++ = *from++;
}

/** What becomes of an exception, or of a token that the slots cannot hold. */
static void stage_narrowed(kp_queue *queue, const uint8_t *token) {
    uint8_t *slot = kp_queue_slot(queue);
    uint32_t value;
    if (*token == KP_TOKEN_EXCEPTION) {
        slot[0] = KP_TOKEN_EXCEPTION;
        slot[1] = KP_CBOR_EMPTY_TEXT;
        queue->staged = 2;
        return;
    }
    *slot = KP_CBOR_NULL;
    queue->staged = 1;
    if (queue->type == KP_TYPE_F32 && kp_token_get(KP_TYPE_F32, token, &value) == 0)
        queue->staged = (uint16_t)kp_token_put(KP_TYPE_F32, &value, slot);
}

void kp_queue_stage(kp_queue *queue, const uint8_t *token, size_t count) {
    if (queue->slot && (count > queue->slot || *token == KP_TOKEN_EXCEPTION))
        stage_narrowed(queue, token);
    else
        copy(kp_queue_reserve(queue, count), token, count);
}

void kp_queue_commit(kp_queue *queue) {
    unsigned staged = queue->staged;
    if (staged == 0)
        return;
    queue->staged = 0;
    queue->count++;
    if (!queue->slot)
        queue->last = (uint16_t)(queue->last + LENGTH_BYTES + staged);
    if (queue->writer) {
        if (queue->routing)
            kp_route_next(queue->writer, queue->outport);
        else if (kp_queue_room(queue) == 0)
            queue->writer->has_room &= ~(UINT32_C(1) << queue->outport);
    }
    if (queue->reader) {
        if (queue->peer)
            kp_collect_came(queue);
        else
            queue->reader->has_token |= UINT32_C(1) << queue->inport;
        kp_actor_wake(queue->reader);
    } else {
        kp_hooks_now->readable(queue->endpoint);
    }
}

int kp_queue_push(kp_queue *queue, const uint8_t *token, size_t count) {
    if (count > kp_config_now->token_max)
        return KP_E_ARGUMENT;
    if (kp_queue_room(queue) == 0)
        return KP_E_FULL;
    if (count <= queue->slot) {
        copy(kp_queue_slot(queue), token, count);
        queue->staged = (uint16_t)count;
    } else {
        kp_queue_stage(queue, token, count);
    }
    kp_queue_commit(queue);
    return 0;
}

void kp_queue_pop(kp_queue *queue) {
    queue->count--;
    if (queue->slot) {
        queue->first++;
        queue->first = queue->first == queue->length ? 0 : queue->first;
    } else {
        queue->first = (uint16_t)(queue->first + LENGTH_BYTES + length_at(queue->data + queue->first));
    }
    if (queue->count == 0) {
        if (!queue->slot && !queue->staged)
            queue->first = queue->last = 0;
        if (queue->reader)
            queue->reader->has_token &= ~(UINT32_C(1) << queue->inport);
    }
    if (queue->peer)
        kp_collect_next(queue);
    if (!queue->writer)
        kp_hooks_now->writable(queue->endpoint);
    else if (!(queue->writer->has_room >> queue->outport & 1U))
        kp_actor_update_room(queue->writer, queue->outport);
}
