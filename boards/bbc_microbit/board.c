/*
 * BBC micro:bit, version 1: nRF51822. Pins by the schematic of V1.3B. The link is the serial port of the USB interface
 * chip: P0.24 transmits, P0.25 receives, 115200 8N1.
 */
#include "cortex_m.h"

#include "nrf.h"
#include "port.h"
#include "sim/room.h"

#include <string.h>

#define TX_PIN     24u
#define RX_PIN     25u
#define BAUD115200 0x01D7E000u

/* ---- UART0 (nRF51 Series Reference Manual, chapter UART) ---- */

#define UART_RXDRDY NRF_REGISTER(0x40002108u)
#define UART_TXDRDY NRF_REGISTER(0x4000211Cu)
#define UART_RXD    NRF_REGISTER(0x40002518u)
#define UART_TXD    NRF_REGISTER(0x4000251Cu)
#define INT_RXDRDY  (1u << 2)
#define INT_TXDRDY  (1u << 7)

static bool sending; /* a byte is in the transmitter, which tells when it has left */

static void start_uart(void) {
    nrf_pin_write(TX_PIN, true);
    nrf_pin_input(RX_PIN, NRF_PULL_UP);
    NRF_UART_PSELTXD = TX_PIN;
    NRF_UART_PSELRXD = RX_PIN;
    NRF_UART_BAUDRATE = BAUD115200;
    NRF_UART_ENABLE = 4;
    UART_RXDRDY = 0;
    UART_TXDRDY = 0;
    NRF_UART_INTENSET = INT_RXDRDY | INT_TXDRDY;
    NRF_UART_STARTTX = 1;
    NRF_UART_STARTRX = 1;
    NVIC_EnableIRQ(UART0_IRQn);
}

void board_uart_kick(void) {
    if (!sending && !byte_ring_empty(&cortex_m_tx)) {
        sending = true;
        UART_TXD = byte_ring_take(&cortex_m_tx);
    }
}

/* The event is cleared before RXD is read: a byte that waits in the receiver's FIFO raises it anew (chapter UART,
 * reception). */
static void uart0_handler(void) {
    while (UART_RXDRDY != 0 && !byte_ring_full(&cortex_m_rx)) {
        UART_RXDRDY = 0;
        byte_ring_put(&cortex_m_rx, (uint8_t)UART_RXD);
    }
    if (byte_ring_full(&cortex_m_rx)) {
        NRF_UART_INTENCLR = INT_RXDRDY;
    }
    if (UART_TXDRDY != 0) {
        UART_TXDRDY = 0;
        sending = false;
        board_uart_kick();
    }
}

void board_uart_listen(void) {
    NRF_UART_INTENSET = INT_RXDRDY;
}

__attribute__((section(".vectors.board"), used)) static const cortex_m_handler interrupts[32] = {
    [0 ... 1] = cortex_m_fault,
    [UART0_IRQn] = uart0_handler,
    [3 ... 7] = cortex_m_fault,
    [TIMER0_IRQn] = nrf_timer_handler,
    [9 ... 31] = cortex_m_fault};

/* ---- Flash ---- */

static int erase(uint32_t offset) {
    return nrf_flash_erase(MODULES_AT + offset);
}

static int program(uint32_t offset, const void *bytes, uint32_t count) {
    return nrf_flash_program(MODULES_AT + offset, bytes, count);
}

const kp_flash kp_port_flash = {.base = (const uint8_t *)MODULES_AT,
                                .bytes = MODULES_BYTES,
                                .page_bytes = PAGE_BYTES,
                                .write_bytes = 4,
                                .erase = erase,
                                .program = program};

/* ---- Capabilities ---- */

#define NO_PIN 0xFFu

/* The edge connector's pins that nothing else uses, and the buttons A (5) and B (11). */
static const uint8_t pins[] = {3, 2, 1, NO_PIN, NO_PIN, 17, NO_PIN, NO_PIN, 18, NO_PIN, NO_PIN, 26, 20, 23, 22, 21, 16};
#define BUTTON_A 5u
#define BUTTON_B 11u

static unsigned pin_of(uint32_t number) {
    return number < sizeof pins ? pins[number] : NO_PIN;
}

/* In the emulator the chip has no thermometer: there pin 1 heats the simulated room. */
static int sense_temp(uint32_t *slots) {
    float celsius;
    if (!nrf_temperature(&celsius)) {
        return room_sense_temp(slots);
    }
    memcpy(slots, &celsius, sizeof celsius);
    return 0;
}

static int digitalout(uint32_t *slots) {
    const unsigned pin = pin_of(slots[0]);
    if (pin == NO_PIN || slots[0] == BUTTON_A || slots[0] == BUTTON_B) {
        return -1;
    }
    nrf_pin_write(pin, slots[1] != 0);
    return nrf_is_emulated() && slots[0] == ROOM_HEATER_PIN ? room_io_digitalout(slots) : 0;
}

/* Buttons pull the pin down; the other pins are read as they are driven, low when they are not. */
static int digitalin(uint32_t *slots) {
    const unsigned pin = pin_of(slots[0]);
    if (pin == NO_PIN) {
        return -1;
    }
    if ((NRF_GPIO_CNF(pin) & 1u) == 0) {
        nrf_pin_input(pin, slots[0] == BUTTON_A || slots[0] == BUTTON_B ? NRF_PULL_UP : NRF_PULL_DOWN);
    }
    slots[0] = nrf_pin_read(pin);
    return 0;
}

/* The LED in the middle: row 2 (P0.14) drives, column 3 (P0.06) sinks. */
static int light(uint32_t *slots) {
    nrf_pin_write(14u, slots[0] != 0);
    nrf_pin_write(6u, slots[0] == 0);
    return 0;
}

const kp_capability kp_port_capabilities[] = {{32, sense_temp}, {40, light}, {41, digitalout}, {42, digitalin}};
const size_t kp_port_capability_count = sizeof kp_port_capabilities / sizeof kp_port_capabilities[0];

/* ---- Start ---- */

uint32_t board_reset_reason(void) {
    return nrf_reset_reason();
}

void board_start(void) {
    nrf_start();
    start_uart();
}

void board_configure(kp_config *config, kp_identity *identity) {
    identity->simulated = nrf_is_emulated();
    config->actors_max = 16;
    config->connections_max = 32;
    config->modules_max = 16;
    config->token_max = 64;
    config->frame_max = 128;
    config->engine_stack_words = 128;
    config->native_stack_bytes = 1024;
}
