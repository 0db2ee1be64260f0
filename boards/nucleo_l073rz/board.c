/*
 * Nucleo-64 with an STM32L073RZ. Registers by RM0367, pins by UM1724. The link is USART2, PA2 and PA3, which is the
 * serial port of the board's ST-LINK, 115200 8N1.
 */
#include "cortex_m.h"

#include "port.h"
#include "stm32.h"

#include <string.h>

#define CLOCK_HZ   16000000u
#define LINK_BAUD  115200u
#define LED        STM32_PIN('A', 5u) /* LD2 */
#define WAIT_STEPS 100000u

__attribute__((section(".vectors.board"), used)) static const cortex_m_handler interrupts[32] = {
    [0 ... 27] = cortex_m_fault, [USART2_IRQn] = stm32_usart_handler, [29 ... 31] = cortex_m_fault};

/* ---- Clock: the internal oscillator of 16 MHz. In the voltage range after reset it needs one wait state ---- */

static void start_clock(void) {
    FLASH_ACR |= 1u;
    RCC_CR |= 1u;
    while ((RCC_CR & 1u << 2) == 0) {
    }
    RCC_CFGR = 1u;
    while ((RCC_CFGR & 3u << 2) != 1u << 2) {
    }
}

/* ---- Random numbers: the generator runs from the 48 MHz oscillator, which needs the reference voltage ---- */

static void start_random(void) {
    RCC_APB2ENR |= 1u;
    SYSCFG_CFGR3 |= 1u | 1u << 13;
    RCC_CRRCR |= 1u;
    (void)stm32_wait_for(&RCC_CRRCR, 2u, 2u, WAIT_STEPS);
    RCC_CCIPR |= 1u << 26;
    RCC_AHBENR |= 1u << 20;
    REGISTER(STM32L0_RNG) = 1u << 2;
    (void)kp_port_random();
}

uint32_t kp_port_random(void) {
    uint32_t bits;
    return stm32_random(&REGISTER(STM32L0_RNG), &bits) ? bits : cortex_m_jitter();
}

void kp_port_unique_id(uint8_t id[8]) {
    const uint32_t words[3] = {UNIQUE_ID(0x00u), UNIQUE_ID(0x04u), UNIQUE_ID(0x14u)};
    stm32_unique_id(words, id);
}

uint32_t board_reset_reason(void) {
    return stm32_reset_reason(&RCC_CSR, 1u << 23, 1u << 27);
}

/* ---- Flash: pages of 128 bytes, erased by writing to one word of them, programmed by words; erased bits are 0 ---- */

#define PECR_PELOCK  (1u << 0)
#define PECR_PRGLOCK (1u << 1)
#define PECR_PROG    (1u << 3)
#define PECR_ERASE   (1u << 9)
#define SR_BUSY      (1u << 0)
#define SR_ERRORS    0x00032F00u /* written back to clear them */

static void unlock(void) {
    FLASH_PEKEYR = 0x89ABCDEFu;
    FLASH_PEKEYR = 0x02030405u;
    FLASH_PRGKEYR = 0x8C9DAEBFu;
    FLASH_PRGKEYR = 0x13141516u;
    FLASH_SR = SR_ERRORS;
}

static int finish(void) {
    while (FLASH_SR & SR_BUSY) {
    }
    const bool good = (FLASH_SR & SR_ERRORS) == 0;
    FLASH_PECR |= PECR_PELOCK | PECR_PRGLOCK;
    return good ? 0 : -1;
}

static int erase(uint32_t offset) {
    unlock();
    FLASH_PECR |= PECR_ERASE | PECR_PROG;
    REGISTER(MODULES_AT + offset) = 0;
    while (FLASH_SR & SR_BUSY) {
    }
    FLASH_PECR &= ~(PECR_ERASE | PECR_PROG);
    return finish();
}

static int program(uint32_t offset, const void *bytes, uint32_t count) {
    unlock();
    for (uint32_t done = 0; done < count; done += 4u) {
        uint32_t word;
        memcpy(&word, (const uint8_t *)bytes + done, sizeof word);
        REGISTER(MODULES_AT + offset + done) = word;
        while (FLASH_SR & SR_BUSY) {
        }
    }
    const int error = finish();
    return error == 0 && memcmp((const void *)(MODULES_AT + offset), bytes, count) == 0 ? 0 : -1;
}

const kp_flash kp_port_flash = {.base = (const uint8_t *)MODULES_AT,
                                .bytes = MODULES_BYTES,
                                .page_bytes = PAGE_BYTES,
                                .write_bytes = 4,
                                .erase = erase,
                                .program = program};

/* ---- Capabilities ---- */

/* Ports A to C: the headers' pins but for the link, the debugger, the LED and the 32 kHz crystal; the button is PC13.
 */
static const uint16_t free_pins[] = {0x9FD3, 0xFFFF, 0x3FFF};
#define PORTS (sizeof free_pins / sizeof free_pins[0])

static int light(uint32_t *slots) {
    stm32_pin_write(LED, slots[0] != 0);
    return 0;
}

static int digitalout(uint32_t *slots) {
    return stm32_digitalout(slots, free_pins, PORTS);
}

static int digitalin(uint32_t *slots) {
    return stm32_digitalin(slots, free_pins, PORTS, STM32_PULL_UP);
}

const kp_capability kp_port_capabilities[] = {{40, light}, {41, digitalout}, {42, digitalin}};
const size_t kp_port_capability_count = sizeof kp_port_capabilities / sizeof kp_port_capabilities[0];

/* ---- Start ---- */

void board_start(void) {
    start_clock();
    cortex_m_time_begin(CLOCK_HZ);
    start_random();
    RCC_IOPENR |= 7u; /* ports A to C */
    stm32_pin_write(LED, false);
    stm32_pin_function(STM32_PIN('A', 2u), 4, STM32_PULL_NONE);
    stm32_pin_function(STM32_PIN('A', 3u), 4, STM32_PULL_UP);
    RCC_APB1ENR |= 1u << 17;
    stm32_usart_start((CLOCK_HZ + LINK_BAUD / 2u) / LINK_BAUD);
}

void board_configure(kp_config *config, kp_identity *identity) {
    identity->simulated = false;
    config->actors_max = 20;
    config->connections_max = 40;
    config->modules_max = 20;
    config->token_max = 64;
    config->frame_max = 128;
    config->engine_stack_words = 128;
    config->native_stack_bytes = 1024;
}
