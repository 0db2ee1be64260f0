/* STM32F405 and F407: clock, USART, random numbers, thermometer. Sections are those of RM0090. */
#include "stm32f4.h"

#include "port.h"
#include "stm32.h"

#define INTERNAL_MHZ 16u /* the chip's own oscillator, which it starts with */
#define PLL_HZ       168000000u
#define WAIT_STEPS   100000u /* of a loop that waits for an oscillator; it starts in some milliseconds */

bool stm32f4_is_emulated(void) {
    return RCC_CR == 0;
}

/* ---- Clock (7.3) ---- */

stm32f4_clock stm32f4_start_clock(uint32_t crystal_mhz) {
    static const stm32f4_clock fast = {PLL_HZ, PLL_HZ / 4u, PLL_HZ / 2u};
    if (stm32f4_is_emulated()) {
        return fast;
    }
    RCC_CR |= 1u << 16; /* HSEON */
    const bool crystal = stm32_wait_for(&RCC_CR, 1u << 17, 1u << 17, WAIT_STEPS);
    /* 336 MHz from an input of 1 MHz, halved for the core, by 7 for the random numbers */
    RCC_PLLCFGR = (crystal ? crystal_mhz | 1u << 22 : INTERNAL_MHZ) | 336u << 6 | 7u << 24;
    RCC_CR |= 1u << 24; /* PLLON */
    if (stm32_wait_for(&RCC_CR, 1u << 25, 1u << 25, WAIT_STEPS)) {
        FLASH_ACR = 5u | 1u << 8 | 1u << 9 | 1u << 10; /* 5 wait states, prefetch and caches (3.5.1) */
        RCC_CFGR = 5u << 10 | 4u << 13;                /* APB1 = clock / 4, APB2 = clock / 2 */
        RCC_CFGR |= 2u;
        if (stm32_wait_for(&RCC_CFGR, 3u << 2, 2u << 2, WAIT_STEPS)) {
            return fast;
        }
    }
    RCC_CFGR = 0;
    return (stm32f4_clock){INTERNAL_MHZ * 1000000u, INTERNAL_MHZ * 1000000u, INTERNAL_MHZ * 1000000u};
}

/* The flags stay until they are cleared (7.3.21). */
uint32_t board_reset_reason(void) {
    return stm32f4_is_emulated() ? 0 : stm32_reset_reason(&RCC_CSR, 1u << 24, 1u << 27 | 1u << 25);
}

/* ---- USART (30.6) ---- */

#define USART_SR  REGISTER(STM32_USART + 0x00u)
#define USART_DR  REGISTER(STM32_USART + 0x04u)
#define USART_BRR REGISTER(STM32_USART + 0x08u)
#define USART_CR1 REGISTER(STM32_USART + 0x0Cu)

#define SR_RXNE    (1u << 5)
#define SR_TXE     (1u << 7)
#define CR1_RE     (1u << 2)
#define CR1_TE     (1u << 3)
#define CR1_RXNEIE (1u << 5)
#define CR1_TXEIE  (1u << 7)
#define CR1_UE     (1u << 13)

void stm32f4_usart_start(uint32_t hertz, uint32_t baud) {
    USART_BRR = (hertz + baud / 2u) / baud;
    USART_CR1 = CR1_UE | CR1_TE | CR1_RE | CR1_RXNEIE;
    NVIC_EnableIRQ(STM32_USART_IRQ);
}

/* As long as the transmitter takes bytes; the rest goes by interrupt. */
void board_uart_kick(void) {
    while (!byte_ring_empty(&cortex_m_tx) && (USART_SR & SR_TXE)) {
        USART_DR = byte_ring_take(&cortex_m_tx);
    }
    USART_CR1 = byte_ring_empty(&cortex_m_tx) ? USART_CR1 & ~CR1_TXEIE : USART_CR1 | CR1_TXEIE;
}

/* Masked in the NVIC and not in the USART: QEMU's does not take its request back for a mask. */
void stm32f4_usart_handler(void) {
    while ((USART_SR & SR_RXNE) && !byte_ring_full(&cortex_m_rx)) {
        byte_ring_put(&cortex_m_rx, (uint8_t)USART_DR);
    }
    if (byte_ring_full(&cortex_m_rx)) {
        NVIC_DisableIRQ(STM32_USART_IRQ);
    }
    board_uart_kick();
}

void board_uart_listen(void) {
    NVIC_EnableIRQ(STM32_USART_IRQ);
}

/* ---- Random and identity ---- */

uint32_t kp_port_random(void) {
    uint32_t bits;
    return !stm32f4_is_emulated() && stm32_random(&REGISTER(STM32F4_RNG), &bits) ? bits : cortex_m_jitter();
}

/* The generator's first number is not to be used (24.3.1). */
void stm32f4_start_random(void) {
    if (!stm32f4_is_emulated()) {
        RCC_AHB2ENR |= 1u << 6;
        REGISTER(STM32F4_RNG) = 1u << 2;
        (void)kp_port_random();
    }
}

void kp_port_unique_id(uint8_t id[8]) {
    if (stm32f4_is_emulated()) {
        cortex_m_name_id(id);
        return;
    }
    const uint32_t words[3] = {UNIQUE_ID(0), UNIQUE_ID(1), UNIQUE_ID(2)};
    stm32_unique_id(words, id);
}

/* ---- Thermometer: channel 16 of ADC1, sampled for 480 cycles (13.10) ---- */

bool stm32f4_temperature(float *celsius) {
    if (stm32f4_is_emulated() || TS_CAL1 == 0 || TS_CAL2 <= TS_CAL1 || TS_CAL2 > 4095u) {
        return false;
    }
    RCC_APB2ENR |= 1u << 8;
    ADC_CCR = 1u << 23 | 1u << 16; /* sensor on, clock / 4 */
    ADC1_SMPR1 = 7u << 18;
    ADC1_SQR3 = 16;
    ADC1_CR2 = 1u;
    ADC1_SR = 0;
    ADC1_CR2 = 1u | 1u << 30;
    const bool ready = stm32_wait_for(&ADC1_SR, 2u, 2u, WAIT_STEPS);
    if (ready) {
        *celsius = 30.0f + 80.0f * (float)((int32_t)ADC1_DR - TS_CAL1) / (float)(TS_CAL2 - TS_CAL1);
    }
    ADC1_CR2 = 0;
    return ready;
}

/* Sectors of up to 128 KB are too large for a module each. */
const kp_flash kp_port_flash = {.bytes = 0};
