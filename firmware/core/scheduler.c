/* Which actor fires next: the ready list and the timers. Nothing is spent on actors that are in neither. */
#include "actor.h"

#include "kappa.h"

/* Keeps what is rare from costing the common path registers. */
#define NOT_INLINED __attribute__((noinline))

static kp_actor *ready_first, *ready_last;
static kp_timer *timers; /* armed, the next one due first */

void kp_scheduler_reset(void) {
    ready_first = ready_last = NULL;
    timers = NULL;
}

/* --- ready list --- */

void kp_actor_wake(kp_actor *actor) {
    if (actor->ready || actor->status != KP_RUNNING)
        return;
    actor->ready = true;
    actor->next_ready = NULL;
    if (ready_first)
        ready_last->next_ready = actor;
    else
        ready_first = actor;
    ready_last = actor;
}

void kp_actor_forget(kp_actor *actor) {
    if (!actor->ready)
        return;
    kp_actor *before = NULL;
    for (kp_actor *at = ready_first; at != actor; at = at->next_ready)
        before = at;
    if (before)
        before->next_ready = actor->next_ready;
    else
        ready_first = actor->next_ready;
    if (ready_last == actor)
        ready_last = before;
    actor->ready = false;
}

/** Takes the first actor out of the list, unless it has gone from there while it fired. */
static void take_first(kp_actor *actor) {
    if (ready_first != actor)
        return;
    ready_first = actor->next_ready;
    actor->ready = false;
}

/* --- timers --- */

#define LONGEST_PERIOD (UINT64_C(1) << 53)

static uint64_t period_of_f64(double value) {
    return value >= 1 ? value < 9007199254740992.0 ? (uint64_t)value : LONGEST_PERIOD : 1;
}

/** The period in a mutable global in whole milliseconds, at least 1. */
static uint64_t period_of(const kp_actor *actor, unsigned global) {
    const kp_module *module = actor->module;
    kp_type type = module->types[module->inports + module->outports + global];
    union {
        uint32_t words[2];
        uint64_t wide;
        double f64;
        float f32;
        int32_t narrow;
    } value;
    value.wide = 0;
    module->engine->global_get(actor->instance, global, value.words);
    switch (type) {
    case KP_TYPE_F32:
        return period_of_f64((double)value.f32);
    case KP_TYPE_F64:
        return period_of_f64(value.f64);
    case KP_TYPE_U64:
    case KP_TYPE_U32:
        break;
    case KP_TYPE_I64:
        value.wide = (int64_t)value.wide < 0 ? 0 : value.wide;
        break;
    default:
        return value.narrow <= 0 ? 1 : (uint64_t)value.narrow;
    }
    return value.wide == 0 ? 1 : value.wide < LONGEST_PERIOD ? value.wide : LONGEST_PERIOD;
}

static void insert(kp_timer *timer) {
    kp_timer **link = &timers;
    while (*link && (*link)->due <= timer->due)
        link = &(*link)->next;
    timer->next = *link;
    *link = timer;
    timer->armed = true;
}

static void take_out(kp_timer *timer) {
    if (!timer->armed)
        return;
    kp_timer **link = &timers;
    while (*link != timer)
        link = &(*link)->next;
    *link = timer->next;
    timer->armed = false;
}

void kp_timer_arm(kp_timer *timer, uint64_t due) {
    timer->due = due;
    insert(timer);
}

void kp_timer_disarm(kp_timer *timer) {
    take_out(timer);
}

static kp_timer *timer_of(const kp_actor *actor, unsigned action) {
    kp_timer *timer = actor->timers;
    while (timer->action != action)
        timer++;
    return timer;
}

uint64_t kp_timer_due(const kp_actor *actor, unsigned action) {
    return timer_of(actor, action)->due;
}

static uint64_t period_of_action(const kp_actor *actor, unsigned action) {
    return period_of(actor, actor->module->actions[action].every - 1U);
}

void kp_timers_arm(kp_actor *actor) {
    uint64_t now = actor->module->timed ? kp_port_ms() : 0;
    for (unsigned i = 0; i < actor->module->timed; i++) {
        kp_timer *timer = &actor->timers[i];
        timer->due = now + period_of_action(actor, timer->action);
        insert(timer);
    }
}

void kp_timer_next(kp_actor *actor, unsigned action) {
    kp_timer *timer = timer_of(actor, action);
    uint64_t period = period_of_action(actor, action);
    uint64_t now = kp_port_ms();
    actor->due &= ~(UINT32_C(1) << action);
    timer->due += period;
    if (timer->due <= now) /* periods were missed: on to the first multiple after now */
        timer->due += ((now - timer->due) / period + 1) * period;
    insert(timer);
}

void kp_timers_disarm(kp_actor *actor) {
    for (unsigned i = 0; i < actor->module->timed; i++)
        take_out(&actor->timers[i]);
    actor->due = 0;
}

static NOT_INLINED void expire(uint64_t now) {
    while (timers && timers->due <= now) {
        kp_timer *timer = timers;
        timers = timer->next;
        timer->armed = false;
        if (timer->action == KP_TIMER_RETRY) {
            kp_policy_retry(timer->actor);
            continue;
        }
        timer->actor->due |= UINT32_C(1) << timer->action;
        kp_actor_wake(timer->actor);
    }
}

/* --- main loop --- */

/** Whether an action's ports and timer allow it. */
static inline bool may_fire(const kp_actor *actor, const kp_action *action, unsigned index) {
    return !(action->inputs & ~actor->has_token) && !(action->outputs & ~actor->has_room) &&
           (!action->every || actor->due >> index & 1U);
}

/** Fires the first action that is enabled; false when none is. */
static inline bool fire_first(kp_actor *actor) {
    const kp_action *action = actor->module->actions;
    const unsigned count = actor->module->action_count;
    for (unsigned i = 0; i < count; i++, action++)
        if (may_fire(actor, action, i) && kp_actor_fire(actor, action, i))
            return true;
    return false;
}

/** Milliseconds to the first timer's time. */
static NOT_INLINED uint32_t until_timer(void) {
    uint64_t now = kp_port_ms();
    if (timers->due <= now)
        return 0;
    uint64_t wait = timers->due - now;
    return wait < UINT32_MAX ? (uint32_t)wait : UINT32_MAX - 1;
}

uint32_t kp_poll(void) {
    if (timers)
        expire(kp_port_ms());
    unsigned left = kp_config_now->slice;
    while (left && ready_first) {
        kp_actor *actor = ready_first;
        if (actor->status != KP_RUNNING || !fire_first(actor)) {
            take_first(actor);
            continue;
        }
        left--;
        if (ready_first == actor && ready_last != actor) { /* the others first */
            take_first(actor);
            kp_actor_wake(actor);
        }
    }
    return ready_first ? 0 : timers ? until_timer() : UINT32_MAX;
}
