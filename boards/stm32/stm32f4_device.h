/* STM32F405 and F407, as far as the runtime uses them. Addresses and bits: ST RM0090 rev 19; the calibration of the
 * thermometer: data sheet DS8626. A board's device.h includes this and says which USART the link is. */
#ifndef STM32F4_DEVICE_H
#define STM32F4_DEVICE_H

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
    USART2_IRQn = 38,
} IRQn_Type;

#define __CM4_REV              1
#define __FPU_PRESENT          1
#define __MPU_PRESENT          1
#define __NVIC_PRIO_BITS       4
#define __Vendor_SysTickConfig 0
#include "core_cm4.h"

#include "stm32.h"

/* Reset and clock control, section 7.3. */
#define RCC_CR      REGISTER(0x40023800u)
#define RCC_PLLCFGR REGISTER(0x40023804u)
#define RCC_CFGR    REGISTER(0x40023808u)
#define RCC_AHB1ENR REGISTER(0x40023830u)
#define RCC_AHB2ENR REGISTER(0x40023834u)
#define RCC_APB1ENR REGISTER(0x40023840u)
#define RCC_APB2ENR REGISTER(0x40023844u)
#define RCC_CSR     REGISTER(0x40023874u)
/* Flash access control, section 3.9.1. */
#define FLASH_ACR REGISTER(0x40023C00u)
/* GPIO, section 8.4. */
#define STM32_GPIO        0x40020000u
#define STM32_GPIO_STRIDE 0x400u
/* USART, section 30.6. */
#define STM32F4_USART1 0x40011000u
#define STM32F4_USART2 0x40004400u
/* Random number generator, section 24.8. */
#define STM32F4_RNG 0x50060800u
/* Analog to digital converter, section 13.13. */
#define ADC1_SR    REGISTER(0x40012000u)
#define ADC1_CR2   REGISTER(0x40012008u)
#define ADC1_SMPR1 REGISTER(0x4001200Cu)
#define ADC1_SQR3  REGISTER(0x40012034u)
#define ADC1_DR    REGISTER(0x4001204Cu)
#define ADC_CCR    REGISTER(0x40012304u)
/* Unique device id, section 39.1: 96 bits. */
#define UNIQUE_ID(word) REGISTER(0x1FFF7A10u + 4u * (word))
/* What the thermometer gives at 30 and 110 degrees Celsius (DS8626, temperature sensor calibration values). */
#define TS_CAL1 (*(const volatile uint16_t *)0x1FFF7A2Cu)
#define TS_CAL2 (*(const volatile uint16_t *)0x1FFF7A2Eu)

#endif
