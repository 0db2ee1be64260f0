/** What boards with an STM32F405 or F407 share. */
#ifndef STM32F4_H
#define STM32F4_H

#include "cortex_m.h"

#define STM32F4_INTERRUPTS 82

/** True in QEMU, which has no model of the clock control: it reads as 0, which it never does on the chip. It runs at
 * 168 MHz anyway. Nor has it the random number generator and the unique id, whose addresses fault there. */
bool stm32f4_is_emulated(void);

/** The clocks in Hz of the core and of the two buses. */
typedef struct stm32f4_clock {
    uint32_t core, apb1, apb2;
} stm32f4_clock;

/** 168 MHz from a crystal of so many MHz, or from the internal oscillator if that does not start; without a PLL the
 * internal oscillator itself. */
stm32f4_clock stm32f4_start_clock(uint32_t crystal_mhz);

/** Starts the random number generator. */
void stm32f4_start_random(void);

/** Starts the link's USART at `baud`, whose bus runs at `hertz`; pins and clock are set. */
void stm32f4_usart_start(uint32_t hertz, uint32_t baud);
void stm32f4_usart_handler(void);

/** The chip's own temperature in degrees Celsius, for a supply of 3.3 V. False when the converter does not answer or
 * was not calibrated. */
bool stm32f4_temperature(float *celsius);

#endif
