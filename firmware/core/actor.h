/**
 * Actors: instances of modules with their connections. What is here is called between firings: by the link, by tests.
 * Ids are the host's, from 1.
 */
#ifndef KP_ACTOR_H
#define KP_ACTOR_H

#include "module.h"
#include "queue.h"

enum kp_status {
    KP_HELD = 0,
    KP_RUNNING = 1,
    KP_FAULTED = 2,
    KP_RETRYING = 3, /* running, but for a pause before a firing that trapped is tried again */
};

typedef struct kp_actor kp_actor;

/** The periodic timer of one timed action. Armed timers lie in one list in order of their due time. */
typedef struct kp_timer {
    struct kp_timer *next;
    kp_actor *actor;
    uint64_t due; /* milliseconds of kp_port_ms() */
    uint8_t action;
    bool armed;
} kp_timer;

/** The `action` of a timer that ends the pause before a retry. */
#define KP_TIMER_RETRY 0xffU

/** What becomes of an actor whose firings trap; without one it is faulted at once. */
typedef struct kp_policy {
    kp_timer timer;   /* of the pause */
    uint32_t firings; /* of the actor when it was last tried again */
    uint16_t backoff; /* milliseconds before the first retry, doubled for each further one */
    uint8_t retries;  /* at most */
    uint8_t tried;    /* so far, if no firing succeeded meanwhile */
    bool skips;       /* then drops the tokens and goes on; else it is faulted */
} kp_policy;

struct kp_actor {
    kp_actor *next;       /* all actors */
    kp_actor *next_ready; /* the ready list */
    kp_module *module;
    kp_instance *instance;
    kp_queue **inputs;  /* the queue that an inport takes from next, NULL not connected */
    kp_queue **outputs; /* an outport's first queue */
    kp_policy *policy;  /* NULL: none */
    kp_timer *timers;   /* one a timed action, in the order of the actions */
    uint32_t has_token; /* inports that hold one */
    uint32_t has_room;  /* outports that can send a token */
    uint32_t is_void;   /* outports with a void connection */
    uint32_t due;       /* timed actions that are due */
    uint32_t firings;
    uint64_t fuel; /* used in all firings */
    uint16_t id;
    kp_owner owner;
    uint8_t status; /* kp_status */
    uint8_t fault;  /* trap code, 0 none */
    uint8_t action; /* that faulted */
    bool ready;     /* is in the ready list */
    bool started;   /* start() has run, or its state was restored */
    bool restoring; /* a restore has begun and is not complete */
    bool reported;  /* the host has acknowledged the fault (event.c) */
};

/**
 * Makes an actor, held. `arguments` is at a CBOR array: a token or `undefined` for each, may be shorter than the
 * module's; it is taken from the reader. Runs init and construct. KP_E_EXISTS, KP_E_UNKNOWN (module), KP_E_MEMORY
 * (detail: free bytes), KP_E_LIMIT, KP_E_ARGUMENT (detail: index), KP_E_TRAP (detail: trap code), KP_E_MALFORMED.
 */
int kp_actor_create(uint16_t id, const uint8_t hash[KP_HASH_BYTES], kp_cbor_reader *arguments, kp_actor **actor,
                    uint32_t *detail);

/** Gives an actor a policy, once. KP_E_MEMORY. */
int kp_policy_set(kp_actor *actor, unsigned retries, unsigned backoff, bool skips);

/** The actor of that id, or NULL. */
kp_actor *kp_actor_find(uint16_t id);

/** First of all actors in order of creation (then ->next); NULL if there is none. */
kp_actor *kp_actor_first(void);

/** Held to running; runs start() once in its life. Running: nothing to do. KP_E_STATE when faulted or half restored,
 * KP_E_TRAP. */
int kp_actor_start(kp_actor *actor, uint32_t *detail);

/** Running or faulted to held; stop() runs. Timers stop; tokens stay. */
void kp_actor_stop(kp_actor *actor);

/** Faulted to running: the firing that trapped is tried again. KP_E_STATE when it is not faulted. */
int kp_actor_resume(kp_actor *actor);

/** Removes an actor with all its connections; the link is told of its ends that go (kp_hooks.detached). */
void kp_actor_remove(kp_actor *actor);

/** Bytes of heap that it has: instance, ports, queues whose reader it is or that go to the link, without the module. */
size_t kp_actor_ram(const kp_actor *actor);

/* Connections; without a manner it is the usual one. KP_E_PORT: no such port, the inport is taken, or the manner is not
 * that of the port's other connections, or unknown; KP_E_MEMORY. */

/** Outport to inport on this device. */
int kp_connect_local(kp_actor *from, unsigned outport, kp_actor *to, unsigned inport, const kp_manner *manner);

