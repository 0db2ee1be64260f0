/**
 * What ST's chips share: pins, reset flags, random numbers, identity, the two kinds of USART. The board's device.h says
 * where they are, by the names used here, with the manual.
 */
#ifndef STM32_H
#define STM32_H

#include "port.h"

#include <stdbool.h>
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/** Waits until `*where & mask` is `value`, for `steps` passes of a loop at most. */
bool stm32_wait_for(volatile uint32_t *where, uint32_t mask, uint32_t value, uint32_t steps);

/* Pins: number 16 * port + pin, port A is 0. */
#define STM32_PIN(PORT, NUMBER) ((unsigned)((PORT) - 'A') * 16u + (NUMBER))

enum stm32_pull {
    STM32_PULL_NONE = 0,
    STM32_PULL_UP = 1,
    STM32_PULL_DOWN = 2
};

/** A pin as an output; as an input; for a peripheral by its alternate function. The port's clock is on. */
void stm32_pin_write(unsigned pin, bool on);
void stm32_pin_input(unsigned pin, enum stm32_pull pull);
void stm32_pin_function(unsigned pin, unsigned function, enum stm32_pull pull);
bool stm32_pin_read(unsigned pin);
bool stm32_pin_is_output(unsigned pin);

/** io.digitalout and io.digitalin over the pins of ports A, B, C … that are set in `free_pins`. An input is pulled as
 * `pull` says. */
int stm32_digitalout(uint32_t *slots, const uint16_t *free_pins, unsigned ports);
int stm32_digitalin(uint32_t *slots, const uint16_t *free_pins, unsigned ports, enum stm32_pull pull);

/** What the flags in the upper bits of RCC_CSR say, of which those in `power` tell that power came up or was low;
 * clears them by the bit RMVF. */
uint32_t stm32_reset_reason(volatile uint32_t *csr, uint32_t rmvf, uint32_t power);

/** A random number from the generator at `rng` (control, status, data); false when it gives none. */
bool stm32_random(volatile uint32_t *rng, uint32_t *bits);

/** The 96 bits of the chip's identity in three words, folded into 8 bytes. */
void stm32_unique_id(const uint32_t words[3], uint8_t id[8]);

/* The link's USART of the newer kind, with registers ISR, ICR, RDR and TDR (L0, L4, L5 and others), for a board that
 * has STM32_USART (its address) and STM32_USART_IRQ in device.h. */
void stm32_usart_start(uint32_t divider);
void stm32_usart_handler(void);

#endif
