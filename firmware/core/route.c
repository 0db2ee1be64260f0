/*
 * An outport that routes keeps its queues in one list with the one whose turn it is in front; an inport that collects
 * keeps them in a ring and points at the one that is taken from next. Ports that do neither come here only when
 * connections change.
 */
#include "route.h"

#include "kappa.h"

#include <string.h>

/* --- outports --- */

static kp_queue **end_of(kp_queue **link) {
    while (*link)
        link = &(*link)->next;
    return link;
}

static void insert_by_turn(kp_queue **link, kp_queue *queue) {
    while (*link && (*link)->turn <= queue->turn)
        link = &(*link)->next;
    queue->next = *link;
    *link = queue;
}

static void rotate(kp_queue **first, unsigned steps) {
    for (; steps > 0; steps--) {
        kp_queue *queue = *first;
        *first = queue->next;
        queue->next = NULL;
        *end_of(first) = queue;
    }
}

static unsigned draw(const kp_queue *queue) {
    unsigned count = 0;
    for (; queue; queue = queue->next)
        count++;
    return count < 2 ? 0 : kp_port_random() % count;
}

void kp_route_add(kp_actor *writer, unsigned outport, kp_queue *queue) {
    kp_queue **first = &writer->outputs[outport];
    if (queue->routing == KP_FANOUT) {
        *end_of(first) = queue;
        return;
    }
    kp_queue *rest = *first;
    *first = NULL;
    while (rest) {
        kp_queue *next = rest->next;
        insert_by_turn(first, rest);
        rest = next;
    }
    insert_by_turn(first, queue);
    if (queue->routing == KP_RANDOM)
        rotate(first, draw(*first));
}

bool kp_route_has_room(const kp_queue *queue) {
    switch (queue->routing) {
    case KP_ROUND_ROBIN:
    case KP_RANDOM:
        return kp_queue_room(queue) > 0;
    case KP_BALANCED:
        while (queue && kp_queue_room(queue) == 0)
            queue = queue->next;
        return queue != NULL;
    default:
        while (queue && kp_queue_room(queue) > 0)
            queue = queue->next;
        return queue == NULL;
    }
}

/** Whether the selectors of a queue have a text among them, given as CBOR. */
static bool has_selector(const kp_queue *queue, const uint8_t *text, size_t size) {
    kp_cbor_reader keys = kp_cbor_read(kp_queue_keys(queue), 2 * 255);
    if (queue->collecting >= KP_TAGGED && queue->collecting <= KP_ANY_TAGGED) {
        size_t skipped;
        kp_cbor_item(&keys, &skipped); /* its tag */
    }
    for (uint32_t left = kp_cbor_array(&keys); left > 0; left--) {
        size_t count;
        const uint8_t *key = kp_cbor_item(&keys, &count);
        if (key && count == size && memcmp(key, text, size) == 0)
            return true;
    }
    return false;
}

kp_queue *kp_route_mapped(kp_queue *queue, const uint8_t **token, size_t *count) {
    kp_cbor_reader reader = kp_cbor_read(*token, *count);
    size_t size;
    if (kp_cbor_peek(&reader) != KP_CBOR_MAP || kp_cbor_map(&reader) != 1)
        return NULL;
    const uint8_t *key = kp_cbor_item(&reader, &size);
    while (queue && !has_selector(queue, key, size))
        queue = queue->next;
    *token = kp_cbor_item(&reader, count);
    return queue;
}

/** Free places of a queue that has room; tokens that are smaller than the largest may all find room there. */
static unsigned places(const kp_queue *queue) {
    return kp_queue_room(queue) ? (unsigned)queue->length - queue->count : 0;
}

kp_queue *kp_route_target(kp_queue *queue) {
    kp_queue *best = queue;
    if (queue->routing == KP_BALANCED)
        for (; queue; queue = queue->next)
            if (places(queue) > places(best))
                best = queue;
    return best;
}

void kp_route_next(kp_actor *writer, unsigned outport) {
    kp_queue **first = &writer->outputs[outport];
    if ((*first)->routing == KP_ROUND_ROBIN)
        rotate(first, 1);
    else if ((*first)->routing == KP_RANDOM)
        rotate(first, draw(*first));
    kp_actor_update_room(writer, outport);
}

/* --- inports --- */

/** Whether one token is made of several. */
static bool merges(const kp_queue *queue) {
    return queue->collecting >= KP_ALL_TAGGED;
}

/** The queue with the lowest place. */
static kp_queue *first_of(const kp_queue *queue) {
    kp_queue *first = queue->peer;
    for (kp_queue *at = first->peer; at != queue->peer; at = at->peer)
        if (at->place < first->place)
            first = at;
    return first;
}

static bool is_exceptional(const kp_queue *queue) {
    size_t count;
    const uint8_t *token = kp_queue_peek(queue, 0, &count);
    return token && kp_token_exceptional(token);
}

