/* Start-up, the exception vectors, and what is recorded of a fault. */
#include "cortex_m.h"

#include "port.h"

#define STACK_PAINT 0xC0DEC0DEu
#define FAULT_MAGIC 0xFA017E57u

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[], stack_start[], stack_end[];

static uint32_t reset_reason;

void reset_handler(void);
void __attribute__((weak, alias("cortex_m_fault"))) systick_handler(void);

static void __attribute__((used)) fault_store(const uint32_t *frame) {
    static const uint32_t none[8];
    if (frame < stack_start || frame + 8 > stack_end) {
        frame = none;
    }
    cortex_m_kept.fault.magic = FAULT_MAGIC;
    cortex_m_kept.fault.exception = __get_IPSR();
#if __CORTEX_M >= 3 /* ARMv6-M has no fault status */
    cortex_m_kept.fault.status = SCB->CFSR;
    cortex_m_kept.fault.address = SCB->BFAR;
#endif
    for (unsigned i = 0; i < 8; i++) {
        cortex_m_kept.fault.frame[i] = frame[i];
    }
    NVIC_SystemReset();
}

void __attribute__((naked)) cortex_m_fault(void) {
    /* An overflown stack is of no use to fault_store(): it gets a fresh one. */
    __asm volatile("mrs r0, msp\n ldr r1, =stack_end\n mov sp, r1\n ldr r1, =fault_store\n bx r1");
}

/* ARMv7-M ARM, table B1-4. The board's interrupts follow in .vectors.board. */
__attribute__((section(".vectors"), used)) const cortex_m_handler vectors[16] = {
    (cortex_m_handler)stack_end,
    reset_handler,
    cortex_m_fault,
    cortex_m_fault,
    cortex_m_fault,
    cortex_m_fault,
    cortex_m_fault,
    NULL,
    NULL,
    NULL,
    NULL,
    cortex_m_fault,
    cortex_m_fault,
    NULL,
    cortex_m_fault,
    systick_handler,
};

void reset_handler(void) {
#ifdef __ARM_FP
    SCB->CPACR |= 0xFu << 20; /* the FPU: full access (B3.2.20) */
    __DSB();
    __ISB();
#endif
    for (uint32_t *from = data_load, *to = data_start; to < data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
    const uint32_t *const used = (const uint32_t *)__get_MSP() - 16;
    for (uint32_t *to = stack_start; to < used;) {
        *to++ = STACK_PAINT;
    }
    reset_reason = board_reset_reason();
    if (cortex_m_kept.fault.magic == FAULT_MAGIC) {
        reset_reason |= KP_RESET_FAULT;
        cortex_m_kept.fault.magic = 0;
    }
    (void)main();
    cortex_m_fault();
}

uint32_t kp_port_reset_reason(void) {
    return reset_reason;
}

void kp_port_restart(void) {
    NVIC_SystemReset();
}

size_t kp_port_stack_used(void) {
    const uint32_t *at = stack_start;
    while (at < stack_end && *at == STACK_PAINT) {
        at++;
    }
    return (size_t)((const uint8_t *)stack_end - (const uint8_t *)at);
}
