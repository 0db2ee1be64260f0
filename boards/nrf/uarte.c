/*
 * The link by UARTE0 with EasyDMA (PS, chapter UARTE). Sending: the longest run of the ring that lies in one piece.
 * Receiving: byte by byte into two cells that take turns; the shortcut from ENDRX to STARTRX goes on without the
 * processor, so that an interrupt may be a byte late. What comes while the ring is full is lost; the link sends again.
 */
#include "cortex_m.h"

#include "nrf.h"

#define UARTE_ENDRX      NRF_REGISTER(0x40002110u)
#define UARTE_ENDTX      NRF_REGISTER(0x40002120u)
#define UARTE_RXSTARTED  NRF_REGISTER(0x4000214Cu)
#define UARTE_SHORTS     NRF_REGISTER(0x40002200u)
#define UARTE_RXD_PTR    NRF_REGISTER(0x40002534u)
#define UARTE_RXD_MAXCNT NRF_REGISTER(0x40002538u)
#define UARTE_TXD_PTR    NRF_REGISTER(0x40002544u)
#define UARTE_TXD_MAXCNT NRF_REGISTER(0x40002548u)

#define ENABLED       8u
#define INT_ENDRX     (1u << 4)
#define INT_ENDTX     (1u << 8)
#define INT_RXSTARTED (1u << 19)
#define ENDRX_STARTRX (1u << 5)
#define BAUD115200    0x01D60000u

static volatile uint8_t cells[2];
static unsigned filling; /* the cell that the next byte goes to */
static uint16_t sending; /* bytes that the transmitter has, 0: it rests */

void nrf_uarte_start(unsigned tx_pin, unsigned rx_pin) {
    nrf_pin_write(tx_pin, true);
    nrf_pin_input(rx_pin, NRF_PULL_UP);
    NRF_UART_PSELTXD = tx_pin;
    NRF_UART_PSELRXD = rx_pin;
    NRF_UART_BAUDRATE = BAUD115200;
    UARTE_SHORTS = ENDRX_STARTRX;
    UARTE_RXD_PTR = (uint32_t)(uintptr_t)&cells[0];
    UARTE_RXD_MAXCNT = 1;
    NRF_UART_INTENSET = INT_ENDRX | INT_ENDTX | INT_RXSTARTED;
    NRF_UART_ENABLE = ENABLED;
    NVIC_EnableIRQ(UARTE0_IRQn);
    NRF_UART_STARTRX = 1;
}

void board_uart_kick(void) {
    if (sending != 0 || byte_ring_empty(&cortex_m_tx)) {
        return;
    }
    const uint16_t at = cortex_m_tx.head & (uint16_t)(cortex_m_tx.size - 1u);
    const uint16_t piece = (uint16_t)(cortex_m_tx.size - at), count = byte_ring_count(&cortex_m_tx);
    sending = count < piece ? count : piece;
    UARTE_TXD_PTR = (uint32_t)(uintptr_t)&cortex_m_tx.bytes[at];
    UARTE_TXD_MAXCNT = sending;
    NRF_UART_STARTTX = 1;
}

void nrf_uarte_handler(void) {
    if (UARTE_ENDRX != 0) {
        UARTE_ENDRX = 0;
        const uint8_t byte = cells[filling];
        filling ^= 1u;
        if (!byte_ring_full(&cortex_m_rx)) {
            byte_ring_put(&cortex_m_rx, byte);
        }
    }
    /* The pointer was taken over: it may be set for the byte after the next. */
    if (UARTE_RXSTARTED != 0) {
        UARTE_RXSTARTED = 0;
        UARTE_RXD_PTR = (uint32_t)(uintptr_t)&cells[filling ^ 1u];
    }
    if (UARTE_ENDTX != 0) {
        UARTE_ENDTX = 0;
        cortex_m_tx.head = (uint16_t)(cortex_m_tx.head + sending);
        sending = 0;
        board_uart_kick();
    }
}

void board_uart_listen(void) {}
