/*
 * Nucleo-144 with an STM32L552ZE-Q, TrustZone off as it is delivered. Registers by RM0438, pins by UM2581. The link is
 * LPUART1, PG7 and PG8, which is the serial port of the board's ST-LINK, 115200 8N1.
 */
#include "cortex_m.h"

#include "port.h"
#include "stm32.h"

#define CLOCK_HZ   16000000u
#define LINK_BAUD  115200u
#define LED        STM32_PIN('B', 7u) /* LD2, blue */
#define INTERRUPTS 109
#define WAIT_STEPS 100000u

__attribute__((section(".vectors.board"), used)) static const cortex_m_handler interrupts[INTERRUPTS] = {
    [0 ... 65] = cortex_m_fault, [LPUART1_IRQn] = stm32_usart_handler, [67 ... INTERRUPTS - 1] = cortex_m_fault};

/* ---- Clock: the internal oscillator of 16 MHz, with wait states that do in every voltage range ---- */

static void start_clock(void) {
    FLASH_ACR = (FLASH_ACR & ~0xFu) | 2u;
    RCC_CR |= 1u << 8;
    while ((RCC_CR & 1u << 10) == 0) {
    }
    RCC_CFGR = 1u;
    while ((RCC_CFGR & 3u << 2) != 1u << 2) {
    }
}

/* ---- Random numbers: the generator runs from the 48 MHz oscillator ---- */

static void start_random(void) {
    RCC_CRRCR |= 1u;
    (void)stm32_wait_for(&RCC_CRRCR, 2u, 2u, WAIT_STEPS);
    RCC_AHB2ENR |= 1u << 18;
    REGISTER(STM32L5_RNG) |= 1u << 2;
    (void)kp_port_random();
}

uint32_t kp_port_random(void) {
    uint32_t bits;
    return stm32_random(&REGISTER(STM32L5_RNG), &bits) ? bits : cortex_m_jitter();
}

void kp_port_unique_id(uint8_t id[8]) {
    const uint32_t words[3] = {UNIQUE_ID(0), UNIQUE_ID(1), UNIQUE_ID(2)};
    stm32_unique_id(words, id);
}

uint32_t board_reset_reason(void) {
    return stm32_reset_reason(&RCC_CSR, 1u << 23, 1u << 27);
}

/* Modules lie in RAM, of which there is plenty. */
const kp_flash kp_port_flash = {.bytes = 0};

/* ---- Capabilities ---- */

/* Ports A to F: the headers' pins but for the debugger, USB, the blue LED and the 32 kHz crystal; the button is PC13.
 */
static const uint16_t free_pins[] = {0x87FF, 0xFF77, 0x3FFF, 0xFFFF, 0xFFFF, 0xFFFF};
#define PORTS (sizeof free_pins / sizeof free_pins[0])

static int light(uint32_t *slots) {
    stm32_pin_write(LED, slots[0] != 0);
    return 0;
}

static int digitalout(uint32_t *slots) {
    return stm32_digitalout(slots, free_pins, PORTS);
}

static int digitalin(uint32_t *slots) {
    return stm32_digitalin(slots, free_pins, PORTS, STM32_PULL_DOWN);
}

const kp_capability kp_port_capabilities[] = {{40, light}, {41, digitalout}, {42, digitalin}};
const size_t kp_port_capability_count = sizeof kp_port_capabilities / sizeof kp_port_capabilities[0];

/* ---- Start ---- */

void board_start(void) {
    start_clock();
    cortex_m_time_begin(CLOCK_HZ);
    start_random();
    RCC_APB1ENR1 |= 1u << 28; /* PWR */
    PWR_CR2 |= 1u << 9;       /* port G has a supply of its own, which is good */
    RCC_AHB2ENR |= 0x7Fu;     /* ports A to G */
    (void)RCC_AHB2ENR;
    stm32_pin_write(LED, false);
    stm32_pin_function(STM32_PIN('G', 7u), 8, STM32_PULL_NONE);
    stm32_pin_function(STM32_PIN('G', 8u), 8, STM32_PULL_UP);
    RCC_APB1ENR2 |= 1u;
    stm32_usart_start((uint32_t)(256ull * CLOCK_HZ / LINK_BAUD)); /* an LPUART divides by 256ths */
}

void board_configure(kp_config *config, kp_identity *identity) {
    (void)config;
    identity->simulated = false;
}
