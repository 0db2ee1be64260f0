/* The main loop of a board with a Cortex-M. */
#include "cortex_m.h"

#ifndef BOARD_NAME
#error "BOARD_NAME is to be defined: the board's Zephyr name"
#endif
#ifndef DEVICE_NAME
#define DEVICE_NAME BOARD_NAME
#endif
#ifndef DEVICE_ATTRIBUTES
#define DEVICE_ATTRIBUTES NULL
#endif

extern uint8_t heap_start[], heap_end[];

static const char *const attributes[] = {DEVICE_ATTRIBUTES};

void cortex_m_name_id(uint8_t id[8]) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (const char *at = DEVICE_NAME; *at != '\0'; at++) {
        hash = (hash ^ (uint8_t)*at) * 0x100000001B3u;
    }
    for (unsigned i = 0; i < 8; i++) {
        id[i] = (uint8_t)(hash >> (56u - 8u * i));
    }
}

int main(void) {
    static kp_config config = KP_CONFIG_DEFAULT;
    static kp_identity identity = {
        .name = DEVICE_NAME, .board = BOARD_NAME, .attributes = attributes, .simulated = true};
    while (identity.attribute_count < sizeof attributes / sizeof attributes[0] &&
           attributes[identity.attribute_count] != NULL) {
        identity.attribute_count++;
    }
    config.heap = heap_start;
    config.heap_bytes = (size_t)(heap_end - heap_start);
    board_start();
    board_configure(&config, &identity);
    if (kp_link_init(&config, &identity) < 0) {
        cortex_m_fault();
    }
    for (;;) {
        kp_link_round();
    }
}
