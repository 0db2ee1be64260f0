/** Events to the host (docs/link-protocol.md, section 5): faults until they are acknowledged, log texts once. */
#ifndef KP_EVENT_H
#define KP_EVENT_H

#include "actor.h"

/** A new session: numbers from 0; faults that were not acknowledged are sent again. */
void kp_event_resume(void);

/* Hooks of the core (kappa.h). */
void kp_event_fault(kp_actor *actor);
/** Dropped when the wire is busy or there is no session; its number is used up, so that the host sees the gap. */
void kp_event_log(kp_actor *actor, const uint8_t *memory, uint32_t units);

/** EVENT-ACK. */
void kp_event_ack(uint8_t n);

/** Sends a fault that is due, when the wire is ready. False when there is none. */
bool kp_event_send(uint32_t now);

/** Milliseconds until a fault is to be sent again, UINT32_MAX never. */
uint32_t kp_event_deadline(uint32_t now);

#endif
