/**
 * The constrained runtime as a main loop sees it.
 *
 *     kp_init(&config, &hooks);
 *     for (;;) {
 *         link_poll();                       // bytes in, frames out
 *         uint32_t ms = kp_poll();           // fire what can fire
 *         kp_port_sleep(min(ms, link_ms));   // nothing to do: sleep to the next interrupt or deadline
 *     }
 *
 * There is one runtime in a process or on a board; everything runs in the main loop.
 */
#ifndef KAPPA_H
#define KAPPA_H

#include "actor.h"
#include "kp_config.h"
#include "kp_error.h"
#include "port.h"

/** What the runtime tells the link. All members are set. Called in the main loop, also from within kp_ functions that
 * the link called. */
typedef struct kp_hooks {
    /** A token was added to the queue that `endpoint` reads. */
    void (*readable)(void *endpoint);
    /** A token was taken from the queue that `endpoint` writes. */
    void (*writable)(void *endpoint);
    /** The queue of `endpoint` is about to go because its actor goes. */
    void (*detached)(void *endpoint);
    /** An actor has faulted: actor->fault, actor->action. */
    void (*fault)(kp_actor *actor);
    /** Text of an actor: `units` UTF-16LE units at `memory` (kp_utf8_size(), kp_utf8_write()). */
    void (*log)(kp_actor *actor, const uint8_t *memory, uint32_t units);
} kp_hooks;

/** Begins with nothing. `config` and `hooks` stay in use. KP_E_MEMORY. */
int kp_init(const kp_config *config, const kp_hooks *hooks);

/** Fires what can fire, at most config->slice firings. Returns milliseconds until it wants to be called again: 0 now,
 * UINT32_MAX never. */
uint32_t kp_poll(void);

/** The configuration and hooks in use. */
extern const kp_config *kp_config_now;
extern const kp_hooks *kp_hooks_now;

/** Import numbers that this runtime offers, ascending, to `numbers` (at most `room`); returns how many there are. */
size_t kp_capability_numbers(uint8_t *numbers, size_t room);

#endif
