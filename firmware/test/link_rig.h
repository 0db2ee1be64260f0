/** A whole device on a board of the test's own, with the host's end of its wire in the test's hands. */
#ifndef KP_TEST_LINK_RIG_H
#define KP_TEST_LINK_RIG_H

#include "assemble.h"
#include "check.h"
#include "link.h"

#include <stdbool.h>

#define RIG_BODY_MAX 256u

typedef struct link_rig {
    uint64_t ms;      /* the clock */
    uint32_t asleep;  /* what the last round asked to sleep */
    size_t wire_room; /* bytes that the board takes until this is set again */
    uint32_t boot;    /* random numbers count up from here */
    uint32_t session;
    uint8_t request;            /* id of the last request */
    uint8_t body[RIG_BODY_MAX]; /* the frame that rig_take() took */
    size_t length;
    size_t frames; /* bytes and frames that the device has sent */
    size_t bytes;
} link_rig;
extern link_rig rig;

/** Begins a device with `heap` bytes, without a session. READY is on the wire. */
void rig_begin(size_t heap);
/** Raw bytes to the device. */
void rig_raw(const uint8_t *bytes, size_t count);
/** A frame to the device, as the session has it. */
void rig_send(const uint8_t *body, size_t length);
/** A frame given in hexadecimal. */
void rig_send_hex(const char *body);
/** A HELLO with that nonce. */
void rig_hello(uint32_t nonce);
/** Rounds of the device's main loop until it wants to sleep. */
void rig_run(void);
/** Lets `ms` pass, with rounds at every deadline that the device asked for. */
void rig_pass(uint32_t ms);
/** Takes the next frame that the device sent into rig.body; false when there is none. Ends the process if it is not
 * good. */
bool rig_take(void);
/** The frame that comes next, in hexadecimal; "" if there is none. */
const char *rig_next(void);
/** HELLO, WELCOME, and nothing left on the wire. */
void rig_open(void);
/** A request with the next id and its reply, both without kind and id: "01 80" in, "00 87 ..." out, in hexadecimal. */
const char *rig_request(const char *operation_and_array);
/** Stores a module by requests; `hash` gets its identity in hexadecimal with the CBOR head: "50...". */
void rig_store(const module_text *text, char hash[35]);

#endif
