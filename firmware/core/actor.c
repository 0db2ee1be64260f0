#include "actor.h"

#include "kappa.h"

#include <string.h>

static kp_actor *actors; /* in order of creation */

void kp_actor_reset(void) {
    actors = NULL;
}

kp_actor *kp_actor_first(void) {
    return actors;
}

kp_actor *kp_actor_find(uint16_t id) {
    kp_actor *actor = actors;
    while (actor && actor->id != id)
        actor = actor->next;
    return actor;
}

size_t kp_actor_ram(const kp_actor *actor) {
    return kp_heap_owned(actor->owner);
}

/* --- creation --- */

int kp_arguments_at(const kp_arguments *arguments, unsigned index, kp_argument *argument) {
    kp_cbor_reader wanted = arguments->manifest.arguments;
    kp_cbor_reader given = arguments->given;
    for (unsigned i = 0;; i++) {
        const uint8_t *token = NULL;
        size_t count = 0;
        if (kp_manifest_argument(&arguments->manifest, arguments->module->types, &wanted, argument) != 0)
            return KP_E_ARGUMENT;
        if (i < arguments->given_count && !kp_cbor_take_undefined(&given))
            token = kp_cbor_item(&given, &count);
        if (given.bad)
            return KP_E_ARGUMENT;
        if (i < index)
            continue;
        if (!token)
            return argument->required ? KP_E_ARGUMENT : 0;
        argument->value = token;
        argument->value_count = count;
        return kp_token_check(argument->type, token, count) == 0 ? 0 : KP_E_ARGUMENT;
    }
}

/** Takes the array of given arguments from the reader and checks each against the manifest. */
static int read_arguments(kp_arguments *arguments, const kp_module *module, kp_cbor_reader *reader, uint32_t *detail) {
    int error = kp_manifest_read(module->bytes, module->total, &arguments->manifest, detail);
    if (error != 0)
        return error;
    arguments->module = module;
    arguments->given_count = kp_cbor_array(reader);
    arguments->given = *reader;
    for (uint32_t i = 0; i < arguments->given_count; i++) {
        size_t count;
        if (!kp_cbor_take_undefined(reader))
            kp_cbor_item(reader, &count);
    }
    if (reader->bad)
        return KP_E_MALFORMED;
    *detail = arguments->manifest.argument_count;
    if (arguments->given_count > *detail)
        return KP_E_ARGUMENT;
    for (unsigned i = 0; i < arguments->manifest.argument_count; i++) {
        kp_argument argument;
        *detail = i;
        error = kp_arguments_at(arguments, i, &argument);
        if (error != 0)
            return error;
    }
    return 0;
}

/** Offsets of the parts of an actor's one block. */
typedef struct layout {
    size_t instance, inputs, outputs, timers, end;
} layout;

static layout layout_of(const kp_module *module) {
    layout at;
    at.timers = sizeof(kp_actor); /* a multiple of 8 */
    at.instance = at.timers + module->timed * sizeof(kp_timer);
    at.inputs = at.instance + ((module->engine->instance_bytes(module->code) + 7) & ~(size_t)7);
    at.outputs = at.inputs + module->inports * sizeof(kp_queue *);
    at.end = at.outputs + module->outports * sizeof(kp_queue *);
    return at;
}

static int make(kp_module *module, kp_actor **out) {
    layout at = layout_of(module);
    kp_owner owner = kp_owner_take();
    if (owner == 0)
        return KP_E_LIMIT;
    int error = kp_snapshot_reserve(module->memory);
    if (error != 0)
        return error;
    kp_actor *actor = kp_heap_alloc(at.end, owner);
    if (!actor)
        return KP_E_MEMORY;
    uint8_t *base = (uint8_t *)actor;
    actor->owner = owner;
    actor->module = module;
    actor->instance = (kp_instance *)(void *)(base + at.instance);
    actor->inputs = (kp_queue **)(void *)(base + at.inputs);
    actor->outputs = (kp_queue **)(void *)(base + at.outputs);
    actor->timers = (kp_timer *)(void *)(base + at.timers);
    kp_timer *timer = actor->timers;
    for (unsigned i = 0; i < module->action_count; i++) {
        if (!module->actions[i].every)
            continue;
        timer->actor = actor;
        timer->action = (uint8_t)i;
        timer++;
    }
    *out = actor;
    return module->engine->init(module->code, actor->instance);
}

/** Direct arguments to their globals; the scalar ones of construct to `slots`. */
static void apply_arguments(kp_actor *actor, const kp_arguments *arguments, uint32_t *slots) {
    for (unsigned i = 0; i < arguments->manifest.argument_count; i++) {
        kp_argument argument;
        uint32_t words[2];
        kp_arguments_at(arguments, i, &argument);
        if (!kp_type_scalar(argument.type) || !argument.value)
            continue;
        kp_token_get(argument.type, argument.value, words);
        if (argument.direct) {
            actor->module->engine->global_set(actor->instance, argument.global, words);
            continue;
        }
        *slots++ = words[0];
        if (kp_type_slots(argument.type) == 2)
            *slots++ = words[1];
    }
}

