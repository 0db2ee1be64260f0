/*
 * Firings are atomic (docs/module-abi.md, section 3). Inputs are peeked at, sends are staged in the queues, globals
 * change in the engine only until it is told to commit, and linear memory is saved before and put back after a trap.
 * One buffer serves all actors, because one firing runs at a time.
 */
#include "firing.h"

#include "kappa.h"
#include "route.h"

kp_firing kp_firing_now;

static uint32_t *snapshot;
static uint32_t snapshot_bytes;

/* --- linear memory --- */

int kp_snapshot_reserve(uint32_t bytes) {
    if (bytes <= snapshot_bytes)
        return 0;
    kp_heap_free(snapshot);
    snapshot = kp_heap_alloc(bytes, KP_OWNER_RUNTIME);
    if (snapshot) {
        snapshot_bytes = bytes;
        return 0;
    }
    if (snapshot_bytes)
        snapshot = kp_heap_alloc(snapshot_bytes, KP_OWNER_RUNTIME); /* fits: it has just been freed */
    return KP_E_MEMORY;
}

void kp_snapshot_trim(uint32_t bytes) {
    if (bytes >= snapshot_bytes)
        return;
    if (bytes) {
        snapshot = kp_heap_resize(snapshot, bytes, KP_OWNER_RUNTIME);
    } else {
        kp_heap_free(snapshot);
        snapshot = NULL;
    }
    snapshot_bytes = bytes;
}

/** What a core moves by one load and one store of several registers. */
typedef struct chunk {
    uint32_t words[4];
} chunk;

/** Copies whole words, the last one maybe beyond the end: blocks of the heap end at a multiple of four. */
static void copy_words(uint32_t *to, const uint32_t *from, uint32_t bytes) {
    for (; bytes >= 2 * sizeof(chunk); bytes -= 2 * (uint32_t)sizeof(chunk), to += 8, from += 8) {
        *(chunk *)to = *(const chunk *)from;
        *(chunk *)(to + 4) = *(const chunk *)(from + 4);
    }
    for (; bytes > 0; bytes -= bytes < 4 ? bytes : 4)
        *to++ = *from++;
}

static inline void save_memory(const kp_instance *instance) {
    if (instance->memory_bytes)
        copy_words(snapshot, (const uint32_t *)(const void *)instance->memory, instance->memory_bytes);
}

static void restore_memory(kp_instance *instance) {
    if (instance->memory_bytes)
        copy_words((uint32_t *)(void *)instance->memory, snapshot, instance->memory_bytes);
}

static void roll_back(kp_actor *actor) {
    actor->module->engine->rollback(actor->instance);
    restore_memory(actor->instance);
}

/** Frees the actor's garbage, as a part of the call before it. The module has a collector. */
static enum kp_trap collect(kp_actor *actor) {
    const kp_module *module = actor->module;
    uint32_t slots[2];
    int32_t fuel = kp_config_now->fuel;
    return module->engine->call(actor->instance, module->collect - 1U, slots, &fuel);
}

/** Opens the ports of an action for its imports. */
static inline void begin(kp_actor *actor, uint32_t inputs, uint32_t outputs) {
    kp_firing_now.actor = actor;
    kp_firing_now.inputs = inputs;
    kp_firing_now.open = outputs;
    kp_firing_now.sent = 0;
    kp_firing_now.timed = false;
}

/* --- functions that are no actions --- */

enum kp_trap kp_actor_call(kp_actor *actor, unsigned function, uint32_t *slots, const kp_arguments *arguments) {
    const kp_engine *engine = actor->module->engine;
    int32_t fuel = kp_config_now->fuel;
    kp_firing_now = (kp_firing){.actor = actor, .arguments = arguments};
    save_memory(actor->instance);
    enum kp_trap trap = engine->call(actor->instance, function, slots, &fuel);
    if (trap == KP_TRAP_NONE && actor->module->collect)
        trap = collect(actor);
    if (trap == KP_TRAP_NONE)
        engine->commit(actor->instance);
    else
        roll_back(actor);
    kp_firing_now.arguments = NULL;
    return trap;
}

