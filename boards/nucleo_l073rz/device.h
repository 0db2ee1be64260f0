/* STM32L073, as far as the runtime uses it. Addresses and bits: ST RM0367. */
#ifndef DEVICE_H
#define DEVICE_H

/* RM0367, vector table. */
typedef enum IRQn {
    NonMaskableInt_IRQn = -14,
    HardFault_IRQn = -13,
    SVCall_IRQn = -5,
    PendSV_IRQn = -2,
    SysTick_IRQn = -1,
    USART2_IRQn = 28,
} IRQn_Type;

#define __CM0PLUS_REV          0
#define __MPU_PRESENT          1
#define __VTOR_PRESENT         1
#define __NVIC_PRIO_BITS       2
#define __Vendor_SysTickConfig 0
#include "core_cm0plus.h"

#include "stm32.h"

/* Reset and clock control. */
#define RCC_CR      REGISTER(0x40021000u)
#define RCC_CRRCR   REGISTER(0x40021008u)
#define RCC_CFGR    REGISTER(0x4002100Cu)
#define RCC_IOPENR  REGISTER(0x4002102Cu)
#define RCC_AHBENR  REGISTER(0x40021030u)
#define RCC_APB2ENR REGISTER(0x40021034u)
#define RCC_APB1ENR REGISTER(0x40021038u)
#define RCC_CCIPR   REGISTER(0x4002104Cu)
#define RCC_CSR     REGISTER(0x40021050u)
/* Flash and data EEPROM. */
#define FLASH_ACR     REGISTER(0x40022000u)
#define FLASH_PECR    REGISTER(0x40022004u)
#define FLASH_PEKEYR  REGISTER(0x4002200Cu)
#define FLASH_PRGKEYR REGISTER(0x40022010u)
#define FLASH_SR      REGISTER(0x40022018u)
/* System configuration: the reference of the 48 MHz oscillator. */
#define SYSCFG_CFGR3 REGISTER(0x40010020u)
/* GPIO, USART2, random number generator, identity. */
#define STM32_GPIO        0x50000000u
#define STM32_GPIO_STRIDE 0x400u
#define STM32_USART       0x40004400u
#define STM32_USART_IRQ   USART2_IRQn
#define STM32L0_RNG       0x40025000u
#define UNIQUE_ID(offset) REGISTER(0x1FF80050u + (offset))

/* Of 20 KB of RAM. */
#define UART_RX_BYTES 256u
#define UART_TX_BYTES 64u

/* The last 64 of 192 KB of flash hold modules; see memory.ld. */
#define MODULES_AT    0x08020000u
#define MODULES_BYTES 0x10000u
#define PAGE_BYTES    128u

#endif
