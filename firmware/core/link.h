/**
 * The link of a device to its host (docs/link-protocol.md), over the byte stream of port.h. Suite 0.
 *
 *     link.c      what arrives goes to its part; what is owed goes out, the most urgent first
 *     session.c   HELLO, PING      request.c   REQUEST, REPLY      endpoint.c   TOKEN, ACK, PROBE      event.c   EVENT
 *     wire.c      one frame at a time to and from the board        frame.c, connection.c   pure, without a board
 */
#ifndef KP_LINK_H
#define KP_LINK_H

#include "kappa.h"

#include <stdbool.h>

/** First byte of a body. TOKEN and ACK hold the handle below. */
enum kp_kind {
    KP_KIND_HELLO = 0x01,
    KP_KIND_WELCOME = 0x02,
    KP_KIND_READY = 0x03,
    KP_KIND_PING = 0x04,
    KP_KIND_PONG = 0x05,
    KP_KIND_PROBE = 0x06,
    KP_KIND_REQUEST = 0x08,
    KP_KIND_REPLY = 0x09,
    KP_KIND_EVENT = 0x0A,
    KP_KIND_EVENT_ACK = 0x0B,
    KP_KIND_TOKEN = 0x80,
    KP_KIND_ACK = 0xC0,
};

/** What DESCRIBE says of a device and the runtime does not know by itself. */
typedef struct kp_identity {
    const char *name;
    const char *board;             /* by its Zephyr name */
    const char *const *attributes; /* `count` texts "key=value"; a value true, false or a whole number is sent as one */
    uint16_t attribute_count;
    bool simulated; /* sensors and outputs are simulated */
} kp_identity;

/** Begins the runtime and its link. `config` and `identity` stay in use. KP_E_MEMORY. */
int kp_link_init(const kp_config *config, const kp_identity *identity);

/** Takes what has arrived. */
void kp_link_receive(void);

/** Sends what is due; when `idle` is true also what can wait until there is nothing better to do. Returns milliseconds
 * until it wants to be called again, UINT32_MAX never; what arrives and a wire that gets free end the sleep anyway. */
uint32_t kp_link_send(bool idle);

/** One round of the main loop: receive, fire, send, sleep. */
void kp_link_round(void);

#endif
