/*
 * Netduino Plus 2: STM32F405RG. The link is USART1 on the header's SDA (PB6, TX) and SCL (PB7, RX), 115200 8N1: on its
 * other pins, PA9 and PA10, are the USB supply and the blue LED.
 */
#include "cortex_m.h"

#include "port.h"
#include "sim/room.h"
#include "stm32f4.h"

#define CRYSTAL_MHZ 25u
#define LINK_BAUD   115200u
#define LED         STM32_PIN('A', 10u)

__attribute__((section(".vectors.board"), used)) static const cortex_m_handler interrupts[STM32F4_INTERRUPTS] = {
    [0 ... 36] = cortex_m_fault,
    [USART1_IRQn] = stm32f4_usart_handler,
    [38 ... STM32F4_INTERRUPTS - 1] = cortex_m_fault};

/* ---- Capabilities: the simulated room, and the blue LED as its lamp ---- */

static int light(uint32_t *slots) {
    stm32_pin_write(LED, slots[0] != 0);
    return room_io_light(slots);
}

const kp_capability kp_port_capabilities[] = {{32, room_sense_temp}, {40, light}, {41, room_io_digitalout}};
const size_t kp_port_capability_count = sizeof kp_port_capabilities / sizeof kp_port_capabilities[0];

/* ---- Start ---- */

void board_start(void) {
    const stm32f4_clock clock = stm32f4_start_clock(CRYSTAL_MHZ);
    cortex_m_time_begin(clock.core);
    stm32f4_start_random();
    RCC_AHB1ENR |= 3u; /* ports A and B */
    stm32_pin_write(LED, false);
    stm32_pin_function(STM32_PIN('B', 6u), 7, STM32_PULL_NONE);
    stm32_pin_function(STM32_PIN('B', 7u), 7, STM32_PULL_UP); /* an open RX line is quiet */
    RCC_APB2ENR |= 1u << 4;
    stm32f4_usart_start(clock.apb2, LINK_BAUD);
}

void board_configure(kp_config *config, kp_identity *identity) {
    (void)config;
    (void)identity; /* the room is simulated on the chip, too */
}
