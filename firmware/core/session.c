#include "session.h"

#include "cbor.h"
#include "kp_error.h"
#include "link.h"
#include "port.h"
#include "wire.h"

/* No encryption: the only suite so far. */
#define SUITE_NONE 0u

static struct {
    uint32_t host_nonce, nonce; /* of the HELLO that was last answered, and ours */
    uint32_t boot;
    uint32_t number;
    uint32_t heard; /* when the last valid frame came in */
    uint8_t device[8];
    uint8_t ping; /* number to be echoed */
    bool begun;   /* there has been a session since boot */
    bool open;
    bool owes_welcome, owes_ready, owes_pong;
} session;

void kp_session_init(void) {
    session.begun = session.open = session.owes_welcome = session.owes_pong = false;
    session.number = 0;
    session.boot = kp_port_random();
    session.owes_ready = true;
    kp_port_unique_id(session.device);
}

bool kp_session_open(uint32_t now) {
    if (session.open && now - session.heard >= KP_SESSION_SILENCE_MS) {
        session.open = false;
        session.owes_pong = false;
    }
    return session.open;
}

uint32_t kp_session_number(void) {
    return session.number;
}

void kp_session_heard(uint32_t now) {
    session.heard = now;
}

static void begin(uint32_t host_nonce) {
    session.host_nonce = host_nonce;
    session.nonce = kp_port_random();
    session.number = (session.nonce ^ host_nonce) & 0xFFFFFFu;
    if (session.number == 0) {
        session.number = 1;
    }
    session.begun = true;
}

/* What follows the five elements belongs to other suites and later versions; a host of either learns from our WELCOME
 * what we can do. */
bool kp_session_hello(const uint8_t *cbor, size_t length, uint32_t now) {
    kp_cbor_reader reader = kp_cbor_read(cbor, length);
    size_t host_length = 0;
    uint32_t rest = kp_cbor_array(&reader);
    const uint32_t version = (uint32_t)kp_cbor_uint(&reader, UINT32_MAX);
    (void)kp_cbor_uint(&reader, UINT32_MAX); /* suite */
    const uint32_t nonce = (uint32_t)kp_cbor_uint(&reader, UINT32_MAX);
    (void)kp_cbor_bytes(&reader, &host_length);
    (void)kp_cbor_uint(&reader, UINT32_MAX); /* boot of the host: it knows itself what it has lost */
    for (; rest > 5 && !reader.bad; rest--) {
        (void)kp_cbor_item(&reader, &(size_t){0});
    }
    if (rest != 5 || host_length != sizeof session.device || !kp_cbor_done(&reader)) {
        return false;
    }
    session.owes_ready = false; /* the host is here */
    session.owes_welcome = true;
    const bool repeated = session.begun && nonce == session.host_nonce;
    if (!repeated) {
        begin(nonce);
        session.owes_pong = false;
    }
    session.open = version == KP_LINK_VERSION;
    session.heard = now;
    return !repeated && session.open;
}

void kp_session_ping(uint8_t n) {
    session.ping = n;
    session.owes_pong = true;
}

static void send_welcome(void) {
    uint8_t bytes[40];
    kp_cbor_writer writer = kp_cbor_write(bytes, sizeof bytes);
    kp_cbor_put_array(&writer, 6);
    kp_cbor_put_uint(&writer, KP_LINK_VERSION);
    kp_cbor_put_uint(&writer, SUITE_NONE);
    kp_cbor_put_uint(&writer, session.host_nonce);
    kp_cbor_put_uint(&writer, session.nonce);
    kp_cbor_put_bytes(&writer, session.device, sizeof session.device);
    kp_cbor_put_uint(&writer, session.boot);
    kp_frame_encoder *frame = kp_wire_begin(0);
    kp_frame_put_byte(frame, KP_KIND_WELCOME);
    kp_frame_put(frame, bytes, kp_cbor_written(&writer));
    kp_wire_end();
}

static void send_ready(void) {
    uint8_t bytes[16];
    kp_cbor_writer writer = kp_cbor_write(bytes, sizeof bytes);
    kp_cbor_put_array(&writer, 2);
    kp_cbor_put_bytes(&writer, session.device, sizeof session.device);
    kp_cbor_put_uint(&writer, session.boot);
    kp_frame_encoder *frame = kp_wire_begin(0);
    kp_frame_put_byte(frame, KP_KIND_READY);
    kp_frame_put(frame, bytes, kp_cbor_written(&writer));
    kp_wire_end();
}

bool kp_session_send(uint32_t now) {
    if (session.owes_welcome) {
        session.owes_welcome = false;
        send_welcome();
        return true;
    }
    if (session.owes_ready) {
        session.owes_ready = false;
        send_ready();
        return true;
    }
    if (session.owes_pong && kp_session_open(now)) {
        const uint8_t pong[2] = {KP_KIND_PONG, session.ping};
        session.owes_pong = false;
        kp_frame_put(kp_wire_begin(session.number), pong, sizeof pong);
        kp_wire_end();
        return true;
    }
    return false;
}