/* --- actions --- */

/** Checks a token that is no value of the inport's type, or may be none. A trap code: an exceptional one is for
 * handlers. */
static enum kp_trap check_token(kp_type type, const uint8_t *token, size_t count, bool handler) {
    if (kp_token_exceptional(token))
        return handler ? KP_TRAP_NONE : KP_TRAP_EXCEPTION;
    if (type == KP_TYPE_ANY || (!kp_type_scalar(type) && kp_token_size(type, token, count) >= 0))
        return KP_TRAP_NONE;
    return KP_TRAP_TOKEN;
}

/** Whether the token that an inport makes of those that wait can be carried. A trap code. */
static __attribute__((noinline)) enum kp_trap check_collected(const kp_queue *queue, const uint8_t *head) {
    int size = kp_token_exceptional(head) ? 1 : kp_input_collected(queue, &head);
    return size > 0 ? KP_TRAP_NONE : size == KP_E_FULL ? KP_TRAP_SIZE : KP_TRAP_TOKEN;
}

/** Decodes the scalar inputs of an action to parameters, an exceptional one of a handler to 0; checks the others. A
 * trap code. */
static inline enum kp_trap take_inputs(const kp_actor *actor, const kp_action *action, uint32_t *slots) {
    enum kp_trap trap = KP_TRAP_NONE;
    for (uint32_t inputs = action->inputs; inputs && trap == KP_TRAP_NONE; inputs &= inputs - 1) {
        unsigned port = (unsigned)__builtin_ctz(inputs);
        kp_type type = actor->module->types[port];
        const kp_queue *queue = actor->inputs[port];
        if (kp_type_scalar(type)) {
            const uint8_t *token = kp_queue_oldest(queue);
            if (kp_token_get(type, token, slots) != 0) {
                trap = check_token(type, token, 0, action->handler);
                slots[0] = slots[kp_type_slots(type) - 1U] = 0;
            }
            slots += kp_type_slots(type);
        } else {
            size_t count;
            const uint8_t *token = kp_queue_peek(queue, 0, &count);
            trap = check_token(type, token, count, action->handler);
            if (trap == KP_TRAP_NONE && kp_queue_wraps(queue))
                trap = check_collected(queue, token);
        }
    }
    return trap;
}

static __attribute__((noinline)) uint32_t exceptional_inputs(const kp_actor *actor, uint32_t inputs) {
    uint32_t found = 0;
    for (; inputs; inputs &= inputs - 1) {
        size_t count;
        uint32_t bit = inputs & (0U - inputs);
        if (kp_token_exceptional(kp_queue_peek(actor->inputs[__builtin_ctz(inputs)], 0, &count)))
            found |= bit;
    }
    return found;
}

/** Whether handlers list every exceptional token that keeps an action from firing. */
static bool is_handled(const kp_actor *actor, const kp_action *action) {
    uint32_t left = exceptional_inputs(actor, action->inputs);
    for (unsigned i = 0; i < actor->module->action_count; i++)
        if (actor->module->actions[i].handler)
            left &= ~actor->module->actions[i].inputs;
    return left == 0;
}

/** Forgets what a firing that trapped has staged. */
static void cancel_sends(const kp_actor *actor, uint32_t ports) {
    for (; ports; ports &= ports - 1)
        for (kp_queue *queue = actor->outputs[__builtin_ctz(ports)]; queue; queue = queue->next)
            kp_queue_cancel(queue);
}

/** Takes the token that the firing has consumed out of an inport's queue, or of several. */
static inline void consume(kp_queue *queue) {
    if (kp_queue_wraps(queue))
        kp_collect_take(queue);
    else
        kp_queue_pop(queue);
}

