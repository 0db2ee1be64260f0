/* Modules in flash: where they go, in units of programming, and what happens when it is full. */
#include "flash.h"
#include "harness.h"
#include "port.h"

/* Counts what comes; the number tells its modules apart. */
static module_text text_of(const char *functions) {
    return (module_text){.types = "i;", .functions = functions, .exports = "0", .inports = "2", .actions = "1"};
}

static size_t bytes_of(unsigned number, uint8_t *bytes, size_t room) {
    char functions[64];
    snprintf(functions, sizeof functions, "0 00 41 %02x 1a 0b", number); /* i32.const number, drop */
    const module_text text = text_of(functions);
    return assemble(&text, bytes, room);
}

static const uint8_t *place_of(const uint8_t hash[KP_HASH_BYTES]) {
    const kp_module *module = kp_module_find(hash);
    CHECK(module != NULL);
    return module->bytes;
}

static const uint8_t *store(unsigned number, uint8_t hash[KP_HASH_BYTES]) {
    uint8_t bytes[256];
    uint32_t detail = 0;
    const size_t count = bytes_of(number, bytes, sizeof bytes);
    CHECK_EQUAL(harness_store_bytes(bytes, count, hash, &detail), count);
    const uint8_t *place = place_of(hash);
    CHECK(memcmp(place, bytes, count) == 0);
    return place;
}

static void test_in_flash(void) {
    uint8_t hash[KP_HASH_BYTES];
    harness_begin(0);
    seen.flash = true;
    const size_t unused = kp_heap_free_bytes();
    const uint8_t *place = store(1, hash);
    CHECK(kp_flash_holds(place));
    CHECK_EQUAL((place - kp_port_flash.base) % HARNESS_FLASH_PAGE, 0);
    CHECK_EQUAL(kp_module_evict(hash), 0);
    CHECK_EQUAL(kp_heap_free_bytes(), unused);
}

static void test_units(void) {
    uint8_t hash[KP_HASH_BYTES], bytes[256];
    uint32_t detail = 0;
    harness_begin(0);
    seen.flash = true;
    store(1, hash);
    CHECK_EQUAL(kp_module_evict(hash), 0);
    const uint32_t count = (uint32_t)bytes_of(1, bytes, sizeof bytes);
    /* of a chunk in the middle whole units are taken, and none of one that is shorter */
    CHECK_EQUAL(kp_module_write(hash, count, 0, bytes, 3, &detail), 0);
    CHECK_EQUAL(kp_module_write(hash, count, 0, bytes, 7, &detail), 4);
    CHECK_EQUAL(kp_module_write(hash, count, 4, bytes + 4, 8, &detail), 12);
    for (uint32_t have = 12; have < count;) {
        const size_t chunk = count - have < 13 ? count - have : 13;
        const int32_t now = kp_module_write(hash, count, have, bytes + have, chunk, &detail);
        CHECK(now > (int32_t)have);
        have = (uint32_t)now;
    }
    CHECK(memcmp(place_of(hash), bytes, count) == 0);
}

static void test_full(void) {
    uint8_t hashes[HARNESS_FLASH_PAGES + 1][KP_HASH_BYTES];
    const uint8_t *places[HARNESS_FLASH_PAGES + 1];
    harness_begin(0);
    seen.flash = true;
    for (unsigned i = 0; i < HARNESS_FLASH_PAGES; i++) {
        places[i] = store(i, hashes[i]);
        CHECK(kp_flash_holds(places[i]));
        for (unsigned k = 0; k < i; k++)
            CHECK(places[i] != places[k]);
    }
    CHECK_EQUAL(seen.erased, HARNESS_FLASH_PAGES);
    /* what finds no room goes to the heap */
    CHECK(!kp_flash_holds(store(HARNESS_FLASH_PAGES, hashes[HARNESS_FLASH_PAGES])));
    /* and to the place of one that has gone */
    CHECK_EQUAL(kp_module_evict(hashes[3]), 0);
    CHECK_EQUAL(kp_module_evict(hashes[HARNESS_FLASH_PAGES]), 0);
    CHECK(store(HARNESS_FLASH_PAGES, hashes[HARNESS_FLASH_PAGES]) == places[3]);
    CHECK_EQUAL(seen.erased, HARNESS_FLASH_PAGES + 1);
}

/* A module of several pages needs them side by side. */
static void test_several_pages(void) {
    uint8_t hashes[HARNESS_FLASH_PAGES][KP_HASH_BYTES];
    harness_begin(0);
    seen.flash = true;
    const uint8_t *places[HARNESS_FLASH_PAGES];
    for (unsigned i = 0; i < HARNESS_FLASH_PAGES; i++)
        places[i] = store(i, hashes[i]);
    for (unsigned i = 0; i < HARNESS_FLASH_PAGES; i++) {
        const long page = (places[i] - kp_port_flash.base) / (long)HARNESS_FLASH_PAGE;
        if (page == 0 || page == 2 || page == 3)
            CHECK_EQUAL(kp_module_evict(hashes[i]), 0);
    }
    CHECK(kp_flash_take(3 * HARNESS_FLASH_PAGE) == NULL);
    CHECK(kp_flash_take(HARNESS_FLASH_PAGE + 1) == kp_port_flash.base + 2 * HARNESS_FLASH_PAGE);
    CHECK(kp_flash_take(HARNESS_FLASH_PAGES * HARNESS_FLASH_PAGE + 1) == NULL);
}

int main(void) {
    RUN(test_in_flash);
    RUN(test_units);
    RUN(test_full);
    RUN(test_several_pages);
    return 0;
}
