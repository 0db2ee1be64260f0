/* Connections between actors, to the link and from it. The memory of a queue is its reader's, or its writer's when the
 * link reads. */
#include "actor.h"

#include "kappa.h"
#include "route.h"

void kp_actor_update_room(kp_actor *actor, unsigned outport) {
    uint32_t bit = UINT32_C(1) << outport;
    const kp_queue *queue = actor->outputs[outport];
    if (queue ? !kp_route_has_room(queue) : !(actor->is_void & bit)) {
        actor->has_room &= ~bit;
        return;
    }
    actor->has_room |= bit;
    kp_actor_wake(actor);
}

/** Adds a queue to those of its writer's outport. */
static void attach_writer(kp_queue *queue, kp_actor *writer, unsigned outport) {
    kp_route_add(writer, outport, queue);
    queue->writer = writer;
    queue->outport = (uint8_t)outport;
    kp_actor_update_room(writer, outport);
}

static void attach_reader(kp_queue *queue, kp_actor *reader, unsigned inport) {
    queue->reader = reader;
    queue->inport = (uint8_t)inport;
    if (queue->collecting)
        kp_collect_add(reader, inport, queue);
    else
        reader->inputs[inport] = queue;
}

static kp_type outport_type(const kp_actor *actor, unsigned outport) {
    return actor->module->types[actor->module->inports + outport];
}

static const kp_manner usual = {0};

/** Whether an outport can have this connection: all of a port are routed alike. */
static bool may_write(const kp_actor *actor, unsigned outport, const kp_manner *manner) {
    if (outport >= actor->module->outports || manner->length > KP_QUEUE_LENGTH_MAX || manner->routing > KP_ROUTING_LAST)
        return false;
    if (manner->routing == KP_MAPPED && (outport_type(actor, outport) != KP_TYPE_ANY || !manner->selectors))
        return false;
    const kp_queue *first = actor->outputs[outport];
    return !first || first->routing == manner->routing;
}

/** Whether an inport can have this connection: several only if all of them are to be collected. */
static bool may_read(const kp_actor *actor, unsigned inport, const kp_manner *manner) {
    if (inport >= actor->module->inports || manner->length > KP_QUEUE_LENGTH_MAX ||
        manner->collecting > KP_COLLECTING_LAST)
        return false;
    bool wraps = manner->collecting > KP_UNORDERED, tags = wraps && manner->collecting != KP_ALL_LISTED;
    if ((wraps && actor->module->types[inport] != KP_TYPE_ANY) || (tags && !manner->tag))
        return false;
    const kp_queue *other = actor->inputs[inport];
    return !other || (manner->collecting && other->collecting == manner->collecting);
}

/** Whether tokens of one type may go to an inport of another: `any` may turn out to fit, and scalars go among
 * themselves. */
static bool may_join(kp_type from, kp_type to) {
    if (from == to || from == KP_TYPE_ANY || to == KP_TYPE_ANY)
        return true;
    return (kp_type_scalar(from) && kp_type_scalar(to)) || (kp_type_array(from) && kp_type_array(to));
}

int kp_connect_local(kp_actor *from, unsigned outport, kp_actor *to, unsigned inport, const kp_manner *manner) {
    manner = manner ? manner : &usual;
    if (!may_write(from, outport, manner) || !may_read(to, inport, manner))
        return KP_E_PORT;
    kp_type type = to->module->types[inport];
    if (!may_join(outport_type(from, outport), type))
        return KP_E_PORT;
    kp_queue *queue = kp_queue_new(type, manner, to->owner);
    if (!queue)
        return KP_E_MEMORY;
    attach_reader(queue, to, inport);
    attach_writer(queue, from, outport);
    return 0;
}

int kp_connect_out(kp_actor *actor, unsigned outport, const kp_manner *manner, void *endpoint, kp_queue **out) {
    manner = manner ? manner : &usual;
    if (!may_write(actor, outport, manner))
        return KP_E_PORT;
    kp_queue *queue = kp_queue_new(outport_type(actor, outport), manner, actor->owner);
    if (!queue)
        return KP_E_MEMORY;
    queue->endpoint = endpoint;
    attach_writer(queue, actor, outport);
    *out = queue;
    return 0;
}

int kp_connect_in(kp_actor *actor, unsigned inport, const kp_manner *manner, void *endpoint, kp_queue **out) {
    manner = manner ? manner : &usual;
    if (!may_read(actor, inport, manner))
        return KP_E_PORT;
    kp_queue *queue = kp_queue_new(actor->module->types[inport], manner, actor->owner);
    if (!queue)
        return KP_E_MEMORY;
    queue->endpoint = endpoint;
    attach_reader(queue, actor, inport);
    *out = queue;
    return 0;
}

int kp_connect_void(kp_actor *actor, unsigned outport) {
    if (outport >= actor->module->outports)
        return KP_E_PORT;
    actor->is_void |= UINT32_C(1) << outport;
    kp_actor_update_room(actor, outport);
    return 0;
}

void kp_disconnect(kp_queue *queue) {
    kp_actor *writer = queue->writer;
    if (queue->reader) {
        queue->reader->inputs[queue->inport] = NULL;
        queue->reader->has_token &= ~(UINT32_C(1) << queue->inport);
        if (queue->peer)
            kp_collect_remove(queue);
    }
    if (writer) {
        kp_queue **link = &writer->outputs[queue->outport];
        while (*link != queue)
            link = &(*link)->next;
        *link = queue->next;
        kp_actor_update_room(writer, queue->outport);
    }
    kp_heap_free(queue);
}

kp_queue *kp_connection_find(const kp_actor *from, unsigned outport, const kp_actor *to, unsigned inport) {
    kp_queue *queue = outport < from->module->outports ? from->outputs[outport] : NULL;
    while (queue && (queue->reader != to || queue->inport != inport))
        queue = queue->next;
    return queue;
}

void kp_disconnect_void(kp_actor *actor, unsigned outport) {
    if (outport >= actor->module->outports)
        return;
    actor->is_void &= ~(UINT32_C(1) << outport);
    kp_actor_update_room(actor, outport);
}
