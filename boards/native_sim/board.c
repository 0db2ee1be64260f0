/* native_sim: the firmware as a Linux process, for tests, fuzzing and fleets. */
#define _GNU_SOURCE
#include "flash_memory.h"
#include "link.h"
#include "options.h"
#include "port.h"
#include "sim/room.h"
#include "uart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Frames of the interpreter are several times larger here than on a microcontroller, the more with sanitizers. */
#define NATIVE_STACK_BYTES (256u * 1024u)

static struct options options = {.name = "native_sim", .heap = 256 * 1024};
static char **arguments;
static struct timespec started;

/* ---- port.h ---- */

size_t kp_port_receive(uint8_t *bytes, size_t room) {
    return uart_receive(bytes, room);
}

size_t kp_port_send(const uint8_t *bytes, size_t count) {
    return uart_send(bytes, count);
}

uint64_t kp_port_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t ns = (int64_t)(now.tv_sec - started.tv_sec) * 1000000000 + (now.tv_nsec - started.tv_nsec);
    return (uint64_t)ns / 1000000u;
}

void kp_port_sleep(uint32_t ms) {
    uart_wait(ms);
}

/* SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) when a seed is given, else the system's generator. */
uint32_t kp_port_random(void) {
    uint32_t bits;
    if (!options.seeded && getrandom(&bits, sizeof bits, 0) == (ssize_t)sizeof bits) {
        return bits;
    }
    uint64_t z = options.seed += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

uint32_t kp_port_reset_reason(void) {
    return KP_RESET_POWER;
}

/* FNV-1a, 64 bits, of the name: the same process is the same device. */
void kp_port_unique_id(uint8_t id[8]) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (const char *at = options.name; *at != '\0'; at++) {
        hash = (hash ^ (uint8_t)*at) * 0x100000001B3u;
    }
    for (unsigned i = 0; i < 8; i++) {
        id[i] = (uint8_t)(hash >> (56u - 8u * i));
    }
}

void kp_port_restart(void) {
    execv("/proc/self/exe", arguments);
    perror("native_sim: restart");
    exit(1);
}

size_t kp_port_stack_used(void) {
    return 0;
}

const kp_flash kp_port_flash = {.base = flash_bytes,
                                .bytes = sizeof flash_bytes,
                                .page_bytes = FLASH_PAGE_BYTES,
                                .write_bytes = FLASH_UNIT_BYTES,
                                .erase = flash_erase,
                                .program = flash_program};

static int light(uint32_t *slots) {
    if (options.trace && room_light() != (slots[0] != 0)) {
        printf("light %d\n", slots[0] != 0);
        fflush(stdout);
    }
    return room_io_light(slots);
}

static int digitalout(uint32_t *slots) {
    const uint32_t pin = slots[0];
    const bool on = slots[1] != 0, changed = room_heater() != on;
    const int error = room_io_digitalout(slots);
    if (options.trace && error == 0 && changed) {
        printf("digitalout %u %d\n", (unsigned)pin, on);
        fflush(stdout);
    }
    return error;
}

const kp_capability kp_port_capabilities[] = {{32, room_sense_temp}, {40, light}, {41, digitalout}};
const size_t kp_port_capability_count = sizeof kp_port_capabilities / sizeof kp_port_capabilities[0];

/* ---- Start ---- */

int main(int argc, char **argv) {
    arguments = argv;
    options_read(&options, argc, argv);
    (void)clock_gettime(CLOCK_MONOTONIC, &started);
    kp_config config = KP_CONFIG_DEFAULT;
    config.native_stack_bytes = NATIVE_STACK_BYTES;
    config.heap_bytes = options.heap;
    config.heap = aligned_alloc(8, options.heap);
    const kp_identity identity = {.name = options.name,
                                  .board = "native_sim",
                                  .attributes = options.attributes,
                                  .attribute_count = options.attribute_count,
                                  .simulated = true};
    if (config.heap == NULL || kp_link_init(&config, &identity) < 0) {
        fprintf(stderr, "native_sim: %zu bytes of heap are not enough\n", options.heap);
        return 1;
    }
    uart_open(options.listen);
    for (;;) {
        kp_link_round();
    }
}
