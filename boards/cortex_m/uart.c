/* The link's bytes between the main loop and the interrupt of the board's UART. */
#include "cortex_m.h"

#include "port.h"

/* Received bytes wait while an actor fires: 512 are 44 ms at 115200 baud. A frame that goes out waits in the link. A
 * board with little RAM says less in its device.h. */
#ifndef UART_RX_BYTES
#define UART_RX_BYTES 512u
#define UART_TX_BYTES 256u
#endif
static uint8_t rx_bytes[UART_RX_BYTES], tx_bytes[UART_TX_BYTES];
byte_ring cortex_m_rx = {.bytes = rx_bytes, .size = sizeof rx_bytes};
byte_ring cortex_m_tx = {.bytes = tx_bytes, .size = sizeof tx_bytes};

static bool tx_short; /* the last kp_port_send() took less than it was given */

size_t kp_port_receive(uint8_t *bytes, size_t room) {
    size_t count = 0;
    while (count < room && !byte_ring_empty(&cortex_m_rx)) {
        bytes[count++] = byte_ring_take(&cortex_m_rx);
    }
    if (count > 0) {
        board_uart_listen();
    }
    return count;
}

size_t kp_port_send(const uint8_t *bytes, size_t count) {
    size_t taken = 0;
    while (taken < count && !byte_ring_full(&cortex_m_tx)) {
        byte_ring_put(&cortex_m_tx, bytes[taken++]);
    }
    tx_short = taken < count;
    __disable_irq();
    board_uart_kick();
    __enable_irq();
    return taken;
}

/* Not for every byte that leaves: a round of the main loop is to be worth it. */
bool cortex_m_tx_awaited(void) {
    return tx_short && byte_ring_count(&cortex_m_tx) <= sizeof tx_bytes / 2;
}
