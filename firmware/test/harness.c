#include "harness.h"

#include "sha256.h"

#include <math.h>

harness seen;

static uint8_t *region;
static kp_config config;

/* --- the board --- */

size_t kp_port_receive(uint8_t *bytes, size_t room) {
    (void)bytes;
    (void)room;
    return 0;
}

size_t kp_port_send(const uint8_t *bytes, size_t count) {
    (void)bytes;
    return count;
}

uint64_t kp_port_ms(void) {
    return seen.ms;
}

uint32_t kp_port_random(void) {
    return 0x12345678;
}

static int sense_temp(uint32_t *slots) {
    memcpy(slots, &seen.temperature, sizeof seen.temperature);
    return isnan(seen.temperature) ? -1 : 0;
}

static int io_light(uint32_t *slots) {
    seen.light = slots[0];
    return 0;
}

static uint8_t nor[HARNESS_FLASH_PAGES * HARNESS_FLASH_PAGE];

static int erase(uint32_t offset) {
    if (!seen.flash)
        return -1;
    CHECK(offset % HARNESS_FLASH_PAGE == 0 && offset < sizeof nor);
    memset(nor + offset, 0xFF, HARNESS_FLASH_PAGE);
    seen.erased++;
    return 0;
}

static int program(uint32_t offset, const void *bytes, uint32_t count) {
    CHECK(offset % HARNESS_FLASH_UNIT == 0 && count % HARNESS_FLASH_UNIT == 0 && offset + count <= sizeof nor);
    for (uint32_t i = 0; i < count; i++)
        CHECK_EQUAL(nor[offset + i], 0xFF);
    memcpy(nor + offset, bytes, count);
    return 0;
}

const kp_flash kp_port_flash = {.base = nor,
                                .bytes = sizeof nor,
                                .page_bytes = HARNESS_FLASH_PAGE,
                                .write_bytes = HARNESS_FLASH_UNIT,
                                .erase = erase,
                                .program = program};

const kp_capability kp_port_capabilities[] = {{32, sense_temp}, {40, io_light}};
const size_t kp_port_capability_count = 2;

/* --- hooks --- */

static void on_readable(void *endpoint) {
    CHECK(endpoint == &seen);
    seen.readable++;
}

static void on_writable(void *endpoint) {
    CHECK(endpoint == &seen);
    seen.writable++;
}

static void on_detached(void *endpoint) {
    CHECK(endpoint == &seen);
    seen.detached++;
}

static void on_fault(kp_actor *actor) {
    seen.faults++;
    seen.faulted = actor;
}

static void on_log(kp_actor *actor, const uint8_t *memory, uint32_t units) {
    (void)actor;
    size_t size = kp_utf8_size(memory, units);
    CHECK(size < sizeof seen.log);
    kp_utf8_write(memory, units, (uint8_t *)seen.log);
    seen.log[size] = 0;
}

static const kp_hooks hooks = {on_readable, on_writable, on_detached, on_fault, on_log};

void harness_begin(size_t bytes) {
    bytes = bytes ? bytes : 65536;
    free(region);
    region = malloc(bytes);
    memset(region, 0xaa, bytes);
    memset(&seen, 0, sizeof seen);
    config = (kp_config)KP_CONFIG_DEFAULT;
    config.heap = region;
    config.heap_bytes = bytes;
    config.native_stack_bytes = 262144; /* the sanitizers' frames are large */
    CHECK_EQUAL(kp_init(&config, &hooks), 0);
}

/* --- modules and actors --- */

int harness_store_bytes(const uint8_t *bytes, size_t count, uint8_t hash[KP_HASH_BYTES], uint32_t *detail) {
    uint8_t whole[KP_SHA256_BYTES];
    kp_sha256 sha;
    kp_sha256_init(&sha);
    kp_sha256_update(&sha, bytes, count);
    kp_sha256_final(&sha, whole);
    memcpy(hash, whole, KP_HASH_BYTES);
    size_t half = count / 2;
    int have = kp_module_write(hash, (uint32_t)count, 0, bytes, half, detail);
    if (have < 0 || (size_t)have == count)
        return have;
    return kp_module_write(hash, (uint32_t)count, (uint32_t)have, bytes + have, count - (size_t)have, detail);
}

int harness_store(const module_text *text, uint8_t hash[KP_HASH_BYTES]) {
    uint8_t bytes[2048];
    uint32_t detail = 0;
    size_t count = assemble(text, bytes, sizeof bytes);
    return harness_store_bytes(bytes, count, hash, &detail);
}

size_t hex_bytes(const char *text, uint8_t *bytes) {
    size_t count = 0;
    for (; text[0] && text[1]; text += 2) {
        const char digits[3] = {text[0], text[1], 0};
        bytes[count++] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return count;
}

kp_actor *harness_actor(const module_text *text, uint16_t id, const char *arguments) {
    uint8_t hash[KP_HASH_BYTES], given[256];
    uint32_t detail = 0;
    kp_actor *actor = NULL;
    size_t count = hex_bytes(arguments ? arguments : "80", given);
    kp_cbor_reader r = kp_cbor_read(given, count);
    CHECK(harness_store(text, hash) > 0);
    CHECK_EQUAL(kp_actor_create(id, hash, &r, &actor, &detail), 0);
    CHECK(kp_cbor_done(&r));
    return actor;
}

void harness_start(kp_actor *actor) {
    uint32_t detail;
    CHECK_EQUAL(kp_actor_start(actor, &detail), 0);
}

kp_queue *harness_in(kp_actor *actor, unsigned inport, unsigned length) {
    kp_queue *queue;
    CHECK_EQUAL(kp_connect_in(actor, inport, &(kp_manner){.length = (uint8_t)length}, &seen, &queue), 0);
    return queue;
}

kp_queue *harness_out(kp_actor *actor, unsigned outport, unsigned length) {
    kp_queue *queue;
    CHECK_EQUAL(kp_connect_out(actor, outport, &(kp_manner){.length = (uint8_t)length}, &seen, &queue), 0);
    return queue;
}

int harness_push(kp_queue *queue, const char *token) {
    uint8_t bytes[256];
    size_t count = hex_bytes(token, bytes);
    return kp_queue_push(queue, bytes, count);
}

static const char *to_hex(const uint8_t *bytes, size_t count) {
    static char text[1024];
    CHECK(count < sizeof text / 2);
    text[0] = 0;
    for (size_t i = 0; i < count; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return text;
}

const char *harness_pop(kp_queue *queue) {
    size_t count;
    const uint8_t *token = kp_queue_peek(queue, 0, &count);
    if (!token)
        return "";
    const char *text = to_hex(token, count);
    kp_queue_pop(queue);
    return text;
}

uint32_t harness_run(void) {
    uint32_t wait;
    while ((wait = kp_poll()) == 0) {
    }
    return wait;
}

const char *harness_state(const kp_actor *actor) {
    uint8_t bytes[512];
    uint32_t size = kp_state_size(actor);
    CHECK(size <= sizeof bytes);
    CHECK_EQUAL(kp_state_save(actor, 0, bytes, sizeof bytes), size);
    return to_hex(bytes, size);
}
