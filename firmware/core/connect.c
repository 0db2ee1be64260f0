/* Connections between actors, to the link and from it. The memory of a queue is its reader's, or its writer's when the
 * link reads. */
#include "actor.h"

#include "kappa.h"

void kp_actor_update_room(kp_actor *actor, unsigned outport) {
    uint32_t bit = UINT32_C(1) << outport;
    kp_queue *queue = actor->outputs[outport];
    bool has_room = queue || actor->is_void & bit;
    for (; queue && has_room; queue = queue->next)
        has_room = kp_queue_room(queue) > 0;
    if (!has_room) {
        actor->has_room &= ~bit;
        return;
    }
    actor->has_room |= bit;
    kp_actor_wake(actor);
}

/** Adds a queue to those of its writer's outport. */
static void attach_writer(kp_queue *queue, kp_actor *writer, unsigned outport) {
    kp_queue **link = &writer->outputs[outport];
    while (*link)
        link = &(*link)->next;
    *link = queue;
    queue->writer = writer;
    queue->outport = (uint8_t)outport;
    kp_actor_update_room(writer, outport);
}

static void attach_reader(kp_queue *queue, kp_actor *reader, unsigned inport) {
    reader->inputs[inport] = queue;
    queue->reader = reader;
    queue->inport = (uint8_t)inport;
}

static kp_type outport_type(const kp_actor *actor, unsigned outport) {
    return actor->module->types[actor->module->inports + outport];
}

static bool may_write(const kp_actor *actor, unsigned outport) {
    return outport < actor->module->outports;
}

static bool may_read(const kp_actor *actor, unsigned inport) {
    return inport < actor->module->inports && !actor->inputs[inport];
}

/** Whether tokens of one type may go to an inport of another: `any` may turn out to fit, and scalars go among
 * themselves. */
static bool may_join(kp_type from, kp_type to) {
    if (from == to || from == KP_TYPE_ANY || to == KP_TYPE_ANY)
        return true;
    return (kp_type_scalar(from) && kp_type_scalar(to)) || (kp_type_array(from) && kp_type_array(to));
}

int kp_connect_local(kp_actor *from, unsigned outport, kp_actor *to, unsigned inport, unsigned length) {
    if (!may_write(from, outport) || !may_read(to, inport) || length > KP_QUEUE_LENGTH_MAX)
        return KP_E_PORT;
    kp_type type = to->module->types[inport];
    if (!may_join(outport_type(from, outport), type))
        return KP_E_PORT;
    kp_queue *queue = kp_queue_new(type, length, to->owner);
    if (!queue)
        return KP_E_MEMORY;
    attach_reader(queue, to, inport);
    attach_writer(queue, from, outport);
    return 0;
}

int kp_connect_out(kp_actor *actor, unsigned outport, unsigned length, void *endpoint, kp_queue **out) {
    if (!may_write(actor, outport) || length > KP_QUEUE_LENGTH_MAX)
        return KP_E_PORT;
    kp_queue *queue = kp_queue_new(outport_type(actor, outport), length, actor->owner);
    if (!queue)
        return KP_E_MEMORY;
    queue->endpoint = endpoint;
    attach_writer(queue, actor, outport);
    *out = queue;
    return 0;
}

int kp_connect_in(kp_actor *actor, unsigned inport, unsigned length, void *endpoint, kp_queue **out) {
    if (!may_read(actor, inport) || length > KP_QUEUE_LENGTH_MAX)
        return KP_E_PORT;
    kp_queue *queue = kp_queue_new(actor->module->types[inport], length, actor->owner);
    if (!queue)
        return KP_E_MEMORY;
    queue->endpoint = endpoint;
    attach_reader(queue, actor, inport);
    *out = queue;
    return 0;
}

int kp_connect_void(kp_actor *actor, unsigned outport) {
    if (!may_write(actor, outport))
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
    if (!may_write(actor, outport))
        return;
    actor->is_void &= ~(UINT32_C(1) << outport);
    kp_actor_update_room(actor, outport);
}
