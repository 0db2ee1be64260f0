/* Fault policies (docs/module-abi.md, section 6.1): what becomes of an actor whose firings trap. */
#include "actor.h"

#include "kappa.h"
#include "route.h"

#define PAUSE_MAX 60000U /* milliseconds */

int kp_policy_set(kp_actor *actor, unsigned retries, unsigned backoff, bool skips) {
    kp_policy *policy = kp_heap_alloc(sizeof *policy, actor->owner);
    if (!policy)
        return KP_E_MEMORY;
    policy->timer.actor = actor;
    policy->timer.action = KP_TIMER_RETRY;
    policy->retries = (uint8_t)retries;
    policy->backoff = (uint16_t)backoff;
    policy->skips = skips;
    actor->policy = policy;
    return 0;
}

static void pause(kp_actor *actor) {
    kp_policy *policy = actor->policy;
    uint32_t pause = policy->backoff;
    for (unsigned i = 0; i < policy->tried && pause < PAUSE_MAX; i++)
        pause *= 2;
    policy->tried++;
    actor->status = KP_RETRYING;
    kp_actor_forget(actor);
    kp_timer_arm(&policy->timer, kp_port_ms() + (pause < PAUSE_MAX ? pause : PAUSE_MAX));
}

void kp_policy_retry(kp_actor *actor) {
    actor->status = KP_RUNNING;
    kp_actor_wake(actor);
}

/** Writes to the log what is dropped, as UTF-16. */
static void tell(kp_actor *actor, enum kp_trap trap, unsigned index) {
    char text[] = "dead letter: trap ## in action ##";
    uint8_t units[2 * sizeof text];
    text[18] = (char)('0' + trap / 10U);
    text[19] = (char)('0' + trap % 10U);
    text[31] = (char)('0' + index / 10);
    text[32] = (char)('0' + index % 10);
    for (unsigned i = 0; i < sizeof text; i++) {
        units[2 * i] = (uint8_t)text[i];
        units[2 * i + 1] = 0;
    }
    kp_hooks_now->log(actor, units, sizeof text - 1);
}

bool kp_policy_takes(kp_actor *actor, const kp_action *action, enum kp_trap trap, unsigned index) {
    kp_policy *policy = actor->policy;
    if (!policy)
        return false;
    if (policy->firings != actor->firings)
        policy->tried = 0;
    policy->firings = actor->firings;
    if (policy->tried < policy->retries) {
        pause(actor);
        return true;
    }
    policy->tried = 0;
    if (!policy->skips || (!action->inputs && !action->every)) /* it would trap again for ever */
        return false;
    for (uint32_t ports = action->inputs; ports; ports &= ports - 1)
        kp_collect_take(actor->inputs[__builtin_ctz(ports)]);
    if (action->every)
        kp_timer_next(actor, index);
    tell(actor, trap, index);
    return true;
}
