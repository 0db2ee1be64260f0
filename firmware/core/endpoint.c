#include "endpoint.h"

#include "heap.h"
#include "kappa.h"
#include "link.h"
#include "session.h"
#include "wire.h"

#define BUCKETS        16u /* of the table of handles, a power of two */
#define HANDLE_FOLLOWS 63u

static struct {
    kp_endpoint *bucket[BUCKETS];
    kp_endpoint *work, **work_end; /* those with something to do, in order of their turn */
    uint32_t alarm;                /* no timer expires before, if alarm_set */
    bool alarm_set;
    uint16_t count, max;
    kp_endpoint_counts counts;
} ends;

void kp_endpoint_init(uint16_t max) {
    for (unsigned i = 0; i < BUCKETS; i++) {
        ends.bucket[i] = NULL;
    }
    ends.work = NULL;
    ends.work_end = &ends.work;
    ends.alarm_set = false;
    ends.count = 0;
    ends.max = max;
    ends.counts = (kp_endpoint_counts){0};
}

/* ---- The table of handles ---- */

static kp_endpoint **place_of(uint16_t handle) {
    kp_endpoint **place = &ends.bucket[handle % BUCKETS];
    while (*place != NULL && (*place)->handle != handle) {
        place = &(*place)->next;
    }
    return place;
}

kp_endpoint *kp_endpoint_find(uint16_t handle) {
    return *place_of(handle);
}

const kp_endpoint *kp_endpoint_at(unsigned index) {
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (const kp_endpoint *end = ends.bucket[i]; end != NULL; end = end->next) {
            if (index-- == 0) {
                return end;
            }
        }
    }
    return NULL;
}

static void add_work(kp_endpoint *end) {
    if (!end->working) {
        end->working = true;
        end->next_work = NULL;
        *ends.work_end = end;
        ends.work_end = &end->next_work;
    }
}

static void remove_work(const kp_endpoint *end) {
    kp_endpoint **place = &ends.work;
    while (*place != NULL && *place != end) {
        place = &(*place)->next_work;
    }
    if (*place != NULL) {
        *place = end->next_work;
        if (ends.work_end == &end->next_work) {
            ends.work_end = place;
        }
    }
}

int kp_endpoint_connect(bool sends, kp_actor *actor, unsigned port, uint16_t handle, const kp_manner *manner) {
    kp_endpoint **place = place_of(handle);
    if (*place != NULL) {
        return KP_E_EXISTS;
    }
    if (ends.count >= ends.max) {
        return KP_E_LIMIT;
    }
    kp_endpoint *end = kp_heap_alloc(sizeof *end, actor->owner);
    if (end == NULL) {
        return KP_E_MEMORY;
    }
    const int error = sends ? kp_connect_out(actor, port, manner, end, &end->queue)
                            : kp_connect_in(actor, port, manner, end, &end->queue);
    if (error < 0) {
        kp_heap_free(end);
        return error;
    }
    end->handle = handle;
    end->sends = sends;
    if (sends) {
        kp_sender_init(&end->sender, 0);
    } else {
        kp_receiver_init(&end->receiver, 0);
    }
    *place = end;
    ends.count++;
    add_work(end);
    return KP_OK;
}

void kp_endpoint_detached(void *endpoint) {
    kp_endpoint *end = endpoint;
    kp_endpoint **place = place_of(end->handle);
    if (*place == end) {
        *place = end->next;
        ends.count--;
        remove_work(end);
    }
    kp_heap_free(end);
}

void kp_endpoint_remove(kp_endpoint *endpoint) {
    kp_disconnect(endpoint->queue);
    kp_endpoint_detached(endpoint);
}

void kp_endpoint_changed(void *endpoint) {
    add_work(endpoint);
}

void kp_endpoint_resume(void) {
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (kp_endpoint *end = ends.bucket[i]; end != NULL; end = end->next) {
            if (end->sends) {
                kp_sender_resume(&end->sender);
            } else {
                kp_receiver_resume(&end->receiver);
            }
            add_work(end);
        }
    }
}

/* ---- What the host sent ---- */

static kp_endpoint *find(uint16_t handle, bool sends) {
    kp_endpoint *end = kp_endpoint_find(handle);
    return end != NULL && end->sends == sends ? end : NULL;
}

/* A token that is none, or larger than this runtime said that it takes, would never fit: it is not let near the queue.
 */
static bool acceptable(const uint8_t *token, size_t length) {
    return length <= kp_config_now->token_max && kp_token_length(token, length) == (int)length;
}

void kp_endpoint_token(uint16_t handle, uint8_t seq, const uint8_t *token, size_t length) {
    kp_endpoint *end = find(handle, false);
    if (end == NULL || !acceptable(token, length)) {
        return;
    }
    if (kp_receiver_token(&end->receiver, seq, kp_queue_room(end->queue))) {
        (void)kp_queue_push(end->queue, token, length);
        ends.counts.tokens_in++;
    }
    add_work(end);
}

void kp_endpoint_ack(uint16_t handle, uint8_t next, uint8_t window, uint32_t now) {
    kp_endpoint *end = find(handle, true);
    if (end == NULL) {
        return;
    }
    for (unsigned n = kp_sender_ack(&end->sender, next, window, now); n > 0; n--) {
        kp_queue_pop(end->queue);
        ends.counts.tokens_out++;
    }
    add_work(end);
}

