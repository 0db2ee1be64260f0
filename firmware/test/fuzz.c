/*
 * Random and changed input into a whole device: raw bytes, requests, tokens and modules.
 *
 *     fuzz SECONDS              rounds 0, 1, 2 ... until the time is over
 *     fuzz round N              one of them again
 *
 * A round begins a fresh device and follows from its number alone. What counts is that the sanitizers are quiet, the
 * heap is whole and the device still answers.
 */
#include "link_rig.h"

#include "heap.h"
#include "sha256.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <sanitizer/asan_interface.h>

#define HEAP       24576u
#define STEPS      40u
#define MODULE_MAX 1024u

/* i32 in, i32 out, memory, a global, text out, a loop, a table, logging: a bit of everything. */
static const module_text modules[] = {
    {.types = "ii;i",
     .imports = "1 0",
     .functions = "1 00 23 00 20 00 6a 24 00 41 00 23 00 10 00 0b",
     .globals = "i 0",
     .exports = "1",
     .inports = "2",
     .outports = "2",
     .actions = "1 1",
     .global_types = "2",
     .arguments = "00"},
    {.types = "iii;i",
     .imports = "5 0",
     .functions = "1 00 03 40 20 00 41 01 6b 22 00 0d 00 0b 41 00 41 10 41 03 10 00 0b",
     .exports = "1",
     .data = "10 61 00 3d d8 00 de",
     .inports = "2",
     .outports = "12",
     .actions = "1 1",
     .memory = 64},
    {.types = "ii;i",
     .imports = "50 0;8 0;41 0",
     .functions = "1 00 41 10 41 03 10 00 41 01 20 00 10 02 0b",
     .exports = "3",
     .data = "10 61 00 3d d8 00 de",
     .inports = "1",
     .actions = "1",
     .memory = 32},
};
#define MODULES (sizeof modules / sizeof modules[0])

/* Requests that do something, for the hash of the module at hand (%s); operation first. */
static const char *const requests[] = {
    "0180",
    "028100",
    "0485 01 %s 80 82 84 01 01 00 05 84 00 01 00 06 01",
    "0485 02 %s 81 18 2a 82 85 01 00 00 18 3f 08 83 03 00 00 00",
    "0485 03 %s 80 81 86 02 00 00 01 00 04 01",
    "05820102",
    "0582 02 03",
    "068101",
    "0683010203",
    "0782 83 03 01 00 84 00 02 00 09",
    "0781 86 02 01 00 02 00 18 40",
    "0882 83 03 01 00 84 01 01 00 05",
    "09820100",
    "0a840104004400000001",
    "0a840208044400000001",
    "0b8101",
    "0c820102",
    "0d81 %s",
    "0e80",
    "0e8101",
};
#define REQUESTS (sizeof requests / sizeof requests[0])

static uint32_t random_state;
static volatile uint32_t round_number;
static char hash[35];

static uint32_t below(uint32_t limit) {
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)random_state * limit) >> 32);
}

/* Changes a few bytes, or cuts, or lengthens. Returns the new length. */
static size_t change(uint8_t *bytes, size_t length, size_t room) {
    for (unsigned n = below(4); n > 0 && length > 0; n--) {
        uint8_t *at = &bytes[below((uint32_t)length)];
        switch (below(3)) {
        case 0:
            *at = (uint8_t)below(256);
            break;
        case 1:
            *at ^= (uint8_t)(1u << below(8));
            break;
        default:
            *at = (uint8_t)(*at + 1 - 2 * below(2));
        }
    }
    const uint32_t kind = below(12);
    if (kind == 0) {
        return below((uint32_t)length + 1);
    }
    if (kind == 1 && length < room) {
        bytes[length] = (uint8_t)below(256);
        return length + 1;
    }
    return length;
}

static size_t from_hex(const char *hex, uint8_t *bytes) {
    size_t count = 0;
    unsigned value;
    for (int read; sscanf(hex, "%2x%n", &value, &read) == 1; hex += read) {
        bytes[count++] = (uint8_t)value;
    }
    return count;
}

static void drain(void) {
    rig_run();
    while (rig_take()) {
        if (rig.body[0] == KP_KIND_EVENT && below(2)) {
            const uint8_t acknowledged[2] = {KP_KIND_EVENT_ACK, rig.body[1]};
            rig_send(acknowledged, sizeof acknowledged);
        }
    }
}

static void raw_bytes(void) {
    uint8_t bytes[300];
    const size_t count = below(sizeof bytes);
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)(below(4) ? below(256) : 0);
    }
    rig_raw(bytes, count);
}

