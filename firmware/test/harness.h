/** A runtime on the test's own board: a clock that the test sets, hooks and capabilities that note what happened. */
#ifndef KP_TEST_HARNESS_H
#define KP_TEST_HARNESS_H

#include "assemble.h"
#include "check.h"
#include "kappa.h"

/** What the hooks and the board have seen since harness_begin(). */
typedef struct harness {
    uint64_t ms; /* the clock */
    unsigned readable, writable, detached, faults;
    kp_actor *faulted;
    char log[128];
    float temperature; /* what sense.temp gives; NAN: it fails */
    uint32_t light;    /* what io.light was last set to */
    bool flash;        /* the board's flash can be erased: modules go there */
    unsigned erased;   /* pages */
} harness;
extern harness seen;

/** The flash: NOR, so that only erased bytes can be programmed. */
#define HARNESS_FLASH_PAGES 6U
#define HARNESS_FLASH_PAGE  128U
#define HARNESS_FLASH_UNIT  4U

/** Begins a runtime with `bytes` of heap (0: 64 KiB). */
void harness_begin(size_t bytes);

/** Assembles and stores a module; returns what kp_module_write() does; `hash` gets its identity. */
int harness_store(const module_text *text, uint8_t hash[KP_HASH_BYTES]);

/** Stores bytes as a module. */
int harness_store_bytes(const uint8_t *bytes, size_t count, uint8_t hash[KP_HASH_BYTES], uint32_t *detail);

/** Stores a module that must be good and makes an actor of it, with arguments as CBOR in hexadecimal (NULL: none). */
kp_actor *harness_actor(const module_text *text, uint16_t id, const char *arguments);

/** Starts an actor that must start. */
void harness_start(kp_actor *actor);

/** Connects a port with the test; the queue is written or read by hand. */
kp_queue *harness_in(kp_actor *actor, unsigned inport, unsigned length);
kp_queue *harness_out(kp_actor *actor, unsigned outport, unsigned length);

/** Pushes a token given in hexadecimal; returns what kp_queue_push() does. */
int harness_push(kp_queue *queue, const char *token);

/** Takes the oldest token as hexadecimal; "" if there is none. The text lives until the next call. */
const char *harness_pop(kp_queue *queue);

/** Runs until nothing can fire at the time that it is; returns what kp_poll() said last. */
uint32_t harness_run(void);

/** The state of an actor as hexadecimal. */
const char *harness_state(const kp_actor *actor);

/** Hexadecimal to bytes; returns how many. */
size_t hex_bytes(const char *text, uint8_t *bytes);

#endif