/** Everything between start values and start(). Returns a trap code. */
static enum kp_trap construct(kp_actor *actor, const kp_arguments *arguments) {
    const kp_module *module = actor->module;
    uint32_t slots[KP_SLOTS_MAX + 2];
    enum kp_trap trap = KP_TRAP_NONE;
    if (module->init)
        trap = kp_actor_call(actor, module->init - 1U, slots, NULL);
    if (trap != KP_TRAP_NONE)
        return trap;
    apply_arguments(actor, arguments, slots);
    return module->construct ? kp_actor_call(actor, module->construct - 1U, slots, arguments) : KP_TRAP_NONE;
}

/** An actor is gone or was not made: what only it would have needed of the snapshot goes, too. */
static void trim_snapshot(void) {
    uint32_t most = 0;
    for (const kp_actor *actor = actors; actor; actor = actor->next)
        most = actor->module->memory > most ? actor->module->memory : most;
    kp_snapshot_trim(most);
}

static void discard(kp_actor *actor) {
    actor->module->engine->drop(actor->instance);
    kp_heap_free_owner(actor->owner);
    trim_snapshot();
}

static int check_new(uint16_t id, const uint8_t *hash) {
    unsigned count = 0;
    for (const kp_actor *actor = actors; actor; actor = actor->next)
        count++;
    if (kp_actor_find(id))
        return KP_E_EXISTS;
    if (!kp_module_find(hash))
        return KP_E_UNKNOWN;
    return count < kp_config_now->actors_max ? 0 : KP_E_LIMIT;
}

int kp_actor_create(uint16_t id, const uint8_t hash[KP_HASH_BYTES], kp_cbor_reader *reader, kp_actor **out,
                    uint32_t *detail) {
    kp_arguments arguments;
    kp_actor *actor;
    int error = check_new(id, hash);
    if (error != 0)
        return error;
    kp_module *module = kp_module_find(hash);
    error = read_arguments(&arguments, module, reader, detail);
    if (error != 0)
        return error;
    error = make(module, &actor);
    if (error != 0) {
        trim_snapshot();
        *detail = (uint32_t)kp_heap_free_bytes();
        return error;
    }
    actor->id = id;
    enum kp_trap trap = construct(actor, &arguments);
    if (trap != KP_TRAP_NONE) {
        discard(actor);
        *detail = trap;
        return KP_E_TRAP;
    }
    kp_actor **link = &actors;
    while (*link)
        link = &(*link)->next;
    *out = *link = actor;
    module->instances++;
    return 0;
}

/* --- life --- */

int kp_actor_start(kp_actor *actor, uint32_t *detail) {
    if (actor->status == KP_RUNNING || actor->status == KP_RETRYING)
        return 0;
    if (actor->status != KP_HELD || actor->restoring)
        return KP_E_STATE;
    if (!actor->started && actor->module->start) {
        uint32_t slots[2];
        enum kp_trap trap = kp_actor_call(actor, actor->module->start - 1U, slots, NULL);
        if (trap != KP_TRAP_NONE) {
            *detail = trap;
            return KP_E_TRAP;
        }
    }
    actor->started = true;
    actor->status = KP_RUNNING;
    kp_timers_arm(actor);
    kp_actor_wake(actor);
    return 0;
}

void kp_actor_stop(kp_actor *actor) {
    const bool stops = actor->status != KP_HELD && actor->module->stop;
    kp_timers_disarm(actor);
    if (actor->policy)
        kp_timer_disarm(&actor->policy->timer);
    kp_actor_forget(actor);
    actor->status = KP_HELD;
    actor->fault = KP_TRAP_NONE;
    if (stops) {
        uint32_t slots[2];
        (void)kp_actor_call(actor, actor->module->stop - 1U, slots, NULL); /* a trap in it has changed nothing */
    }
}

int kp_actor_resume(kp_actor *actor) {
    if (actor->status != KP_FAULTED)
        return KP_E_STATE;
    actor->status = KP_RUNNING;
    actor->fault = KP_TRAP_NONE;
    kp_actor_wake(actor);
    return 0;
}

void kp_actor_fault(kp_actor *actor, enum kp_trap trap, unsigned action) {
    actor->status = KP_FAULTED;
    actor->fault = (uint8_t)trap;
    actor->action = (uint8_t)action;
    actor->reported = false;
    kp_hooks_now->fault(actor);
}

static void remove_queue(kp_queue *queue) {
    if (queue->endpoint)
        kp_hooks_now->detached(queue->endpoint);
    kp_disconnect(queue);
}

void kp_actor_remove(kp_actor *actor) {
    kp_actor **link = &actors;
    while (*link != actor)
        link = &(*link)->next;
    *link = actor->next;
    kp_actor_stop(actor);
    for (unsigned i = 0; i < actor->module->inports; i++)
        while (actor->inputs[i])
            remove_queue(actor->inputs[i]);
    for (unsigned i = 0; i < actor->module->outports; i++)
        while (actor->outputs[i])
            remove_queue(actor->outputs[i]);
    actor->module->instances--;
    discard(actor);
}
