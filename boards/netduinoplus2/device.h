/* STM32F405, as far as the runtime uses it. Addresses and bits: ST RM0090 rev 19. */
#ifndef DEVICE_H
#define DEVICE_H

/* RM0090, table 62. */
typedef enum IRQn {
    NonMaskableInt_IRQn = -14,
    MemoryManagement_IRQn = -12,
    BusFault_IRQn = -11,
    UsageFault_IRQn = -10,
    SVCall_IRQn = -5,
    DebugMonitor_IRQn = -4,
    PendSV_IRQn = -2,
    SysTick_IRQn = -1,
    USART1_IRQn = 37,
} IRQn_Type;

#define __CM4_REV              1
#define __FPU_PRESENT          1
#define __MPU_PRESENT          1
#define __NVIC_PRIO_BITS       4
#define __Vendor_SysTickConfig 0
#include "core_cm4.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* Reset and clock control, section 7.3. */
#define RCC_CR      REGISTER(0x40023800u)
#define RCC_PLLCFGR REGISTER(0x40023804u)
#define RCC_CFGR    REGISTER(0x40023808u)
#define RCC_AHB1ENR REGISTER(0x40023830u)
#define RCC_AHB2ENR REGISTER(0x40023834u)
#define RCC_APB2ENR REGISTER(0x40023844u)
#define RCC_CSR     REGISTER(0x40023874u)
/* Flash access control, section 3.9.1. */
#define FLASH_ACR REGISTER(0x40023C00u)
/* GPIO ports A and B, section 8.4. */
#define GPIOA_MODER REGISTER(0x40020000u)
#define GPIOA_BSRR  REGISTER(0x40020018u)
#define GPIOB_MODER REGISTER(0x40020400u)
#define GPIOB_PUPDR REGISTER(0x4002040Cu)
#define GPIOB_AFRL  REGISTER(0x40020420u)
/* USART1, section 30.6. */
#define USART1_SR  REGISTER(0x40011000u)
#define USART1_DR  REGISTER(0x40011004u)
#define USART1_BRR REGISTER(0x40011008u)
#define USART1_CR1 REGISTER(0x4001100Cu)
/* Random number generator, section 24.8. */
#define RNG_CR REGISTER(0x50060800u)
#define RNG_SR REGISTER(0x50060804u)
#define RNG_DR REGISTER(0x50060808u)
/* Unique device id, section 39.1: 96 bits. */
#define UNIQUE_ID(word) REGISTER(0x1FFF7A10u + 4u * (word))

#endif
