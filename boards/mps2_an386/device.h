/* MPS2 AN386, a Cortex-M4 with Arm's system design kit. Addresses: Application Note 386, tables 3-1 and 3-7; UART:
 * CMSDK technical reference manual (DDI 0479), section 4.3. */
#ifndef DEVICE_H
#define DEVICE_H

typedef enum IRQn {
    NonMaskableInt_IRQn = -14,
    MemoryManagement_IRQn = -12,
    BusFault_IRQn = -11,
    UsageFault_IRQn = -10,
    SVCall_IRQn = -5,
    DebugMonitor_IRQn = -4,
    PendSV_IRQn = -2,
    SysTick_IRQn = -1,
    UART0_RX_IRQn = 0,
    UART0_TX_IRQn = 1,
} IRQn_Type;

#define __CM4_REV              1
#define __FPU_PRESENT          1
#define __MPU_PRESENT          1
#define __NVIC_PRIO_BITS       3
#define __Vendor_SysTickConfig 0
#include "core_cm4.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define UART0_DATA      REGISTER(0x40004000u)
#define UART0_STATE     REGISTER(0x40004004u)
#define UART0_CTRL      REGISTER(0x40004008u)
#define UART0_INTERRUPT REGISTER(0x4000400Cu)
#define UART0_BAUDDIV   REGISTER(0x40004010u)

#endif
