#include "connection.h"

/* Distances between sequence numbers are taken modulo 256. */
static unsigned distance(uint8_t from, uint8_t to) {
    return (uint8_t)(to - from);
}

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

static unsigned most(unsigned a, unsigned b) {
    return a > b ? a : b;
}

/* ---- Sender ---- */

void kp_sender_init(kp_sender *sender, uint8_t base) {
    *sender = (kp_sender){.base = base, .timeout = KP_RESEND_FIRST_MS, .guard = -1};
}

void kp_sender_resume(kp_sender *sender) {
    const uint8_t reached = sender->reached; /* the receiver may have them: its ACK tells */
    kp_sender_init(sender, sender->base);
    sender->reached = reached;
}

static bool may_send(const kp_sender *sender, unsigned queued) {
    return !sender->recovering && sender->sent < least(queued, sender->credit);
}

static void start_timer(kp_sender *sender, uint32_t now) {
    sender->expires = now + sender->timeout;
    sender->timing = true;
}

kp_sender_action kp_sender_poll(kp_sender *sender, unsigned queued, uint32_t now) {
    const bool waits = sender->reached > 0 || (queued > 0 && sender->credit <= sender->sent);
    if (!waits) {
        sender->timing = false;
        sender->timeout = KP_RESEND_FIRST_MS;
    } else if (!sender->timing) {
        start_timer(sender, now);
    } else if (kp_sender_deadline(sender, now) == 0) {
        return sender->reached > 0 ? KP_SENDER_AGAIN : KP_SENDER_PROBE;
    }
    return may_send(sender, queued) ? KP_SENDER_TOKEN : KP_SENDER_IDLE;
}

void kp_sender_did(kp_sender *sender, kp_sender_action action, uint32_t now) {
    if (action == KP_SENDER_IDLE) {
        return;
    }
    if (action == KP_SENDER_TOKEN) {
        sender->sent++;
        sender->reached = (uint8_t)most(sender->reached, sender->sent);
        if (!sender->timing) {
            start_timer(sender, now);
        }
        return;
    }
    if (action == KP_SENDER_AGAIN) {
        sender->sent = 1; /* what followed it may be lost as well; the next ACK tells where to go on */
        sender->recovering = true;
    }
    sender->guard = -1;
    sender->timeout = (uint16_t)least(2u * sender->timeout, KP_RESEND_LIMIT_MS);
    start_timer(sender, now);
}

/* The repetitions after a rewind are answered with ACKs that bring nothing new. As these say at most the end of what
 * was out then, only an ACK beyond it lifts the ban on the next rewind; else everything would be sent twice for good.
 */
static void advance(kp_sender *sender, uint8_t next, unsigned delivered) {
    sender->base = next;
    sender->sent = (uint8_t)(sender->sent - least(sender->sent, delivered));
    sender->reached = (uint8_t)(sender->reached - delivered);
    sender->guard = (int8_t)(sender->guard >= (int)delivered ? sender->guard - (int)delivered : -1);
}

unsigned kp_sender_ack(kp_sender *sender, uint8_t next, uint8_t window, uint32_t now) {
    const unsigned delivered = distance(sender->base, next);
    if (delivered > sender->reached) {
        return 0;
    }
    const unsigned credit = least(window, KP_FLIGHT_MAX);
    const bool grown = credit > sender->credit;
    const bool opened = grown && sender->credit == 0;
    sender->credit = (uint8_t)credit;
    sender->recovering = false;
    if (delivered > 0) {
        advance(sender, next, delivered);
    } else if (sender->sent > 0 && !grown && sender->guard < 0) {
        sender->sent = 0;
        sender->guard = (int8_t)sender->reached;
    }
    if (delivered > 0 || opened) {
        sender->timeout = KP_RESEND_FIRST_MS;
        start_timer(sender, now); /* poll stops it when nothing is left to wait for */
    }
    return delivered;
}

int32_t kp_sender_deadline(const kp_sender *sender, uint32_t now) {
    if (!sender->timing) {
        return KP_DEADLINE_NEVER;
    }
    const int32_t left = (int32_t)(sender->expires - now);
    return left > 0 ? left : 0;
}

/* ---- Receiver ---- */

void kp_receiver_init(kp_receiver *receiver, uint8_t next) {
    *receiver = (kp_receiver){.next = next, .limit = next, .acked = next, .owed = true};
}

void kp_receiver_resume(kp_receiver *receiver) {
    kp_receiver_init(receiver, receiver->next);
}

bool kp_receiver_token(kp_receiver *receiver, uint8_t seq, unsigned room) {
    const unsigned ahead = distance(receiver->next, seq);
    if (ahead == 0 && room > 0) {
        receiver->next++;
        receiver->owed = true;
        receiver->gap = false;
        return true;
    }
    if (ahead >= 128) { /* a duplicate: its ACK was lost or is on the way */
        receiver->owed = true;
    } else if (ahead > 0 && !receiver->gap) {
        receiver->gap = true;
        receiver->owed = true;
    }
    return false;
}

void kp_receiver_probe(kp_receiver *receiver) {
    receiver->owed = true;
}

bool kp_receiver_owes(const kp_receiver *receiver, unsigned length, unsigned room) {
    const unsigned told = distance(receiver->next, receiver->limit);
    const unsigned grown = room > told ? room - told : 0;
    return receiver->owed || (grown > 0 && (told == 0 || 2 * grown >= length));
}

bool kp_receiver_urgent(const kp_receiver *receiver) {
    const unsigned used = distance(receiver->acked, receiver->next);
    return used > 0 && 2 * used >= distance(receiver->acked, receiver->limit);
}

uint8_t kp_receiver_pay(kp_receiver *receiver, unsigned room) {
    const uint8_t window = (uint8_t)least(room, KP_FLIGHT_MAX);
    receiver->acked = receiver->next;
    receiver->limit = (uint8_t)(receiver->next + window);
    receiver->owed = false;
    return window;
}
