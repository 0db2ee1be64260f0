/** The session with the host (docs/link-protocol.md, section 2): HELLO, WELCOME, READY, PING and PONG. */
#ifndef KP_SESSION_H
#define KP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KP_LINK_VERSION       1u
#define KP_SESSION_SILENCE_MS 5000u /**< without a valid frame the session is closed */

/** Draws the boot id and owes READY. */
void kp_session_init(void);

/** True while there is a session; false after KP_SESSION_SILENCE_MS without a valid frame. */
bool kp_session_open(uint32_t now);

/** The 24-bit number of the newest session, 0 before the first. */
uint32_t kp_session_number(void);

/** A valid frame of the session came in at `now`. */
void kp_session_heard(uint32_t now);

/** The CBOR of a HELLO. True when a new session begins: the rest of the link is to begin anew. */
bool kp_session_hello(const uint8_t *cbor, size_t length, uint32_t now);

/** A PING to be answered. */
void kp_session_ping(uint8_t n);

/** Sends one owed WELCOME, READY or PONG, when the wire is ready. False when there is nothing owed. */
bool kp_session_send(uint32_t now);

#endif
