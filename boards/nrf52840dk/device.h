/* nRF52840: interrupts, whose numbers are the peripherals' in the Product Specification's table of instances, and core.
 */
#ifndef DEVICE_H
#define DEVICE_H

typedef enum IRQn {
    NonMaskableInt_IRQn = -14,
    HardFault_IRQn = -13,
    MemoryManagement_IRQn = -12,
    BusFault_IRQn = -11,
    UsageFault_IRQn = -10,
    SVCall_IRQn = -5,
    DebugMonitor_IRQn = -4,
    PendSV_IRQn = -2,
    SysTick_IRQn = -1,
    UARTE0_IRQn = 2,
    TIMER0_IRQn = 8,
} IRQn_Type;

#define __CM4_REV              1
#define __FPU_PRESENT          1
#define __MPU_PRESENT          1
#define __NVIC_PRIO_BITS       3
#define __Vendor_SysTickConfig 0
#include "core_cm4.h"

/* The last quarter of flash holds modules; see memory.ld. */
#define MODULES_AT    0xC0000u
#define MODULES_BYTES 0x40000u
#define PAGE_BYTES    4096u

#endif
