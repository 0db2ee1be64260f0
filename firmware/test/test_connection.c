/* Connections: the rules of docs/link-protocol.md, section 3 one by one, then a channel that loses and doubles frames.
 */
#include "check.h"
#include "connection.h"

#include <stdbool.h>

/* Does what the sender wants as long as it wants to send at `now`; returns the tokens sent. */
static unsigned send_all(kp_sender *sender, unsigned queued, uint32_t now) {
    unsigned count = 0;
    while (kp_sender_poll(sender, queued, now) == KP_SENDER_TOKEN) {
        kp_sender_did(sender, KP_SENDER_TOKEN, now);
        count++;
    }
    return count;
}

static void expire(kp_sender *sender, unsigned queued, uint32_t now, kp_sender_action expected) {
    CHECK_EQUAL(kp_sender_deadline(sender, now - 1), 1);
    CHECK_EQUAL(kp_sender_poll(sender, queued, now - 1), KP_SENDER_IDLE);
    CHECK_EQUAL(kp_sender_poll(sender, queued, now), expected);
    kp_sender_did(sender, expected, now);
}

static void no_window_no_token(void) {
    kp_sender sender;
    kp_sender_init(&sender, 0);
    CHECK_EQUAL(kp_sender_poll(&sender, 0, 0), KP_SENDER_IDLE);
    CHECK_EQUAL(kp_sender_deadline(&sender, 0), KP_DEADLINE_NEVER);
    CHECK_EQUAL(kp_sender_poll(&sender, 1, 10), KP_SENDER_IDLE);
    expire(&sender, 1, 310, KP_SENDER_PROBE);
    expire(&sender, 1, 910, KP_SENDER_PROBE);
    CHECK_EQUAL(kp_sender_ack(&sender, 0, 2, 1000), 0);
    CHECK_EQUAL(send_all(&sender, 5, 1000), 2);
}

static void window_and_progress(void) {
    kp_sender sender;
    kp_sender_init(&sender, 254);
    CHECK_EQUAL(kp_sender_ack(&sender, 254, 4, 0), 0);
    CHECK_EQUAL(send_all(&sender, 3, 0), 3);
    CHECK_EQUAL(send_all(&sender, 4, 0), 1);
    CHECK_EQUAL(kp_sender_ack(&sender, 1, 2, 5), 3); /* 254, 255, 0 */
    CHECK_EQUAL(sender.base, 1);
    CHECK_EQUAL(send_all(&sender, 5, 5), 1);
    CHECK_EQUAL(kp_sender_in_flight(&sender), 2);
    CHECK_EQUAL(kp_sender_ack(&sender, 3, 2, 9), 2);
    CHECK_EQUAL(kp_sender_poll(&sender, 0, 9), KP_SENDER_IDLE);
    CHECK_EQUAL(kp_sender_deadline(&sender, 9), KP_DEADLINE_NEVER);
}

static void foreign_ack_is_ignored(void) {
    kp_sender sender;
    kp_sender_init(&sender, 10);
    kp_sender_ack(&sender, 10, 4, 0);
    CHECK_EQUAL(send_all(&sender, 2, 0), 2);
    const kp_sender before = sender;
    CHECK_EQUAL(kp_sender_ack(&sender, 13, 9, 1), 0); /* more than was sent */
    CHECK_EQUAL(kp_sender_ack(&sender, 9, 9, 1), 0);  /* before the first */
    CHECK(memcmp(&sender, &before, sizeof sender) == 0);
}

static void window_is_at_most_64(void) {
    kp_sender sender;
    kp_sender_init(&sender, 0);
    kp_sender_ack(&sender, 0, 255, 0);
    CHECK_EQUAL(send_all(&sender, 200, 0), 64);
}

static void timer_doubles_to_five_seconds(void) {
    kp_sender sender;
    kp_sender_init(&sender, 0);
    kp_sender_ack(&sender, 0, 4, 0);
    send_all(&sender, 2, 0);
    const uint32_t pauses[] = {300, 600, 1200, 2400, 4800, 5000, 5000};
    uint32_t now = 0;
    for (unsigned i = 0; i < sizeof pauses / sizeof pauses[0]; i++) {
        now += pauses[i];
        expire(&sender, 2, now, KP_SENDER_AGAIN);
    }
    CHECK_EQUAL(kp_sender_ack(&sender, 1, 4, now), 1); /* progress sets it back, and what followed is sent anew */
    CHECK_EQUAL(kp_sender_deadline(&sender, now), 300);
    CHECK_EQUAL(send_all(&sender, 1, now), 1);
}

static void nothing_follows_an_expiry_before_an_ack(void) {
    kp_sender sender;
    kp_sender_init(&sender, 0);
    kp_sender_ack(&sender, 0, 8, 0);
    send_all(&sender, 3, 0);
    expire(&sender, 3, 300, KP_SENDER_AGAIN);
    CHECK_EQUAL(send_all(&sender, 4, 301), 0);
    CHECK_EQUAL(kp_sender_ack(&sender, 3, 5, 302), 3); /* only the ACK was lost: nothing is sent twice */
    CHECK_EQUAL(send_all(&sender, 1, 302), 1);
}

