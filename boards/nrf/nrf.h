/**
 * What Nordic's chips share, nRF51 and nRF52 alike: clock, time from TIMER0, random numbers, the chip's thermometer,
 * programming of flash, pins, identity. Addresses and bits: nRF51 Series Reference Manual v3.0 ("RM") and nRF52840
 * Product Specification v1.1 ("PS"), in the chapters of the blocks' names; what is here is the same in both. A board's
 * device.h has included CMSIS.
 */
#ifndef NRF_H
#define NRF_H

#include "port.h"

#include <stdbool.h>
#include <stdint.h>

#define NRF_REGISTER(address) (*(volatile uint32_t *)(address))

/* CLOCK and POWER */
#define NRF_HFCLKSTART   NRF_REGISTER(0x40000000u)
#define NRF_HFCLKSTARTED NRF_REGISTER(0x40000100u)
#define NRF_RESETREAS    NRF_REGISTER(0x40000400u)
/* UART0 and UARTE0: what both have in the same place */
#define NRF_UART_STARTRX  NRF_REGISTER(0x40002000u)
#define NRF_UART_STARTTX  NRF_REGISTER(0x40002008u)
#define NRF_UART_INTENSET NRF_REGISTER(0x40002304u)
#define NRF_UART_INTENCLR NRF_REGISTER(0x40002308u)
#define NRF_UART_ENABLE   NRF_REGISTER(0x40002500u)
#define NRF_UART_PSELTXD  NRF_REGISTER(0x4000250Cu)
#define NRF_UART_PSELRXD  NRF_REGISTER(0x40002514u)
#define NRF_UART_BAUDRATE NRF_REGISTER(0x40002524u)
/* TIMER0 */
#define NRF_TIMER_START      NRF_REGISTER(0x40008000u)
#define NRF_TIMER_CAPTURE(n) NRF_REGISTER(0x40008040u + 4u * (n))
#define NRF_TIMER_COMPARE(n) NRF_REGISTER(0x40008140u + 4u * (n))
#define NRF_TIMER_INTENSET   NRF_REGISTER(0x40008304u)
#define NRF_TIMER_BITMODE    NRF_REGISTER(0x40008508u)
#define NRF_TIMER_PRESCALER  NRF_REGISTER(0x40008510u)
#define NRF_TIMER_CC(n)      NRF_REGISTER(0x40008540u + 4u * (n))
/* TEMP */
#define NRF_TEMP_START   NRF_REGISTER(0x4000C000u)
#define NRF_TEMP_STOP    NRF_REGISTER(0x4000C004u)
#define NRF_TEMP_DATARDY NRF_REGISTER(0x4000C100u)
#define NRF_TEMP_TEMP    NRF_REGISTER(0x4000C508u)
/* RNG */
#define NRF_RNG_START  NRF_REGISTER(0x4000D000u)
#define NRF_RNG_STOP   NRF_REGISTER(0x4000D004u)
#define NRF_RNG_VALRDY NRF_REGISTER(0x4000D100u)
#define NRF_RNG_CONFIG NRF_REGISTER(0x4000D504u)
#define NRF_RNG_VALUE  NRF_REGISTER(0x4000D508u)
/* NVMC */
#define NRF_NVMC_READY     NRF_REGISTER(0x4001E400u)
#define NRF_NVMC_CONFIG    NRF_REGISTER(0x4001E504u)
#define NRF_NVMC_ERASEPAGE NRF_REGISTER(0x4001E508u)
/* GPIO: pins 0-31 are port 0, from 32 on port 1 of the chips that have one */
#define NRF_GPIO(pin, offset) NRF_REGISTER(0x50000000u + ((pin) / 32u) * 0x300u + (offset))
#define NRF_GPIO_OUTSET(pin)  NRF_GPIO(pin, 0x508u)
#define NRF_GPIO_OUTCLR(pin)  NRF_GPIO(pin, 0x50Cu)
#define NRF_GPIO_IN(pin)      NRF_GPIO(pin, 0x510u)
#define NRF_GPIO_CNF(pin)     NRF_GPIO(pin, 0x700u + 4u * ((pin) % 32u))
/* FICR */
#define NRF_DEVICEID(word) NRF_REGISTER(0x10000060u + 4u * (word))

/** Starts the crystal and the time. */
void nrf_start(void);

/** TIMER0's interrupt. */
void nrf_timer_handler(void);

/** The link by UARTE0, 115200 8N1 (uarte.c). */
void nrf_uarte_start(unsigned tx_pin, unsigned rx_pin);
void nrf_uarte_handler(void);

/** board_reset_reason(): what RESETREAS says. */
uint32_t nrf_reset_reason(void);

/** Whether this is QEMU's nRF51: its identity is a constant. */
bool nrf_is_emulated(void);

/** The chip's own temperature in degrees Celsius, in steps of 0.25. False when the thermometer does not answer. */
bool nrf_temperature(float *celsius);

enum nrf_pull {
    NRF_PULL_NONE = 0,
    NRF_PULL_DOWN = 1,
    NRF_PULL_UP = 3
};

/** A pin as an output that reads back what it drives; as an input. */
void nrf_pin_write(unsigned pin, bool on);
void nrf_pin_input(unsigned pin, enum nrf_pull pull);
bool nrf_pin_read(unsigned pin);

/* Flash by NVMC, for kp_port_flash: a page at its address; whole words at an aligned address. */
int nrf_flash_erase(uintptr_t page);
int nrf_flash_program(uintptr_t at, const void *bytes, uint32_t count);

#endif
