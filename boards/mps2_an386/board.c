/* Arm MPS2 AN386: the board for benchmarks. The link is UART0, 115200 8N1. */
#include "cortex_m.h"

#include "port.h"
#include "sim/room.h"

#define CLOCK_HZ  25000000u
#define LINK_BAUD 115200u

/* As much as a common part has, so that what fits here fits there. */
#define HEAP_BYTES (120u * 1024u)

/* ---- UART0 (DDI 0479, 4.3.3) ---- */

#define STATE_TXFULL (1u << 0)
#define STATE_RXFULL (1u << 1)
#define CTRL_TXEN    (1u << 0)
#define CTRL_RXEN    (1u << 1)
#define CTRL_TXIE    (1u << 2)
#define CTRL_RXIE    (1u << 3)

static void start_uart(void) {
    UART0_BAUDDIV = CLOCK_HZ / LINK_BAUD;
    UART0_CTRL = CTRL_TXEN | CTRL_RXEN | CTRL_TXIE | CTRL_RXIE;
    NVIC_EnableIRQ(UART0_RX_IRQn);
    NVIC_EnableIRQ(UART0_TX_IRQn);
}

/* The interrupt comes when a byte has left, so that the first one starts the rest. */
void board_uart_kick(void) {
    while (!byte_ring_empty(&cortex_m_tx) && !(UART0_STATE & STATE_TXFULL)) {
        UART0_DATA = byte_ring_take(&cortex_m_tx);
    }
}

static void rx_handler(void) {
    UART0_INTERRUPT = 2u;
    while ((UART0_STATE & STATE_RXFULL) && !byte_ring_full(&cortex_m_rx)) {
        byte_ring_put(&cortex_m_rx, (uint8_t)UART0_DATA);
    }
    if (byte_ring_full(&cortex_m_rx)) {
        NVIC_DisableIRQ(UART0_RX_IRQn);
    }
}

/* The interrupt was acknowledged when the ring was full; a byte that waits since then must not wait for the next one.
 */
void board_uart_listen(void) {
    if (!NVIC_GetEnableIRQ(UART0_RX_IRQn)) {
        NVIC_SetPendingIRQ(UART0_RX_IRQn);
        NVIC_EnableIRQ(UART0_RX_IRQn);
    }
}

static void tx_handler(void) {
    UART0_INTERRUPT = 1u;
    board_uart_kick();
}

__attribute__((section(".vectors.board"), used)) static const cortex_m_handler interrupts[32] = {
    [UART0_RX_IRQn] = rx_handler, [UART0_TX_IRQn] = tx_handler, [2 ... 31] = cortex_m_fault};

/* ---- Random and identity: the board has neither ---- */

uint32_t kp_port_random(void) {
    static uint32_t state;
    state = state * 1664525u + 1013904223u;
    return state ^= cortex_m_jitter();
}

void kp_port_unique_id(uint8_t id[8]) {
    cortex_m_name_id(id);
}

uint32_t board_reset_reason(void) {
    return KP_RESET_POWER;
}

/* All memory is RAM. */
const kp_flash kp_port_flash = {.bytes = 0};

const kp_capability kp_port_capabilities[] = {ROOM_CAPABILITIES};
const size_t kp_port_capability_count = sizeof kp_port_capabilities / sizeof kp_port_capabilities[0];

void board_start(void) {
    cortex_m_time_begin(CLOCK_HZ);
    start_uart();
}

void board_configure(kp_config *config, kp_identity *identity) {
    (void)identity;
    config->heap_bytes = HEAP_BYTES;
}
