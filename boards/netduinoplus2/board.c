/*
 * Netduino Plus 2: STM32F405RG. Registers by ST RM0090. The link is USART1 on the header's SDA (PB6, TX) and SCL (PB7,
 * RX), 115200 8N1: on its other pins, PA9 and PA10, are the USB supply and the blue LED.
 */
#include "cortex_m.h"

#include "port.h"
#include "sim/room.h"

#define CRYSTAL_MHZ  25u /* of this board */
#define INTERNAL_MHZ 16u /* the chip's own oscillator, which it starts with */
#define PLL_HZ       168000000u
#define LINK_BAUD    115200u
#define WAIT_STEPS   100000u /* of a loop that waits for an oscillator; it starts in some milliseconds */
#define RANDOM_STEPS 1000u   /* likewise for a random number: 40 cycles of 48 MHz */

/* ---- Clock (7.3) ---- */

static bool wait_for(volatile uint32_t *where, uint32_t mask, uint32_t value, uint32_t steps) {
    for (; steps > 0; steps--) {
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

/* The PLL at 168 MHz from the crystal, or from the internal oscillator if that does not start; without a PLL the
 * internal oscillator itself. Returns the core clock, tells that of USART1. */
static uint32_t start_clock(uint32_t *usart_hertz) {
    *usart_hertz = PLL_HZ / 2u;
    if (is_emulated()) {
        return PLL_HZ;
    }
    RCC_CR |= 1u << 16; /* HSEON */
    const bool crystal = wait_for(&RCC_CR, 1u << 17, 1u << 17, WAIT_STEPS);
    /* 336 MHz from an input of 1 MHz, halved for the core, by 7 for the random numbers */
    RCC_PLLCFGR = (crystal ? CRYSTAL_MHZ | 1u << 22 : INTERNAL_MHZ) | 336u << 6 | 7u << 24;
    RCC_CR |= 1u << 24; /* PLLON */
    if (wait_for(&RCC_CR, 1u << 25, 1u << 25, WAIT_STEPS)) {
        FLASH_ACR = 5u | 1u << 8 | 1u << 9 | 1u << 10; /* 5 wait states, prefetch and caches (3.5.1) */
        RCC_CFGR = 5u << 10 | 4u << 13;                /* APB1 = clock / 4, APB2 = clock / 2 */
        RCC_CFGR |= 2u;
        if (wait_for(&RCC_CFGR, 3u << 2, 2u << 2, WAIT_STEPS)) {
            return PLL_HZ;
        }
    }
    RCC_CFGR = 0;
    *usart_hertz = INTERNAL_MHZ * 1000000u;
    return INTERNAL_MHZ * 1000000u;
}

/* The flags stay until they are cleared (7.3.21). */
uint32_t board_reset_reason(void) {
    static const struct {
        uint8_t flag, reason;
    } reasons[] = {{31, KP_RESET_POWER},    {30, KP_RESET_WATCHDOG}, {29, KP_RESET_WATCHDOG},
                   {28, KP_RESET_SOFTWARE}, {27, KP_RESET_POWER},    {25, KP_RESET_POWER}};
    if (is_emulated()) {
        return 0;
    }
    const uint32_t flags = RCC_CSR;
    uint32_t found = 0;
    for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if ((flags >> reasons[i].flag) & 1u) {
            found |= reasons[i].reason;
        }
    }
    RCC_CSR |= 1u << 24;
    return found != 0 ? found : KP_RESET_PIN; /* every reset pulls the pin: it counts when it is alone */
}

/* ---- USART1 (30.6) ---- */

#define SR_RXNE    (1u << 5)
#define SR_TXE     (1u << 7)
#define CR1_RE     (1u << 2)
#define CR1_TE     (1u << 3)
#define CR1_RXNEIE (1u << 5)
#define CR1_TXEIE  (1u << 7)
#define CR1_UE     (1u << 13)

static void start_uart(uint32_t hertz) {
    RCC_AHB1ENR |= 1u << 1;                                   /* GPIOB */
    RCC_APB2ENR |= 1u << 4;                                   /* USART1 */
    GPIOB_AFRL = (GPIOB_AFRL & ~(0xFFu << 24)) | 0x77u << 24; /* PB6, PB7: USART1 is function 7 */
    GPIOB_PUPDR = (GPIOB_PUPDR & ~(3u << 14)) | 1u << 14;     /* an open RX line is quiet */
    GPIOB_MODER = (GPIOB_MODER & ~(0xFu << 12)) | 0xAu << 12; /* alternate function */
    USART1_BRR = (hertz + LINK_BAUD / 2u) / LINK_BAUD;
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

/* Masked in the NVIC and not in the USART: QEMU's does not take its request back for a mask. */
static void usart1_handler(void) {
    while ((USART1_SR & SR_RXNE) && !byte_ring_full(&cortex_m_rx)) {
        byte_ring_put(&cortex_m_rx, (uint8_t)USART1_DR);
    }
    if (byte_ring_full(&cortex_m_rx)) {
        NVIC_DisableIRQ(USART1_IRQn);
    }
    board_uart_kick();
}

void board_uart_listen(void) {
    NVIC_EnableIRQ(USART1_IRQn);
}

__attribute__((section(".vectors.board"), used)) static const cortex_m_handler interrupts[82] = {
    [0 ... 36] = cortex_m_fault, [USART1_IRQn] = usart1_handler, [38 ... 81] = cortex_m_fault};

/* ---- Random and identity ---- */

uint32_t kp_port_random(void) {
    if (!is_emulated() && wait_for(&RNG_SR, 1u, 1u, RANDOM_STEPS)) {
        return RNG_DR;
    }
    return cortex_m_jitter();
}

void kp_port_unique_id(uint8_t id[8]) {
    if (is_emulated()) {
        cortex_m_name_id(id);
        return;
    }
    const uint32_t words[2] = {UNIQUE_ID(0) ^ UNIQUE_ID(2), UNIQUE_ID(1)};
    for (unsigned i = 0; i < 8; i++) {
        id[i] = (uint8_t)(words[i / 4] >> (8u * (i % 4u)));
    }
}

/* The generator's first number is not to be used (24.3.1). */
static void start_random(void) {
    if (!is_emulated()) {
        RCC_AHB2ENR |= 1u << 6;
        RNG_CR = 1u << 2;
        (void)kp_port_random();
    }
}

/* ---- Capabilities: the simulated room, and the blue LED (PA10) as its lamp ---- */

static void start_led(void) {
    RCC_AHB1ENR |= 1u;
    GPIOA_MODER = (GPIOA_MODER & ~(3u << 20)) | 1u << 20;
}

static int light(uint32_t *slots) {
    GPIOA_BSRR = 1u << (slots[0] != 0 ? 10 : 26);
    return room_io_light(slots);
}

/* Sectors of 128 KB are too large for a module each, and QEMU's flash cannot be programmed. */
const kp_flash kp_port_flash = {.bytes = 0};

const kp_capability kp_port_capabilities[] = {{32, room_sense_temp}, {40, light}, {41, room_io_digitalout}};
const size_t kp_port_capability_count = sizeof kp_port_capabilities / sizeof kp_port_capabilities[0];

/* ---- Start ---- */

void board_configure(kp_config *config, kp_identity *identity) {
    (void)config;
    (void)identity; /* the room is simulated on the chip, too */
}

void board_start(void) {
    uint32_t usart_hertz;
    cortex_m_time_begin(start_clock(&usart_hertz));
    start_random();
    start_led();
    start_uart(usart_hertz);
}