static void one_rewind_and_no_storm(void) {
    kp_sender sender;
    kp_sender_init(&sender, 0);
    kp_sender_ack(&sender, 0, 4, 0);
    CHECK_EQUAL(send_all(&sender, 4, 0), 4);
    kp_sender_ack(&sender, 0, 4, 1); /* the first was lost */
    CHECK_EQUAL(send_all(&sender, 4, 1), 4);
    for (unsigned i = 0; i < 1000; i++) {
        kp_sender_ack(&sender, 0, 4, 2);
        CHECK_EQUAL(send_all(&sender, 4, 2), 0);
    }
    CHECK_EQUAL(kp_sender_ack(&sender, 4, 4, 3), 4); /* the end of what was out: the ban holds */
    CHECK_EQUAL(send_all(&sender, 4, 3), 4);
    kp_sender_ack(&sender, 4, 4, 4);
    CHECK_EQUAL(send_all(&sender, 4, 4), 0);
    CHECK_EQUAL(kp_sender_ack(&sender, 5, 3, 5), 1); /* beyond it */
    kp_sender_ack(&sender, 5, 3, 6);
    CHECK_EQUAL(send_all(&sender, 3, 6), 3);
}

static void a_grown_window_is_no_sign_of_loss(void) {
    kp_sender sender;
    kp_sender_init(&sender, 0);
    kp_sender_ack(&sender, 0, 1, 0);
    CHECK_EQUAL(send_all(&sender, 3, 0), 1);
    kp_sender_ack(&sender, 0, 3, 1);
    CHECK_EQUAL(send_all(&sender, 3, 1), 2);
}

static void resume_goes_on_where_the_receiver_is(void) {
    kp_sender sender;
    kp_sender_init(&sender, 0);
    kp_sender_ack(&sender, 0, 8, 0);
    send_all(&sender, 5, 0);
    kp_sender_resume(&sender);
    CHECK_EQUAL(kp_sender_poll(&sender, 5, 1000), KP_SENDER_IDLE);
    expire(&sender, 5, 1300, KP_SENDER_AGAIN);
    CHECK_EQUAL(kp_sender_ack(&sender, 3, 8, 1310), 3); /* had been stored before the break */
    CHECK_EQUAL(send_all(&sender, 2, 1310), 2);
}

static void receiver_owes_and_pays(void) {
    kp_receiver receiver;
    kp_receiver_init(&receiver, 0);
    CHECK(kp_receiver_owes(&receiver, 4, 4));
    CHECK_EQUAL(kp_receiver_pay(&receiver, 4), 4);
    CHECK(!kp_receiver_owes(&receiver, 4, 4));
    CHECK(kp_receiver_token(&receiver, 0, 4));
    CHECK(kp_receiver_owes(&receiver, 4, 3) && !kp_receiver_urgent(&receiver));
    CHECK(kp_receiver_token(&receiver, 1, 3));
    CHECK(kp_receiver_urgent(&receiver));
    CHECK_EQUAL(kp_receiver_pay(&receiver, 2), 2);
    CHECK(!kp_receiver_owes(&receiver, 4, 2) && !kp_receiver_owes(&receiver, 4, 3));
    CHECK(kp_receiver_owes(&receiver, 4, 4)); /* the window has grown by half the capacity */
}

static void receiver_without_window_tells_the_first_room(void) {
    kp_receiver receiver;
    kp_receiver_init(&receiver, 0);
    CHECK_EQUAL(kp_receiver_pay(&receiver, 8), 8);
    for (uint8_t seq = 0; seq < 8; seq++) {
        CHECK(kp_receiver_token(&receiver, seq, 8u - seq));
    }
    CHECK_EQUAL(kp_receiver_pay(&receiver, 0), 0);
    CHECK(!kp_receiver_owes(&receiver, 8, 0));
    CHECK(kp_receiver_owes(&receiver, 8, 1));
}

static void duplicates_gaps_and_no_room(void) {
    kp_receiver receiver;
    kp_receiver_init(&receiver, 5);
    kp_receiver_pay(&receiver, 4);
    CHECK(!kp_receiver_token(&receiver, 4, 4)); /* a duplicate */
    CHECK(kp_receiver_owes(&receiver, 4, 4));
    kp_receiver_pay(&receiver, 4);
    CHECK(!kp_receiver_token(&receiver, 7, 4)); /* a gap: answered once */
    CHECK(kp_receiver_owes(&receiver, 4, 4));
    kp_receiver_pay(&receiver, 4);
    CHECK(!kp_receiver_token(&receiver, 8, 4));
    CHECK(!kp_receiver_owes(&receiver, 4, 4));
    CHECK(!kp_receiver_token(&receiver, 5, 0)); /* no room */
    CHECK(!kp_receiver_owes(&receiver, 4, 4));
    CHECK(kp_receiver_token(&receiver, 5, 4)); /* the gap is closed: the next one is answered */
    kp_receiver_pay(&receiver, 3);
    CHECK(!kp_receiver_token(&receiver, 7, 3));
    CHECK(kp_receiver_owes(&receiver, 4, 3));
}

