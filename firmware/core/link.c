#include "link.h"

#include "endpoint.h"
#include "event.h"
#include "request.h"
#include "session.h"
#include "wire.h"

static uint32_t now_ms(void) {
    return (uint32_t)kp_port_ms(); /* intervals are short: it may wrap */
}

/* ---- In ---- */

static int32_t session_of(uint8_t kind) {
    if (kind == KP_KIND_HELLO) {
        return 0;
    }
    if (kind == KP_KIND_WELCOME || kind == KP_KIND_READY || !kp_session_open(now_ms())) {
        return -1;
    }
    return (int32_t)kp_session_number();
}

/* The handle in the first byte, or in the two that follow it. False when the body is too short. */
static bool take_handle(const uint8_t **at, size_t *left, uint16_t *handle) {
    *handle = **at & 0x3Fu;
    (*at)++;
    (*left)--;
    if (*handle < 63) {
        return true;
    }
    if (*left < 2) {
        return false;
    }
    *handle = (uint16_t)((*at)[0] | (*at)[1] << 8);
    *at += 2;
    *left -= 2;
    return true;
}

static void take_data(const uint8_t *body, size_t length, uint32_t now) {
    const bool is_ack = body[0] >= KP_KIND_ACK;
    uint16_t handle;
    if (!take_handle(&body, &length, &handle)) {
        return;
    }
    if (is_ack && length == 2) {
        kp_endpoint_ack(handle, body[0], body[1], now);
    } else if (!is_ack && length >= 2) {
        kp_endpoint_token(handle, body[0], body + 1, length - 1);
    }
}

static void begin_session(void) {
    kp_request_resume();
    kp_event_resume();
    kp_endpoint_resume();
}

static void take(const uint8_t *body, size_t length) {
    const uint32_t now = now_ms();
    if (body[0] == KP_KIND_HELLO) {
        if (kp_session_hello(body + 1, length - 1, now)) {
            begin_session();
        }
        return;
    }
    kp_session_heard(now);
    if (body[0] >= KP_KIND_TOKEN) {
        take_data(body, length, now);
    } else if (body[0] == KP_KIND_REQUEST) {
        kp_request_take(body, length);
    } else if (body[0] == KP_KIND_PING && length == 2) {
        kp_session_ping(body[1]);
    } else if (body[0] == KP_KIND_PROBE && length == 3) {
        kp_endpoint_probe((uint16_t)(body[1] | body[2] << 8));
    } else if (body[0] == KP_KIND_EVENT_ACK && length == 2) {
        kp_event_ack(body[1]);
    }
}

void kp_link_receive(void) {
    kp_wire_receive(session_of, take);
}

/* ---- Out ---- */

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* A wire that is not ready wakes the main loop when it is; a timer that expired meanwhile waits for that, too. */
uint32_t kp_link_send(bool idle) {
    const uint32_t now = now_ms();
    while (kp_wire_ready() && kp_session_send(now)) {
    }
    if (!kp_session_open(now)) {
        return UINT32_MAX;
    }
    while (kp_wire_ready() && (kp_request_send() || kp_event_send(now))) {
    }
    kp_endpoint_send(idle, now);
    return kp_wire_ready() ? least(kp_event_deadline(now), kp_endpoint_deadline(now)) : UINT32_MAX;
}

void kp_link_round(void) {
    kp_link_receive();
    const uint32_t fire = kp_poll();
    const uint32_t send = kp_link_send(fire > 0);
    kp_port_sleep(least(fire, send));
}

/* ---- Start ---- */

static const kp_hooks hooks = {
    .readable = kp_endpoint_changed,
    .writable = kp_endpoint_changed,
    .detached = kp_endpoint_detached,
    .fault = kp_event_fault,
    .log = kp_event_log,
};

int kp_link_init(const kp_config *config, const kp_identity *identity) {
    kp_session_init();
    kp_event_resume();
    kp_endpoint_init(config->connections_max);
    kp_request_identity(identity);
    int error = kp_init(config, &hooks);
    if (error == KP_OK) {
        error = kp_wire_init(config->frame_max);
    }
    return error == KP_OK ? kp_request_init(config->frame_max) : error;
}
