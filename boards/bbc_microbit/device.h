/* nRF51822: interrupts, whose numbers are the peripherals' in the Reference Manual's table of instances, and core. */
#ifndef DEVICE_H
#define DEVICE_H

typedef enum IRQn {
    NonMaskableInt_IRQn = -14,
    HardFault_IRQn = -13,
    SVCall_IRQn = -5,
    PendSV_IRQn = -2,
    SysTick_IRQn = -1,
    UART0_IRQn = 2,
    TIMER0_IRQn = 8,
} IRQn_Type;

#define __CM0_REV              1
#define __NVIC_PRIO_BITS       2
#define __Vendor_SysTickConfig 0
#include "core_cm0.h"

/* Of 16 KB of RAM. */
#define UART_RX_BYTES 256u
#define UART_TX_BYTES 64u

/* The last quarter of flash holds modules; see memory.ld. */
#define MODULES_AT    0x30000u
#define MODULES_BYTES 0x10000u
#define PAGE_BYTES    1024u

#endif
