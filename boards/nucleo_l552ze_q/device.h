/* STM32L552, without TrustZone, as far as the runtime uses it. Addresses and bits: ST RM0438. */
#ifndef DEVICE_H
#define DEVICE_H

/* RM0438, vector table. */
typedef enum IRQn {
    NonMaskableInt_IRQn = -14,
    HardFault_IRQn = -13,
    MemoryManagement_IRQn = -12,
    BusFault_IRQn = -11,
    UsageFault_IRQn = -10,
    SecureFault_IRQn = -9,
    SVCall_IRQn = -5,
    DebugMonitor_IRQn = -4,
    PendSV_IRQn = -2,
    SysTick_IRQn = -1,
    LPUART1_IRQn = 66,
} IRQn_Type;

#define __CM33_REV             0
#define __SAUREGION_PRESENT    1
#define __MPU_PRESENT          1
#define __VTOR_PRESENT         1
#define __FPU_PRESENT          1
#define __DSP_PRESENT          1
#define __NVIC_PRIO_BITS       3
#define __Vendor_SysTickConfig 0
#include "core_cm33.h"

#include "stm32.h"

/* Reset and clock control. */
#define RCC_CR       REGISTER(0x40021000u)
#define RCC_CFGR     REGISTER(0x40021008u)
#define RCC_AHB2ENR  REGISTER(0x4002104Cu)
#define RCC_APB1ENR1 REGISTER(0x40021058u)
#define RCC_APB1ENR2 REGISTER(0x4002105Cu)
#define RCC_CSR      REGISTER(0x40021094u)
#define RCC_CRRCR    REGISTER(0x40021098u)
/* Flash access control, power control. */
#define FLASH_ACR REGISTER(0x40022000u)
#define PWR_CR2   REGISTER(0x40007004u)
/* GPIO, LPUART1, random number generator, identity. */
#define STM32_GPIO        0x42020000u
#define STM32_GPIO_STRIDE 0x400u
#define STM32_USART       0x40008000u
#define STM32_USART_IRQ   LPUART1_IRQn
#define STM32L5_RNG       0x420C0800u
#define UNIQUE_ID(word)   REGISTER(0x0BFA0590u + 4u * (word))

#endif