/** Looks again what an inport that merges can give: an exceptional token goes first, and alone. */
static void look(const kp_queue *queue) {
    kp_actor *reader = queue->reader;
    kp_queue *first = first_of(queue), *at = first, *exceptional = NULL, *some = NULL;
    bool all = true;
    do {
        if (at->count == 0)
            all = false;
        else if (!some)
            some = at;
        if (!exceptional && is_exceptional(at))
            exceptional = at;
        at = at->peer;
    } while (at != first);
    reader->inputs[queue->inport] = exceptional ? exceptional : some ? some : first;
    uint32_t bit = UINT32_C(1) << queue->inport;
    if (exceptional || (queue->collecting == KP_ANY_TAGGED ? some != NULL : all))
        reader->has_token |= bit;
    else
        reader->has_token &= ~bit;
}

/** Whether a place comes right behind a queue of the ring: the last one is followed by what is beyond it, and by what
 * is before the first. */
static bool goes_behind(const kp_queue *queue, unsigned place) {
    const bool is_last = queue->peer->place <= queue->place;
    return is_last ? place >= queue->place || place < queue->peer->place
                   : place >= queue->place && place < queue->peer->place;
}

void kp_collect_add(kp_actor *reader, unsigned inport, kp_queue *queue) {
    kp_queue *at = reader->inputs[inport];
    queue->peer = queue;
    if (!at) {
        reader->inputs[inport] = queue;
        return;
    }
    while (!goes_behind(at, queue->place))
        at = at->peer;
    queue->peer = at->peer;
    at->peer = queue;
    if (merges(queue))
        look(queue);
}

void kp_collect_came(kp_queue *queue) {
    kp_actor *reader = queue->reader;
    if (merges(queue)) {
        look(queue);
        return;
    }
    if (reader->inputs[queue->inport]->count == 0)
        reader->inputs[queue->inport] = queue;
    reader->has_token |= UINT32_C(1) << queue->inport;
}

/** The first queue with a token from this one's successor on; the successor if there is none. */
static kp_queue *next_of(const kp_queue *queue) {
    kp_queue *next = queue->peer;
    while (next->count == 0 && next != queue)
        next = next->peer;
    return next->count > 0 ? next : queue->peer;
}

void kp_collect_next(const kp_queue *queue) {
    kp_actor *reader = queue->reader;
    if (merges(queue)) {
        look(queue);
        return;
    }
    kp_queue *next = next_of(queue);
    reader->inputs[queue->inport] = next;
    if (next->count > 0)
        reader->has_token |= UINT32_C(1) << queue->inport;
}

void kp_collect_remove(const kp_queue *queue) {
    kp_queue **taken = &queue->reader->inputs[queue->inport];
    kp_queue *before = queue->peer;
    if (before == queue)
        return;
    while (before->peer != queue)
        before = before->peer;
    before->peer = queue->peer;
    *taken = before;
    if (merges(queue)) {
        look(before);
        return;
    }
    *taken = next_of(before);
    if ((*taken)->count > 0)
        queue->reader->has_token |= UINT32_C(1) << queue->inport;
}

static void put_part(kp_cbor_writer *writer, const kp_queue *queue) {
    size_t count;
    if (queue->collecting != KP_ALL_LISTED) {
        kp_cbor_reader keys = kp_cbor_read(kp_queue_keys(queue), 255);
        const uint8_t *tag = kp_cbor_item(&keys, &count);
        kp_cbor_put_raw(writer, tag, count);
    }
    const uint8_t *token = kp_queue_peek(queue, 0, &count);
    kp_cbor_put_raw(writer, token, count);
}

int kp_collect_token(const kp_queue *queue, uint8_t *bytes, size_t room) {
    kp_cbor_writer writer = kp_cbor_write(bytes, room);
    const kp_queue *first = merges(queue) ? first_of(queue) : queue, *at = first;
    uint32_t parts = 0;
    do
        parts += merges(queue) ? at->count > 0 : at == queue;
    while ((at = at->peer) != first);
    if (queue->collecting == KP_ALL_LISTED)
        kp_cbor_put_array(&writer, parts);
    else
        kp_cbor_put_map(&writer, parts);
    do
        if (merges(queue) ? at->count > 0 : at == queue)
            put_part(&writer, at);
    while ((at = at->peer) != first);
    if (writer.full)
        return KP_E_FULL;
    size_t size = kp_cbor_written(&writer);
    return kp_token_check(KP_TYPE_ANY, bytes, size) == 0 ? (int)size : KP_E_MALFORMED;
}

void kp_collect_take(kp_queue *queue) {
    if (!merges(queue) || is_exceptional(queue)) {
        kp_queue_pop(queue);
        return;
    }
    kp_queue *at = queue;
    do {
        kp_queue *next = at->peer;
        if (at->count > 0)
            kp_queue_pop(at);
        at = next;
    } while (at != queue);
}
