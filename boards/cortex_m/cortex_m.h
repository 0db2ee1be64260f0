/**
 * What boards with a Cortex-M share: start-up, time from SysTick, sleep, fault records, the rings of a UART. A board
 * has a `device.h` (interrupt numbers, then CMSIS's core header) and defines board_start() and its interrupt handlers.
 */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include "device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** An interrupt's or exception's handler. */
typedef void (*cortex_m_handler)(void);

/** Called by reset_handler() after RAM is set up. Does not return. */
int main(void);

/** Starts SysTick at a core clock of `hertz` (at least 1 MHz). */
void cortex_m_time_begin(uint32_t hertz);

/** SysTick's counter mixed with what start-up left in RAM: the only entropy of a chip without a generator. */
uint32_t cortex_m_jitter(void);

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

static inline bool byte_ring_full(const byte_ring *ring) {
    return (uint16_t)(ring->tail - ring->head) == ring->size;
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

/** The received bytes and those to be sent; the board's driver moves them to and from its UART. */
extern byte_ring cortex_m_rx, cortex_m_tx;

/** Board: begins or goes on sending from cortex_m_tx, with interrupts masked. Never waits. */
void board_uart_kick(void);

/** The default of every exception and interrupt that a board does not handle: records the cause and restarts. */
void cortex_m_fault(void);

#endif
