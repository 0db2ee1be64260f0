/* Netduino Plus 2: STM32F405RG. Registers by ST RM0090; the link is USART1 on PA9 (TX) and PA10 (RX), 115200 8N1. */
#include "cortex_m.h"

#include "port.h"
#include "sim/room.h"

#define CLOCK_HZ   168000000u
#define APB2_HZ    84000000u
#define LINK_BAUD  115200u
#define WAIT_STEPS 100000u /* of a loop that waits for an oscillator; it starts in some milliseconds */

const size_t board_heap_max = SIZE_MAX;

/* ---- Clock: 25 MHz crystal through the PLL to 168 MHz (7.3.2) ---- */

static bool wait_for(volatile uint32_t *where, uint32_t mask, uint32_t value) {
    for (uint32_t left = WAIT_STEPS; left > 0; left--) {
        if ((*where & mask) == value) {
            return true;
        }
    }
    return false;
}

/* QEMU has no model of the clock control: it reads as 0, which it never does on the chip, and runs at 168 MHz anyway.
 * Nor has it the random number generator and the unique id, whose addresses fault there. */
static bool is_emulated(void) {
    return RCC_CR == 0;
}

static void start_clock(void) {
    if (is_emulated()) {
        return;
    }
    RCC_CR |= 1u << 16; /* HSEON */
    const bool crystal = wait_for(&RCC_CR, 1u << 17, 1u << 17);
    /* VCO 336 MHz from an input of 1 MHz: M = 25 of the crystal or 16 of the internal oscillator; P = 2, Q = 7 */
    RCC_PLLCFGR = (crystal ? 25u | 1u << 22 : 16u) | 336u << 6 | 7u << 24;
    RCC_CR |= 1u << 24;                            /* PLLON */
    FLASH_ACR = 5u | 1u << 8 | 1u << 9 | 1u << 10; /* 5 wait states, prefetch and caches (3.5.1) */
    RCC_CFGR = 5u << 10 | 4u << 13;                /* APB1 = clock / 4, APB2 = clock / 2 */
    if (!wait_for(&RCC_CR, 1u << 25, 1u << 25)) {
        cortex_m_fault();
    }
    RCC_CFGR |= 2u;
    if (!wait_for(&RCC_CFGR, 3u << 2, 2u << 2)) {
        cortex_m_fault();
    }
}

/* ---- USART1 (30.6) ---- */

#define SR_RXNE    (1u << 5)
#define SR_TXE     (1u << 7)
#define CR1_RE     (1u << 2)
#define CR1_TE     (1u << 3)
#define CR1_RXNEIE (1u << 5)
#define CR1_TXEIE  (1u << 7)
#define CR1_UE     (1u << 13)

static void start_uart(void) {
    RCC_AHB1ENR |= 1u;                                        /* GPIOA */
    RCC_APB2ENR |= 1u << 4;                                   /* USART1 */
    GPIOA_MODER = (GPIOA_MODER & ~(0xFu << 18)) | 0xAu << 18; /* PA9, PA10: alternate function */
    GPIOA_AFRH = (GPIOA_AFRH & ~0xFF0u) | 0x770u;             /* 7: USART1 */
    USART1_BRR = (APB2_HZ + LINK_BAUD / 2u) / LINK_BAUD;
    USART1_CR1 = CR1_UE | CR1_TE | CR1_RE | CR1_RXNEIE;
    NVIC_EnableIRQ(USART1_IRQn);
}

/* As long as the transmitter takes bytes; the rest goes by interrupt. */
void board_uart_kick(void) {
    while (!byte_ring_empty(&cortex_m_tx) && (USART1_SR & SR_TXE)) {
        USART1_DR = byte_ring_take(&cortex_m_tx);
    }
    USART1_CR1 = byte_ring_empty(&cortex_m_tx) ? USART1_CR1 & ~CR1_TXEIE : USART1_CR1 | CR1_TXEIE;
}

/* A byte that finds the ring full is lost, as it would be in the receiver; the link's resending brings it again. */
static void usart1_handler(void) {
    while (USART1_SR & SR_RXNE) {
        const uint8_t byte = (uint8_t)USART1_DR;
        if (!byte_ring_full(&cortex_m_rx)) {
            byte_ring_put(&cortex_m_rx, byte);
        }
    }
    board_uart_kick();
}

__attribute__((section(".vectors.board"), used)) static const cortex_m_handler interrupts[82] = {
    [0 ... 36] = cortex_m_fault, [USART1_IRQn] = usart1_handler, [38 ... 81] = cortex_m_fault};

/* ---- Random and identity ---- */

uint32_t kp_port_random(void) {
    static uint32_t state;
    if (!is_emulated() && (RNG_SR & 1u)) {
        return RNG_DR;
    }
    state = state * 1664525u + 1013904223u;
    return state ^= cortex_m_jitter();
}

void kp_port_unique_id(uint8_t id[8]) {
    const bool emulated = is_emulated();
    const uint32_t words[2] = {emulated ? 0x554D4551u : UNIQUE_ID(0) ^ UNIQUE_ID(2), emulated ? 405u : UNIQUE_ID(1)};
    for (unsigned i = 0; i < 8; i++) {
        id[i] = (uint8_t)(words[i / 4] >> (8u * (i % 4u)));
    }
}

/* ---- Start ---- */

const kp_capability kp_port_capabilities[] = {ROOM_CAPABILITIES};
const size_t kp_port_capability_count = sizeof kp_port_capabilities / sizeof kp_port_capabilities[0];

void board_start(void);
void board_start(void) {
    start_clock();
    cortex_m_time_begin(CLOCK_HZ);
    if (!is_emulated()) {
        RCC_AHB2ENR |= 1u << 6; /* RNG */
        RNG_CR = 1u << 2;
    }
    start_uart();
}
