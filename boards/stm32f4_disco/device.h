/* STM32F407: the link's USART. */
#ifndef DEVICE_H
#define DEVICE_H

#include "stm32f4_device.h"

#define STM32_USART     STM32F4_USART2
#define STM32_USART_IRQ USART2_IRQn

#endif
