/* STM32F405: the link's USART. */
#ifndef DEVICE_H
#define DEVICE_H

#include "stm32f4_device.h"

#define STM32_USART     STM32F4_USART1
#define STM32_USART_IRQ USART1_IRQn

#endif
