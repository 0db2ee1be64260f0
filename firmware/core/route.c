/*
 * An outport that routes keeps its queues in one list with the one whose turn it is in front; an inport that collects
 * keeps them in a ring and points at the one that is taken from next. Ports that do neither come here only when
 * connections change.
 */
#include "route.h"

#include "kappa.h"

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
}

void kp_collect_came(kp_queue *queue) {
    kp_queue **taken = &queue->reader->inputs[queue->inport];
    if ((*taken)->count == 0)
        *taken = queue;
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
    *taken = next_of(before);
    if ((*taken)->count > 0)
        queue->reader->has_token |= UINT32_C(1) << queue->inport;
}
