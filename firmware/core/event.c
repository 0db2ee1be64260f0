#include "event.h"

#include "cbor.h"
#include "connection.h"
#include "kappa.h"
#include "link.h"
#include "session.h"
#include "wire.h"

enum {
    EVENT_FAULT = 1,
    EVENT_LOG = 2
};

/* kind, n, event kind, array head, actor, head of the text */
#define LOG_OVERHEAD (3u + 1u + 3u + 3u)
/* UTF-16 units that are converted at a time; a surrogate pair is never parted. */
#define LOG_UNITS 16u

/* No queue of faults: an actor remembers whether its fault was acknowledged, and one event is on the way at a time. */
static struct {
    uint32_t expires; /* when it is sent again */
    uint16_t timeout;
    uint16_t actor; /* whose fault is on the way, 0 none */
    uint8_t n;      /* of that event */
    uint8_t next_n;
    bool look; /* some actor may have a fault to report */
} event;

void kp_event_resume(void) {
    event.actor = 0;
    event.next_n = 0;
    event.look = true;
}

void kp_event_fault(kp_actor *actor) {
    actor->reported = false;
    event.look = true;
    if (event.actor == actor->id) {
        event.actor = 0; /* an acknowledgement of the earlier fault does not count for this one */
    }
}

static const kp_actor *next_fault(void) {
    for (const kp_actor *actor = kp_actor_first(); actor != NULL; actor = actor->next) {
        if (actor->status == KP_FAULTED && !actor->reported) {
            return actor;
        }
    }
    return NULL;
}

void kp_event_ack(uint8_t n) {
    if (event.actor == 0 || n != event.n) {
        return;
    }
    kp_actor *actor = kp_actor_find(event.actor);
    if (actor != NULL) {
        actor->reported = true;
    }
    event.actor = 0;
}

static void send_fault(const kp_actor *actor) {
    uint8_t bytes[16];
    kp_cbor_writer writer = kp_cbor_write(bytes, sizeof bytes);
    kp_cbor_put_array(&writer, 3);
    kp_cbor_put_uint(&writer, actor->id);
    kp_cbor_put_uint(&writer, actor->fault);
    kp_cbor_put_uint(&writer, actor->action);
    const uint8_t head[3] = {KP_KIND_EVENT, event.n, EVENT_FAULT};
    kp_frame_encoder *frame = kp_wire_begin(kp_session_number());
    kp_frame_put(frame, head, sizeof head);
    kp_frame_put(frame, bytes, kp_cbor_written(&writer));
    kp_wire_end();
}

bool kp_event_send(uint32_t now) {
    const kp_actor *actor = NULL;
    if (event.actor != 0) { /* on the way: again when it is time, unless it has been dealt with */
        if ((int32_t)(event.expires - now) > 0) {
            return false;
        }
        actor = kp_actor_find(event.actor);
        if (actor == NULL || actor->status != KP_FAULTED) {
            event.actor = 0;
            actor = NULL;
        }
    }
    if (actor != NULL) {
        event.timeout = (uint16_t)(2u * event.timeout < KP_RESEND_LIMIT_MS ? 2u * event.timeout : KP_RESEND_LIMIT_MS);
    } else {
        actor = event.look ? next_fault() : NULL;
        event.look = actor != NULL;
        if (actor == NULL) {
            return false;
        }
        event.actor = actor->id;
        event.n = event.next_n++;
        event.timeout = KP_RESEND_FIRST_MS;
    }
    event.expires = now + event.timeout;
    send_fault(actor);
    return true;
}

uint32_t kp_event_deadline(uint32_t now) {
    if (event.actor == 0) {
        return UINT32_MAX;
    }
    const int32_t left = (int32_t)(event.expires - now);
    return left > 0 ? (uint32_t)left : 0;
}

/* ---- Log ---- */

static bool is_high_surrogate(const uint8_t *unit) {
    return (unit[1] & 0xFCu) == 0xD8u;
}

/* The most units of a text, at most `units`, that end between two characters and take at most `room` bytes of UTF-8. */
static uint32_t fitting(const uint8_t *memory, uint32_t units, size_t room) {
    uint32_t fit = units < room ? units : (uint32_t)room;
    size_t size;
    while ((size = kp_utf8_size(memory, fit)) > room) {
        fit -= (uint32_t)(size - room + 2u) / 3u; /* a unit is at most 3 bytes */
    }
    return fit < units && fit > 0 && is_high_surrogate(memory + 2 * (fit - 1)) ? fit - 1 : fit;
}

static void put_text(kp_frame_encoder *frame, const uint8_t *memory, uint32_t units) {
    uint8_t bytes[3 * LOG_UNITS];
    while (units > 0) {
        uint32_t some = units;
        if (some > LOG_UNITS) {
            some = is_high_surrogate(memory + 2 * (LOG_UNITS - 1)) ? LOG_UNITS - 1 : LOG_UNITS;
        }
        kp_utf8_write(memory, some, bytes);
        kp_frame_put(frame, bytes, kp_utf8_size(memory, some));
        memory += 2 * some;
        units -= some;
    }
}

void kp_event_log(kp_actor *actor, const uint8_t *memory, uint32_t units) {
    if (!kp_session_open((uint32_t)kp_port_ms())) {
        return;
    }
    const uint8_t head[3] = {KP_KIND_EVENT, event.next_n++, EVENT_LOG};
    if (!kp_wire_ready()) {
        return;
    }
    const uint32_t fit = fitting(memory, units, kp_config_now->frame_max - LOG_OVERHEAD);
    uint8_t bytes[LOG_OVERHEAD];
    kp_cbor_writer writer = kp_cbor_write(bytes, sizeof bytes);
    kp_cbor_put_array(&writer, 2);
    kp_cbor_put_uint(&writer, actor->id);
    kp_cbor_put_head(&writer, KP_CBOR_TEXT, kp_utf8_size(memory, fit));
    kp_frame_encoder *frame = kp_wire_begin(kp_session_number());
    kp_frame_put(frame, head, sizeof head);
    kp_frame_put(frame, bytes, kp_cbor_written(&writer));
    put_text(frame, memory, fit);
    kp_wire_end();
}