static inline void commit(kp_actor *actor, const kp_action *action, uint32_t used) {
    actor->module->engine->commit(actor->instance);
    actor->firings++;
    actor->fuel += used;
    for (uint32_t ports = action->inputs; ports; ports &= ports - 1)
        consume(actor->inputs[__builtin_ctz(ports)]);
    for (uint32_t ports = kp_firing_now.sent; ports; ports &= ports - 1)
        for (kp_queue *queue = actor->outputs[__builtin_ctz(ports)]; queue; queue = queue->next)
            kp_queue_commit(queue);
}

/** Calls a guard that is a function: what it returns, or its trap. It leaves no trace when it says no. */
static enum kp_trap call_guard(kp_actor *actor, unsigned function, int32_t *fuel, bool *holds) {
    uint32_t slots[2];
    enum kp_trap trap = actor->module->engine->call(actor->instance, function, slots, fuel);
    *holds = trap == KP_TRAP_NONE && slots[0] != 0;
    if (trap == KP_TRAP_NONE && !*holds)
        roll_back(actor);
    return trap;
}

static bool global_holds(const kp_actor *actor, unsigned global) {
    uint32_t words[2];
    actor->module->engine->global_get(actor->instance, global, words);
    return words[0] != 0;
}

/** The action itself and the collector. */
static inline __attribute__((always_inline)) enum kp_trap run(kp_actor *actor, const kp_action *action, unsigned index,
                                                              int32_t *fuel) {
    uint32_t slots[KP_SLOTS_MAX + 2];
    const kp_module *module = actor->module;
    begin(actor, action->inputs, action->outputs);
    if (action->every) {
        kp_firing_now.timed = true;
        kp_firing_now.due = kp_timer_due(actor, index);
    }
    enum kp_trap trap = take_inputs(actor, action, slots);
    if (trap == KP_TRAP_NONE)
        trap = module->engine->call(actor->instance, index, slots, fuel);
    return trap == KP_TRAP_NONE && module->collect ? collect(actor) : trap;
}

/** A firing that trapped: all is as before it, but for the actor's status. Not even that, and false, when a handler is
 * to take the tokens. */
static __attribute__((noinline)) bool fail(kp_actor *actor, const kp_action *action, enum kp_trap trap,
                                           unsigned index) {
    roll_back(actor);
    if (trap == KP_TRAP_EXCEPTION && is_handled(actor, action))
        return false;
    cancel_sends(actor, kp_firing_now.sent);
    if (!kp_policy_takes(actor, action, trap, index))
        kp_actor_fault(actor, trap, index);
    return true;
}

/** Whether an action's guard holds, if it has one that is a function; its trap. */
static __attribute__((noinline)) enum kp_trap ask_guard(kp_actor *actor, unsigned guard, int32_t *fuel, bool *holds) {
    begin(actor, 0, 0);
    return call_guard(actor, (guard - 2U) / 2, fuel, holds);
}

bool kp_actor_fire(kp_actor *actor, const kp_action *action, unsigned index) {
    const int32_t budget = kp_config_now->fuel;
    const unsigned guard = action->guard;
    int32_t fuel = budget;
    enum kp_trap trap = KP_TRAP_NONE;
    bool holds = true;
    if (guard & 1U && !global_holds(actor, (guard - 1U) / 2))
        return false;
    if (action->handler && !exceptional_inputs(actor, action->inputs))
        return false;
    save_memory(actor->instance);
    if (guard && !(guard & 1U))
        trap = ask_guard(actor, guard, &fuel, &holds);
    if (!holds && trap == KP_TRAP_NONE)
        return false;
    if (trap == KP_TRAP_NONE)
        trap = run(actor, action, index, &fuel);
    if (trap == KP_TRAP_NONE) {
        commit(actor, action, (uint32_t)(budget - fuel));
        if (action->every)
            kp_timer_next(actor, index);
        return true;
    }
    return fail(actor, action, trap, index);
}

void kp_firing_reset(void) {
    snapshot = NULL;
    snapshot_bytes = 0;
}
