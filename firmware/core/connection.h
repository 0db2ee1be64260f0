/**
 * The two ends of a connection over the link (docs/link-protocol.md, section 3): exactly once, in order.
 *
 * Pure state machines: they hold no token, send nothing and read no clock. The queue holds the tokens, the caller
 * passes the time (milliseconds, any origin, wrapping) and does what it is told.
 */
#ifndef KP_CONNECTION_H
#define KP_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#define KP_FLIGHT_MAX      64u   /**< tokens in flight at most */
#define KP_RESEND_FIRST_MS 300u  /**< the sender's timer, doubled at each expiry ... */
#define KP_RESEND_LIMIT_MS 5000u /**< ... up to this */
#define KP_DEADLINE_NEVER  INT32_MAX

/* ---- Sender ---- */

/** What a sender keeps besides the queue. Token i of the queue (0 the oldest) has the sequence number base + i. */
typedef struct {
    uint32_t expires;    /**< when the timer expires, if it runs */
    uint16_t timeout;    /**< ms of the running or next timer */
    uint8_t base;        /**< sequence number of the oldest token in the queue */
    uint8_t sent;        /**< tokens that count as in flight, from the oldest on */
    uint8_t reached;     /**< tokens ever sent, from the oldest on: an ACK may cover so many */
    uint8_t credit;      /**< tokens from the oldest on that the receiver has room for */
    int8_t guard;        /**< after a rewind: tokens of those out then that are unacknowledged; -1: it may rewind */
    bool timing : 1;     /**< the timer runs */
    bool recovering : 1; /**< the timer expired: nothing more is sent before the next ACK */
} kp_sender;

typedef enum {
    KP_SENDER_IDLE,  /**< nothing to send now */
    KP_SENDER_TOKEN, /**< send the token of the queue with index `sent` */
    KP_SENDER_AGAIN, /**< send the oldest token again */
    KP_SENDER_PROBE, /**< send PROBE */
} kp_sender_action;

/** A new connection whose next token has sequence number `base`, before the receiver gave any window. */
void kp_sender_init(kp_sender *sender, uint8_t base);
/** A new session: no window, nothing counts as sent. Tokens that wait make it probe at its first timer. */
void kp_sender_resume(kp_sender *sender);
/** What to do at time `now` with `queued` tokens (those in flight included). Starts the timer where one is due. */
kp_sender_action kp_sender_poll(kp_sender *sender, unsigned queued, uint32_t now);
/** The action was done at time `now`. */
void kp_sender_did(kp_sender *sender, kp_sender_action action, uint32_t now);
/** Takes an ACK. Returns how many tokens are to be taken off the queue; they are delivered for good. */
unsigned kp_sender_ack(kp_sender *sender, uint8_t next, uint8_t window, uint32_t now);
/** Milliseconds until the timer expires, 0 if it is overdue, KP_DEADLINE_NEVER without a timer. */
int32_t kp_sender_deadline(const kp_sender *sender, uint32_t now);
/** Tokens that were sent and not acknowledged, sent before the session included. */
static inline unsigned kp_sender_in_flight(const kp_sender *sender) {
    return sender->reached;
}

/* ---- Receiver ---- */

typedef struct {
    uint8_t next;  /**< sequence number of the next token */
    uint8_t limit; /**< next + window of the last ACK: the first number that the sender may not send */
    uint8_t acked; /**< next of the last ACK */
    bool owed : 1; /**< an ACK is owed */
    bool gap : 1;  /**< the open gap was answered */
} kp_receiver;

/** A new connection that expects sequence number `next`; it owes its first ACK. */
void kp_receiver_init(kp_receiver *receiver, uint8_t next);
/** A new session: the ACK that tells the sender where to go on is owed. */
void kp_receiver_resume(kp_receiver *receiver);
/** A TOKEN came in while the queue has `room` more tokens to take. True: it is to be stored, which must not fail. */
bool kp_receiver_token(kp_receiver *receiver, uint8_t seq, unsigned room);
/** A PROBE came in. */
void kp_receiver_probe(kp_receiver *receiver);
/** Whether an ACK is owed, for a queue of `length` tokens with `room` for more: pay before sleep. */
bool kp_receiver_owes(const kp_receiver *receiver, unsigned length, unsigned room);
/** Whether the ACK should be paid at once, because half the window is used. */
bool kp_receiver_urgent(const kp_receiver *receiver);
/** The ACK is being paid: returns the window to send with `next`. */
uint8_t kp_receiver_pay(kp_receiver *receiver, unsigned room);

#endif
