/*
 * Milliseconds and sleep from SysTick (ARMv7-M ARM, B3.3). The counter runs in its longest period when nothing is due,
 * so that an idle board wakes about ten times a second, and in a shorter one when a deadline comes first.
 */
#include "cortex_m.h"

#include "port.h"

#define PERIOD_MAX 0x01000000u

static uint32_t ticks_per_ms = 1;
static uint32_t period = PERIOD_MAX; /* ticks of the running period */
static uint64_t base_ms;             /* at its begin */
static uint32_t base_ticks;          /* and the rest, less than a millisecond */

void systick_handler(void);

static void begin_period(uint32_t ticks) {
    period = ticks;
    SysTick->LOAD = ticks - 1u;
    SysTick->VAL = 0;
}

static void advance(uint32_t ticks) {
    ticks += base_ticks;
    base_ms += ticks / ticks_per_ms;
    base_ticks = ticks % ticks_per_ms;
}

void systick_handler(void) {
    advance(period);
    if (period != PERIOD_MAX) {
        begin_period(PERIOD_MAX);
    }
}

/* Ticks of the running period, with interrupts masked. A wrap whose interrupt is pending counts. */
static uint32_t elapsed(void) {
    uint32_t value = SysTick->VAL;
    uint32_t before = 0;
    if (SCB->ICSR & SCB_ICSR_PENDSTSET_Msk) {
        value = SysTick->VAL;
        before = period;
    }
    return before + (value == 0 ? 0 : period - value);
}

void cortex_m_time_begin(uint32_t hertz) {
    ticks_per_ms = hertz / 1000u;
    begin_period(PERIOD_MAX);
    SysTick->CTRL = SysTick_CTRL_CLKSOURCE_Msk | SysTick_CTRL_TICKINT_Msk | SysTick_CTRL_ENABLE_Msk;
}

uint64_t kp_port_ms(void) {
    const uint32_t masked = __get_PRIMASK();
    __disable_irq();
    const uint64_t now = base_ms + (base_ticks + elapsed()) / ticks_per_ms;
    __set_PRIMASK(masked);
    return now;
}

/* Ends the running period early when the deadline comes first. A wrap between the two looks at the counter would count
 * twice, so it is forgotten: less than a microsecond. */
static void shorten_period(uint64_t ms) {
    const uint32_t gone = elapsed();
    if (ms < PERIOD_MAX / ticks_per_ms && gone < period && (uint32_t)ms * ticks_per_ms < period - gone) {
        advance(gone);
        begin_period((uint32_t)ms * ticks_per_ms);
        SCB->ICSR = SCB_ICSR_PENDSTCLR_Msk;
    }
}

/* WFI ends with a pending interrupt also while interrupts are masked, so that none is missed after the look at the
 * rings. Interrupts that leave the main loop nothing to do do not end the sleep. */
void kp_port_sleep(uint32_t ms) {
    const uint64_t due = ms == UINT32_MAX ? UINT64_MAX : kp_port_ms() + ms;
    uint64_t now;
    __disable_irq();
    while ((now = kp_port_ms()) < due && byte_ring_empty(&cortex_m_rx) && !cortex_m_tx_awaited()) {
        shorten_period(due - now);
        __DSB();
        __WFI();
        __enable_irq();
        __ISB();
        __disable_irq();
    }
    __enable_irq();
}

uint32_t cortex_m_jitter(void) {
    uint32_t mixed = cortex_m_kept.entropy;
    for (unsigned i = 0; i < 64; i++) {
        mixed = ((mixed << 5 | mixed >> 27) ^ SysTick->VAL) * 0x9E3779B1u;
    }
    return cortex_m_kept.entropy = mixed;
}
