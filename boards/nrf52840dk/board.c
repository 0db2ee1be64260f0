/*
 * nRF52840 DK (PCA10056). Pins by its hardware guide. The link is the serial port of the board's J-Link: P0.06
 * transmits, P0.08 receives, 115200 8N1.
 */
#include "cortex_m.h"

#include "nrf.h"
#include "port.h"

#include <string.h>

#define TX_PIN     6u
#define RX_PIN     8u
#define LED        13u /* LED1, on when the pin is low */
#define INTERRUPTS 48

__attribute__((section(".vectors.board"), used)) static const cortex_m_handler interrupts[INTERRUPTS] = {
    [0 ... 1] = cortex_m_fault,
    [UARTE0_IRQn] = nrf_uarte_handler,
    [3 ... 7] = cortex_m_fault,
    [TIMER0_IRQn] = nrf_timer_handler,
    [9 ... INTERRUPTS - 1] = cortex_m_fault};

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

/* ---- Capabilities: pins by their numbers, port 1 from 32 on ---- */

/* The LEDs 14-16, the buttons 11, 12, 24 and 25, and what the headers have and no part of the board uses. */
static const uint32_t free_pins[] = {0xFF01D81Cu, 0x0000FFFEu};

static bool is_free(uint32_t pin) {
    return pin / 32u < sizeof free_pins / sizeof free_pins[0] && (free_pins[pin / 32u] >> (pin % 32u)) & 1u;
}

static int sense_temp(uint32_t *slots) {
    float celsius;
    if (!nrf_temperature(&celsius)) {
        return -1;
    }
    memcpy(slots, &celsius, sizeof celsius);
    return 0;
}

static int light(uint32_t *slots) {
    nrf_pin_write(LED, slots[0] == 0);
    return 0;
}

static int digitalout(uint32_t *slots) {
    if (!is_free(slots[0])) {
        return -1;
    }
    nrf_pin_write(slots[0], slots[1] != 0);
    return 0;
}

/* Inputs are pulled up, as the buttons need it. */
static int digitalin(uint32_t *slots) {
    const uint32_t pin = slots[0];
    if (!is_free(pin)) {
        return -1;
    }
    if ((NRF_GPIO_CNF(pin) & 1u) == 0) {
        nrf_pin_input(pin, NRF_PULL_UP);
    }
    slots[0] = nrf_pin_read(pin);
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
    nrf_pin_write(LED, true);
    nrf_uarte_start(TX_PIN, RX_PIN);
}

void board_configure(kp_config *config, kp_identity *identity) {
    (void)config;
    identity->simulated = false;
}