static void frame_of_any_kind(void) {
    uint8_t body[300];
    const size_t count = 1 + below(sizeof body - 1);
    for (size_t i = 0; i < count; i++) {
        body[i] = (uint8_t)below(256);
    }
    if (below(2)) {
        body[0] = (uint8_t)(0x80u | (below(2) << 6) | (4 + below(4))); /* TOKEN or ACK of a handle in use */
    }
    rig_send(body, count);
}

static void good_or_changed_request(bool changed) {
    char text[256];
    uint8_t body[512] = {KP_KIND_REQUEST, ++rig.request};
    snprintf(text, sizeof text, requests[below(REQUESTS)], hash);
    size_t length = 2 + from_hex(text, body + 2);
    if (changed) {
        length = 2 + change(body + 2, length - 2, 200);
    }
    rig_send(body, length);
}

static void token(void) {
    static const char *const tokens[] = {"01", "f5", "1903e8", "f94d00", "6161", "1a00010000", "80", "f6"};
    uint8_t body[16] = {(uint8_t)(KP_KIND_TOKEN | 5u), (uint8_t)below(12)};
    rig_send(body, 2 + from_hex(tokens[below(8)], body + 2));
    const uint8_t ack[3] = {KP_KIND_ACK | 6u, (uint8_t)below(12), (uint8_t)below(6)};
    rig_send(ack, sizeof ack);
}

/* A module under its own hash, mostly whole; changed before or after it was hashed. */
static void module(void) {
    uint8_t bytes[MODULE_MAX], whole[KP_SHA256_BYTES], body[RIG_BODY_MAX];
    size_t total = assemble(&modules[below(MODULES)], bytes, sizeof bytes);
    const uint32_t when = below(4);
    total = when == 0 ? change(bytes, total, sizeof bytes) : total;
    kp_sha256 sha;
    kp_sha256_init(&sha);
    kp_sha256_update(&sha, bytes, total);
    kp_sha256_final(&sha, whole);
    for (unsigned i = 0; i < 16; i++) {
        snprintf(hash + 2 + 2 * i, 3, "%02x", whole[i]);
    }
    total = when == 1 ? change(bytes, total, sizeof bytes) : total;
    for (size_t offset = 0; offset < total && below(30) != 0;) {
        const size_t chunk = total - offset < 100 ? total - offset : 100;
        body[0] = KP_KIND_REQUEST;
        body[1] = ++rig.request;
        body[2] = 3;
        kp_cbor_writer w = kp_cbor_write(body + 3, sizeof body - 3);
        kp_cbor_put_array(&w, 4);
        kp_cbor_put_bytes(&w, whole, 16);
        kp_cbor_put_uint(&w, total);
        kp_cbor_put_uint(&w, offset);
        kp_cbor_put_bytes(&w, bytes + offset, chunk);
        rig_send(body, 3 + kp_cbor_written(&w));
        drain();
        offset += chunk;
    }
}

static void step(void) {
    switch (below(10)) {
    case 0:
        raw_bytes();
        break;
    case 1:
        frame_of_any_kind();
        break;
    case 2:
        module();
        break;
    case 3:
    case 4:
        good_or_changed_request(true);
        break;
    case 5:
    case 6:
        token();
        break;
    case 7:
        rig.wire_room = below(2) ? below(400) : SIZE_MAX;
        rig_pass(below(700));
        rig.wire_room = SIZE_MAX;
        break;
    default:
        good_or_changed_request(false);
    }
    drain();
    CHECK_EQUAL(kp_heap_check(), 0);
}

static void tell_round(void) {
    char text[64];
    const int length = snprintf(text, sizeof text, "fuzz: again with `fuzz round %u`\n", (unsigned)round_number);
    (void)!write(STDERR_FILENO, text, (size_t)length);
}

static void on_abort(int number) {
    (void)number;
    tell_round();
}

static void one_round(uint32_t number) {
    round_number = number;
    random_state = number * 2654435761u + 1u;
    strcpy(hash, "5000000000000000000000000000000000");
    rig_begin(HEAP);
    rig_open();
    module();
    for (unsigned i = 0; i < STEPS; i++) {
        if (below(60) == 0) {
            rig_open();
        }
        step();
    }
    rig_open();
    CHECK(memcmp(rig_request("0683010203"), "0080", 4) == 0);
    rig_request("0180");
    CHECK(rig.body[2] == 0);
}

int main(int argc, char **argv) {
    __asan_set_death_callback(tell_round);
    (void)signal(SIGABRT, on_abort);
    if (argc == 3 && strcmp(argv[1], "round") == 0) {
        one_round((uint32_t)strtoul(argv[2], NULL, 10));
        return 0;
    }
    const time_t end = time(NULL) + (argc == 2 ? strtol(argv[1], NULL, 10) : 1);
    uint32_t number = 0;
    do {
        one_round(number++);
    } while (time(NULL) < end);
    printf("  ok %u rounds of %u steps\n", (unsigned)number, STEPS);
}