/* ---- A bad channel ---- */

typedef struct {
    uint8_t kind, a, b;
    uint32_t value;
} message;

/* Frames keep their order, but each may be lost, or come twice. */
typedef struct {
    message messages[1024];
    unsigned count;
} channel;

static uint32_t random_state;

static uint32_t random_below(uint32_t limit) {
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)random_state * limit) >> 32);
}

static void put(channel *channel, message message, unsigned loss) {
    const unsigned copies = random_below(100) < loss ? 0 : random_below(100) < loss / 2 ? 2 : 1;
    for (unsigned i = 0; i < copies; i++) {
        CHECK(channel->count < 1024);
        channel->messages[channel->count++] = message;
    }
}

typedef struct {
    kp_sender sender;
    kp_receiver receiver;
    uint32_t queue[64], first, produced; /* of the sender: values first … produced - 1 */
    uint32_t stored, taken;              /* of the receiver's queue */
    unsigned capacity, frames;
} pair;

static void sender_turn(pair *p, channel *to, channel *from, uint32_t now, unsigned loss) {
    for (unsigned i = 0; i < from->count; i++) {
        p->first += kp_sender_ack(&p->sender, from->messages[i].a, from->messages[i].b, now);
    }
    from->count = 0;
    kp_sender_action action;
    while ((action = kp_sender_poll(&p->sender, p->produced - p->first, now)) != KP_SENDER_IDLE) {
        const unsigned index = action == KP_SENDER_TOKEN ? p->sender.sent : 0;
        put(to, (message){.kind = (uint8_t)action, .a = (uint8_t)(p->sender.base + index), .value = p->first + index},
            loss);
        kp_sender_did(&p->sender, action, now);
        p->frames++;
    }
}

static void receiver_turn(pair *p, channel *to, channel *from, unsigned loss) {
    for (unsigned i = 0; i < from->count; i++) {
        const message *m = &from->messages[i];
        if (m->kind == KP_SENDER_PROBE) {
            kp_receiver_probe(&p->receiver);
        } else if (kp_receiver_token(&p->receiver, m->a, p->capacity - (p->stored - p->taken))) {
            CHECK_EQUAL(m->value, p->stored); /* in order, exactly once */
            p->stored++;
        }
    }
    from->count = 0;
    p->taken += random_below(p->stored - p->taken + 1);
    const unsigned room = p->capacity - (p->stored - p->taken);
    if (kp_receiver_owes(&p->receiver, p->capacity, room)) {
        const uint8_t window = kp_receiver_pay(&p->receiver, room);
        put(to, (message){.a = p->receiver.next, .b = window}, loss);
    }
}

static void exactly_once_whatever_is_lost(void) {
    for (unsigned round = 0; round < 400; round++) {
        const unsigned loss = round % 50, total = 600;
        static channel there, back;
        static pair p;
        random_state = round;
        there.count = back.count = 0;
        p = (pair){.capacity = 1 + random_below(64)};
        kp_sender_init(&p.sender, (uint8_t)round);
        kp_receiver_init(&p.receiver, (uint8_t)round);
        uint32_t now = 0xFFFFF000u; /* the clock wraps on the way */
        for (unsigned step = 0; p.taken < total; step++, now += 10) {
            CHECK(step < 200000);
            p.produced += random_below(3);
            if (p.produced > total) {
                p.produced = total;
            }
            if (p.produced > p.first + 64) {
                p.produced = p.first + 64;
            }
            if (random_below(500) == 0) {
                kp_sender_resume(&p.sender);
                kp_receiver_resume(&p.receiver);
                there.count = back.count = 0; /* frames of the session before fail their CRC */
            }
            sender_turn(&p, &there, &back, now, loss);
            receiver_turn(&p, &back, &there, loss);
        }
        CHECK_EQUAL(p.stored, total);
        CHECK(loss > 0 || round > 50 || p.frames < total + 200);
    }
}

int main(void) {
    RUN(no_window_no_token);
    RUN(window_and_progress);
    RUN(foreign_ack_is_ignored);
    RUN(window_is_at_most_64);
    RUN(timer_doubles_to_five_seconds);
    RUN(nothing_follows_an_expiry_before_an_ack);
    RUN(one_rewind_and_no_storm);
    RUN(a_grown_window_is_no_sign_of_loss);
    RUN(resume_goes_on_where_the_receiver_is);
    RUN(receiver_owes_and_pays);
    RUN(receiver_without_window_tells_the_first_room);
    RUN(duplicates_gaps_and_no_room);
    RUN(exactly_once_whatever_is_lost);
}