void kp_endpoint_probe(uint16_t handle) {
    kp_endpoint *end = find(handle, false);
    if (end != NULL) {
        kp_receiver_probe(&end->receiver);
        add_work(end);
    }
}

/* ---- What goes out ---- */

static kp_frame_encoder *begin(uint8_t kind, uint16_t handle) {
    kp_frame_encoder *frame = kp_wire_begin(kp_session_number());
    if (handle < HANDLE_FOLLOWS) {
        kp_frame_put_byte(frame, (uint8_t)(kind | handle));
    } else {
        const uint8_t head[3] = {(uint8_t)(kind | HANDLE_FOLLOWS), (uint8_t)handle, (uint8_t)(handle >> 8)};
        kp_frame_put(frame, head, sizeof head);
    }
    return frame;
}

static void send_token(const kp_endpoint *end, unsigned index) {
    size_t length;
    const uint8_t *token = kp_queue_peek(end->queue, index, &length);
    if (token == NULL) {
        return;
    }
    kp_frame_encoder *frame = begin(KP_KIND_TOKEN, end->handle);
    kp_frame_put_byte(frame, (uint8_t)(end->sender.base + index));
    kp_frame_put(frame, token, length);
    kp_wire_end();
    if (index < kp_sender_in_flight(&end->sender)) {
        ends.counts.resent++;
    }
}

static void send_probe(const kp_endpoint *end) {
    const uint8_t body[3] = {KP_KIND_PROBE, (uint8_t)end->handle, (uint8_t)(end->handle >> 8)};
    kp_frame_put(kp_wire_begin(kp_session_number()), body, sizeof body);
    kp_wire_end();
}

static void send_ack(kp_endpoint *end) {
    const uint8_t window = kp_receiver_pay(&end->receiver, kp_queue_room(end->queue));
    const uint8_t body[2] = {end->receiver.next, window};
    kp_frame_put(begin(KP_KIND_ACK, end->handle), body, sizeof body);
    kp_wire_end();
}

/* What became of an end's turn. */
typedef enum {
    TURN_DONE, /* nothing to do until something changes */
    TURN_SENT, /* a frame went out, there may be more */
    TURN_WAIT, /* something that can wait until the runtime is idle */
} turn;

static void watch_timer(const kp_sender *sender) {
    if (sender->timing && (!ends.alarm_set || (int32_t)(sender->expires - ends.alarm) < 0)) {
        ends.alarm = sender->expires;
        ends.alarm_set = true;
    }
}

static turn take_turn_sending(kp_endpoint *end, uint32_t now) {
    const kp_sender_action action = kp_sender_poll(&end->sender, end->queue->count, now);
    if (action == KP_SENDER_PROBE) {
        send_probe(end);
    } else if (action != KP_SENDER_IDLE) {
        send_token(end, action == KP_SENDER_TOKEN ? end->sender.sent : 0);
    }
    kp_sender_did(&end->sender, action, now);
    watch_timer(&end->sender);
    return action == KP_SENDER_IDLE ? TURN_DONE : TURN_SENT;
}

static turn take_turn(kp_endpoint *end, bool idle, uint32_t now) {
    if (end->sends) {
        return take_turn_sending(end, now);
    }
    if (!kp_receiver_owes(&end->receiver, end->queue->length, kp_queue_room(end->queue))) {
        return TURN_DONE;
    }
    if (!idle && !kp_receiver_urgent(&end->receiver)) {
        return TURN_WAIT;
    }
    send_ack(end);
    return TURN_DONE;
}

/* The alarm is a lower bound: it is not taken back when a timer stops. When it goes off, every sender has its turn and
 * says anew when its timer expires. */
static void check_alarm(uint32_t now) {
    if (!ends.alarm_set || (int32_t)(ends.alarm - now) > 0) {
        return;
    }
    ends.alarm_set = false;
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (kp_endpoint *end = ends.bucket[i]; end != NULL; end = end->next) {
            if (end->sends) {
                add_work(end);
            }
        }
    }
}

void kp_endpoint_send(bool idle, uint32_t now) {
    check_alarm(now);
    kp_endpoint *waiting = NULL;
    kp_endpoint **waiting_end = &waiting;
    while (ends.work != NULL && kp_wire_ready()) {
        kp_endpoint *end = ends.work;
        ends.work = end->next_work;
        if (ends.work == NULL) {
            ends.work_end = &ends.work;
        }
        const turn turn = take_turn(end, idle, now);
        end->working = false;
        if (turn == TURN_SENT) {
            add_work(end);
        } else if (turn == TURN_WAIT) {
            end->working = true;
            end->next_work = NULL;
            *waiting_end = end;
            waiting_end = &end->next_work;
        }
    }
    *ends.work_end = waiting;
    if (waiting != NULL) {
        ends.work_end = waiting_end;
    }
}

uint32_t kp_endpoint_deadline(uint32_t now) {
    if (!ends.alarm_set) {
        return UINT32_MAX;
    }
    const int32_t left = (int32_t)(ends.alarm - now);
    return left > 0 ? (uint32_t)left : 0;
}

const kp_endpoint_counts *kp_endpoint_counters(void) {
    return &ends.counts;
}
