/*
 * STM32F4 Discovery (MB997): STM32F407VG. Pins by UM1472. The link is USART2 on PA2 (TX) and PA3 (RX), 115200 8N1, for
 * a serial adapter: the board's ST-LINK has no serial port for it.
 */
#include "cortex_m.h"

#include "port.h"
#include "sim/room.h"
#include "stm32f4.h"

#include <string.h>

#define CRYSTAL_MHZ 8u
#define LINK_BAUD   115200u
#define LED         STM32_PIN('D', 12u) /* LD4, green */

__attribute__((section(".vectors.board"), used)) static const cortex_m_handler interrupts[STM32F4_INTERRUPTS] = {
    [0 ... 37] = cortex_m_fault,
    [USART2_IRQn] = stm32f4_usart_handler,
    [39 ... STM32F4_INTERRUPTS - 1] = cortex_m_fault};

/* ---- Capabilities ---- */

/* Ports A to E: the button PA0, the LEDs PD13 to PD15, and what is on the headers and has no other part on it. */
static const uint16_t free_pins[] = {0x8103, 0x1937, 0x0176, 0xEF8F, 0xFFF4};
#define PORTS (sizeof free_pins / sizeof free_pins[0])

static bool has_thermometer;

/* An emulator without the chip's calibration values gets the simulated room. */
static int sense_temp(uint32_t *slots) {
    float celsius;
    if (!has_thermometer) {
        return room_sense_temp(slots);
    }
    if (!stm32f4_temperature(&celsius)) {
        return -1;
    }
    memcpy(slots, &celsius, sizeof celsius);
    return 0;
}

static int light(uint32_t *slots) {
    stm32_pin_write(LED, slots[0] != 0);
    return 0;
}

/* Without the thermometer pin 1 (PA1) heats the room. */
static int digitalout(uint32_t *slots) {
    const int error = stm32_digitalout(slots, free_pins, PORTS);
    return error == 0 && !has_thermometer && slots[0] == ROOM_HEATER_PIN ? room_io_digitalout(slots) : error;
}

static int digitalin(uint32_t *slots) {
    return stm32_digitalin(slots, free_pins, PORTS, STM32_PULL_DOWN);
}

const kp_capability kp_port_capabilities[] = {{32, sense_temp}, {40, light}, {41, digitalout}, {42, digitalin}};
const size_t kp_port_capability_count = sizeof kp_port_capabilities / sizeof kp_port_capabilities[0];

/* ---- Start ---- */

void board_start(void) {
    const stm32f4_clock clock = stm32f4_start_clock(CRYSTAL_MHZ);
    cortex_m_time_begin(clock.core);
    stm32f4_start_random();
    RCC_AHB1ENR |= 0x1Fu; /* ports A to E */
    stm32_pin_write(LED, false);
    stm32_pin_function(STM32_PIN('A', 2u), 7, STM32_PULL_NONE);
    stm32_pin_function(STM32_PIN('A', 3u), 7, STM32_PULL_UP); /* an open RX line is quiet */
    RCC_APB1ENR |= 1u << 17;
    stm32f4_usart_start(clock.apb1, LINK_BAUD);
    has_thermometer = stm32f4_temperature(&(float){0});
}

void board_configure(kp_config *config, kp_identity *identity) {
    (void)config;
    identity->simulated = !has_thermometer;
}