/** Outport to the link: `endpoint` gets `readable` for each token, peeks, and pops what is acknowledged. */
int kp_connect_out(kp_actor *actor, unsigned outport, const kp_manner *manner, void *endpoint, kp_queue **queue);

/** The link to an inport: `endpoint` pushes, and gets `writable` when the actor has taken a token. */
int kp_connect_in(kp_actor *actor, unsigned inport, const kp_manner *manner, void *endpoint, kp_queue **queue);

/** Outport to nowhere: tokens are dropped. */
int kp_connect_void(kp_actor *actor, unsigned outport);

/** Takes a connection away, with the tokens in it; the link's end, if there is one, is not told (it asks for it). */
void kp_disconnect(kp_queue *queue);

/** The local connection between these ports, NULL if there is none. */
kp_queue *kp_connection_find(const kp_actor *from, unsigned outport, const kp_actor *to, unsigned inport);

/** Takes a void connection away. */
void kp_disconnect_void(kp_actor *actor, unsigned outport);

/* State: docs/module-abi.md, section 7. */

/** Size of an actor's state in bytes. */
uint32_t kp_state_size(const kp_actor *actor);

/** Copies up to `room` bytes of the state from `offset`; returns how many. */
size_t kp_state_save(const kp_actor *actor, uint32_t offset, uint8_t *bytes, size_t room);

/**
 * Takes a page of a state of `total` bytes; pages in order from 0 (0 begins anew). With the last one the actor has
 * that state, still held, and start() counts as run. KP_E_STATE when it is not held or the page is out of order,
 * KP_E_MEMORY when the state is larger than the actor, KP_E_MALFORMED when smaller than its globals.
 */
int kp_state_restore(kp_actor *actor, uint32_t total, uint32_t offset, const uint8_t *bytes, size_t count);

/* Between the parts of the core. */

/** Runs an exported function without ports (init, construct with its arguments, start): all or nothing, followed by
 * collect. */
struct kp_arguments;
enum kp_trap kp_actor_call(kp_actor *actor, unsigned function, uint32_t *slots, const struct kp_arguments *arguments);

/** Fires an action whose ports and timer allow it. False when its guard does not; a trap counts as fired: the actor is
 * faulted then. */
bool kp_actor_fire(kp_actor *actor, const kp_action *action, unsigned index);

/** Makes sure that the memory of every actor can be saved during a firing; before an instance of `bytes` of memory is
 * made. */
int kp_snapshot_reserve(uint32_t bytes);

/** Gives back what is reserved beyond `bytes`, the most memory that an actor has now. */
void kp_snapshot_trim(uint32_t bytes);

/** The tokens for construct, which reads those that are no scalars as if they lay on ports behind the inports. */
typedef struct kp_arguments {
    kp_manifest manifest;
    const kp_module *module;
    kp_cbor_reader given; /* behind the head of the array */
    uint32_t given_count;
} kp_arguments;

/** Argument `index` with its value: the given one, else its default, else NULL. KP_E_ARGUMENT when it does not fit. */
int kp_arguments_at(const kp_arguments *arguments, unsigned index, kp_argument *argument);

/** Timers. arm: due a period from now; next: at the first multiple of the period after now; disarm: not due any more.
 */
void kp_timers_arm(kp_actor *actor);
void kp_timer_next(kp_actor *actor, unsigned action);
void kp_timers_disarm(kp_actor *actor);

/** A timer of its own: due at that time; and taken back, if it runs. */
void kp_timer_arm(kp_timer *timer, uint64_t due);
void kp_timer_disarm(kp_timer *timer);

/** A firing trapped, and is undone: whether the policy says to try again, or to go on without its tokens. */
bool kp_policy_takes(kp_actor *actor, const kp_action *action, enum kp_trap trap, unsigned index);

/** The pause is over. */
void kp_policy_retry(kp_actor *actor);

/** When a timed action is, or was, due. */
uint64_t kp_timer_due(const kp_actor *actor, unsigned action);

/** Takes an actor out of the ready list. */
void kp_actor_forget(kp_actor *actor);

/** Begin anew, after the heap. kp_imports_begin() takes memory: 0 or KP_E_MEMORY. */
void kp_scheduler_reset(void);
void kp_firing_reset(void);
int kp_imports_begin(void);

/** Puts a running actor into the ready list. */
void kp_actor_wake(kp_actor *actor);

/** Recomputes whether an outport can send a token. */
void kp_actor_update_room(kp_actor *actor, unsigned outport);

/** Marks an actor faulted and reports it. */
void kp_actor_fault(kp_actor *actor, enum kp_trap trap, unsigned action);

void kp_actor_reset(void);

#endif
