/*
 * Milliseconds and sleep from TIMER0 at 1 MHz (the nRF51 has no SysTick). The counter wraps after 71 minutes: a sleep
 * ends before. TIMER0 keeps the high-frequency clock on: some hundred microamperes while the processor sleeps.
 */
#include "cortex_m.h"

#include "nrf.h"

#define READ     0u /* capture register of the present time */
#define WAKE     1u /* compare register of the end of a sleep */
#define SLEEP_MS 1000000u
#define SOON_US  20u /* a compare value that may be over before it is set */

static uint64_t ms;
static uint32_t seen_us; /* the counter when `ms` was computed, less the rest of a millisecond */

void nrf_start(void) {
    NRF_HFCLKSTARTED = 0;
    NRF_HFCLKSTART = 1;
    while (NRF_HFCLKSTARTED == 0) {
    }
    NRF_TIMER_BITMODE = 3;   /* 32 bits */
    NRF_TIMER_PRESCALER = 4; /* 16 MHz / 2^4 */
    NRF_TIMER_INTENSET = 1u << (16u + WAKE);
    NVIC_EnableIRQ(TIMER0_IRQn);
    NRF_TIMER_START = 1;
}

static uint32_t counter(void) {
    NRF_TIMER_CAPTURE(READ) = 1;
    return NRF_TIMER_CC(READ);
}

uint64_t kp_port_ms(void) {
    const uint32_t passed = (counter() - seen_us) / 1000u;
    ms += passed;
    seen_us += passed * 1000u;
    return ms;
}

void nrf_timer_handler(void) {
    NRF_TIMER_COMPARE(WAKE) = 0;
    (void)NRF_TIMER_COMPARE(WAKE); /* the write has arrived before the handler ends */
}

/* WFI ends with a pending interrupt also while interrupts are masked, so that none is missed after the look at the
 * rings. Interrupts that leave the main loop nothing to do do not end the sleep. */
void kp_port_sleep(uint32_t longest) {
    const uint64_t due = longest == UINT32_MAX ? UINT64_MAX : kp_port_ms() + longest;
    uint64_t now;
    __disable_irq();
    while ((now = kp_port_ms()) < due && byte_ring_empty(&cortex_m_rx) && !cortex_m_tx_awaited()) {
        const uint64_t left = due - now;
        NRF_TIMER_CC(WAKE) = seen_us + (left < SLEEP_MS ? (uint32_t)left : SLEEP_MS) * 1000u;
        if ((int32_t)(NRF_TIMER_CC(WAKE) - counter()) > (int32_t)SOON_US) {
            __DSB();
            __WFI();
        }
        __enable_irq();
        __ISB();
        __disable_irq();
    }
    __enable_irq();
}
