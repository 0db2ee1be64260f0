/**
 * What boards with a Cortex-M share: start-up, time from SysTick, sleep, fault records, the rings of a UART. A board
 * has a `device.h` (interrupt numbers, then CMSIS's core header) and defines the functions named board_ here, its
 * interrupt handlers, and what else port.h asks for.
 */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include "device.h"

#include "link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** An interrupt's or exception's handler. */
typedef void (*cortex_m_handler)(void);

/** Called by reset_handler() after RAM is set up. Does not return. */
int main(void);

/** Starts SysTick at a core clock of `hertz` (at least 1 MHz). */
void cortex_m_time_begin(uint32_t hertz);

/** 32 bits from the jitter of SysTick against the code, mixed into a word that survives a restart: the only entropy of
 * a chip without a generator. No two starts of an emulator without `-icount` give the same. */
uint32_t cortex_m_jitter(void);

/** An identity that follows from the device's name (FNV-1a, 64 bits), for a board without one of its own. */
void cortex_m_name_id(uint8_t id[8]);

/** A ring of bytes between one interrupt handler and the main loop; the size is a power of two. */
typedef struct byte_ring {
    uint8_t *bytes;
    uint16_t size;
    volatile uint16_t head; /* next to take */
    volatile uint16_t tail; /* next to put */
} byte_ring;

static inline bool byte_ring_empty(const byte_ring *ring) {
    return ring->head == ring->tail;
}

static inline uint16_t byte_ring_count(const byte_ring *ring) {
    return (uint16_t)(ring->tail - ring->head);
}

static inline bool byte_ring_full(const byte_ring *ring) {
    return byte_ring_count(ring) == ring->size;
}

/** Puts one byte; only when not full. */
static inline void byte_ring_put(byte_ring *ring, uint8_t byte) {
    ring->bytes[ring->tail & (ring->size - 1u)] = byte;
    ring->tail = (uint16_t)(ring->tail + 1u);
}

/** Takes one byte; only when not empty. */
static inline uint8_t byte_ring_take(byte_ring *ring) {
    const uint8_t byte = ring->bytes[ring->head & (ring->size - 1u)];
    ring->head = (uint16_t)(ring->head + 1u);
    return byte;
}

/** Clock, time and UART; called once, first of all. */
void board_start(void);

/** Called after board_start() with defaults and all RAM that is left: what this board has otherwise. */
void board_configure(kp_config *config, kp_identity *identity);

/** What the chip knows of its last reset (port.h); asked once, before board_start(). */
uint32_t board_reset_reason(void);

/** The last fault: the stacked frame (ARMv7-M ARM, B1.5.6) and the fault status (B3.2.15). A frame that the stack had
 * no room for is all zeros. */
typedef struct fault_record {
    uint32_t magic;     /* FAULT_MAGIC from the fault until the next start has seen it */
    uint32_t exception; /* IPSR */
    uint32_t status;    /* CFSR */
    uint32_t address;   /* BFAR */
    uint32_t frame[8];  /* r0-r3, r12, lr, pc, psr */
} fault_record;

/** What survives a restart, placed by the linker script. */
extern struct cortex_m_kept {
    fault_record fault;
    uint32_t entropy;
} cortex_m_kept;
_Static_assert(sizeof(struct cortex_m_kept) <= 64, "cortex_m.ld reserves 64 bytes");

/** The received bytes and those to be sent; the board's driver moves them to and from its UART. */
extern byte_ring cortex_m_rx, cortex_m_tx;

/** Begins or goes on sending from cortex_m_tx, with interrupts masked. Never waits. */
void board_uart_kick(void);

/** There is room in cortex_m_rx. A handler that finds the ring full masks the receiver's interrupt and leaves the byte
 * where it is: the UART's own overrun decides what is lost, and an emulator holds its peer back. This takes up again.
 */
void board_uart_listen(void);

/** True when the main loop waits for room in cortex_m_tx and there is a good part of it: see kp_port_sleep(). */
bool cortex_m_tx_awaited(void);

/** The default of every exception and interrupt that a board does not handle: records the cause and restarts. */
void cortex_m_fault(void);

#endif
