/*
 * Modules that are not as they should be: truncated, with bytes changed, with counts that are not true. They are
 * refused, or run and end or trap; the sanitizers see to it that nothing else happens.
 */
#include "harness.h"

/* As much of the instruction set as fits: all types, blocks, a table, memory, loops, calls. */
static const module_text rich = {
    .types = "ii;i;iii;i:i;:i;ff:f;IF:I",
    .imports = "1 0;5 2;9 3",
    .functions =
        "1 02 01 7f 02 7d 20 00 41 01 6a 21 01 03 40 20 01 41 01 6b 22 01 0d 00 0b 02 40 02 40 20 00 0e 02 00 01 00 "
        "0b 41 00 41 05 36 02 00 0b 20 00 45 04 7f 41 07 05 41 08 0b 24 00 41 00 28 02 00 41 03 71 11 04 00 24 00 "
        "41 20 41 00 41 08 fc 0a 00 00 41 28 41 ff 01 41 04 fc 0b 00 43 00 00 80 3f 43 00 00 00 40 10 05 fc 00 1a "
        "23 01 44 00 00 00 00 00 00 f0 3f 10 06 24 01 41 00 23 00 10 00 0b;"
        "4 00 23 00 41 02 6a 0b;"
        "5 00 02 7d 20 00 43 00 00 00 40 20 01 43 00 00 00 00 5e 0d 00 1a 1a 20 00 20 01 92 0b 91 20 01 20 00 20 01 5d "
        "1b 0b;"
        "6 00 20 00 20 01 b0 7c 42 07 81 0b",
    .globals = "i 3;I 5",
    .exports = "3 4",
    .table = "4 4 4 4",
    .data = "4 01 02 03 04",
    .inports = "2",
    .outports = "2 12",
    .actions = "1 1",
    .global_types = "2 4",
    .arguments = "00",
    .memory = 64,
};

static uint32_t random_state = 3;

static uint32_t random_below(uint32_t limit) {
    random_state = random_state * 1664525U + 1013904223U;
    return (random_state >> 8) % limit;
}

/** Stores a module and, if it was taken, makes an actor and fires it a few times. Returns whether it was taken. */
static bool try_module(const uint8_t *bytes, size_t count) {
    uint8_t hash[KP_HASH_BYTES], given[] = {0x80};
    uint32_t detail = 0;
    kp_actor *actor = NULL;
    kp_queue *in = NULL, *out = NULL;
    harness_begin(16384);
    size_t unused = kp_heap_free_bytes();
    uint8_t *copy = malloc(count); /* of exactly that size, for the sanitizer */
    memcpy(copy, bytes, count);
    int have = harness_store_bytes(copy, count, hash, &detail);
    free(copy);
    CHECK_EQUAL(kp_heap_check(), 0);
    if (have < 0) {
        CHECK_EQUAL(kp_heap_free_bytes(), unused);
        return false;
    }
    kp_cbor_reader r = kp_cbor_read(given, 1);
    if (kp_actor_create(1, hash, &r, &actor, &detail) == 0) {
        for (unsigned port = 0; port < actor->module->inports; port++)
            if (kp_connect_in(actor, port, NULL, &seen, &in) == 0)
                for (unsigned i = 0; i < 3; i++)
                    harness_push(in, i ? "03" : "00");
        for (unsigned port = 0; port < actor->module->outports; port++)
            (void)kp_connect_out(actor, port, NULL, &seen, &out);
        (void)kp_actor_start(actor, &detail);
        for (unsigned i = 0; i < 3; i++)
            (void)kp_poll();
        CHECK_EQUAL(kp_heap_check(), 0);
        kp_actor_remove(actor);
    }
    CHECK_EQUAL(kp_module_evict(hash), 0);
    CHECK_EQUAL(kp_heap_check(), 0);
    return true;
}

static void test_the_rich_module_runs(void) {
    harness_begin(0);
    kp_actor *actor = harness_actor(&rich, 1, NULL);
    kp_queue *in = harness_in(actor, 0, 0), *out = harness_out(actor, 0, 0);
    harness_start(actor);
    harness_push(in, "03");
    harness_run();
    CHECK_EQUAL(actor->fault, KP_TRAP_NONE);
    CHECK(strcmp(harness_pop(out), "0a") == 0);
}

static void test_truncated(void) {
    uint8_t bytes[2048];
    size_t count = assemble(&rich, bytes, sizeof bytes);
    for (size_t i = 0; i < count; i++)
        CHECK(!try_module(bytes, i));
    CHECK(try_module(bytes, count));
}

static void test_changed(void) {
    uint8_t bytes[2048], changed[2048];
    unsigned taken = 0;
    size_t count = assemble(&rich, bytes, sizeof bytes);
    for (unsigned round = 0; round < 60000; round++) {
        memcpy(changed, bytes, count);
        for (unsigned n = 1 + random_below(3); n > 0; n--) {
            size_t at = random_below((uint32_t)count);
            changed[at] = random_below(2) ? (uint8_t)random_below(256) : changed[random_below((uint32_t)count)];
        }
        taken += try_module(changed, count);
    }
    printf("    %u of 60000 changed modules are valid\n", taken);
    CHECK(taken > 100);
}

/* What wasm3 alone does not survive: each of these is refused. */
static void check_refused(const char *code) {
    char functions[512];
    uint8_t hash[KP_HASH_BYTES];
    snprintf(functions, sizeof functions, "1 %s", code);
    const module_text text = {
        .types = "ii;",
        .functions = functions,
        .exports = "0",
        .actions = "0",
        .memory = 64,
        .globals = "i 1 const;i 0",
        .global_types = "2",
    };
    harness_begin(0);
    CHECK_EQUAL(harness_store(&text, hash), KP_E_MODULE);
}

static void test_invalid_code(void) {
    check_refused("00 41 00 0e fc ff ff ff 0f 00 0b");          /* br_table with a count that is not true */
    check_refused("00 41 00 43 00 00 00 00 41 00 fc 0b 00 0b"); /* memory.fill of a float */
    check_refused("00 6a 0b");                                  /* operands that are not there */
    check_refused("00 41 00 0b");                               /* one that is left */
    check_refused("00 02 40 0b");                               /* no end */
    check_refused("00 0b 0b");                                  /* something behind the end */
    check_refused("00 41 00 40 00 1a 0b");                      /* memory.grow */
    check_refused("00 41 01 24 00 0b");                         /* an immutable global */
    check_refused("01 61 7f 0b");                               /* 97 locals */
    check_refused("01 31 7e 0b");                               /* 49 of two words */
    check_refused("01 ff ff ff ff 0f 7f 0b");                   /* a count that is not true */
    check_refused("00 10 05 0b");                               /* a function that is not there */
    check_refused("00 41 00 28 03 00 1a 0b");                   /* an alignment that is too large */
    check_refused("00 0c 01 0b");                               /* a label that is not there */
    check_refused("00 41 01 04 7f 41 00 0b 1a 0b");             /* an if with a result and no else */
    check_refused("00 d0 70 1a 0b");                            /* reference types */
    check_refused("00 fd 0c 0b");                               /* SIMD */
    char nested[256] = "00";
    for (unsigned i = 0; i < 25; i++)
        strcat(nested, " 02 40");
    for (unsigned i = 0; i < 25; i++)
        strcat(nested, " 0b");
    strcat(nested, " 0b");
    check_refused(nested);
}

int main(void) {
    RUN(test_the_rich_module_runs);
    RUN(test_truncated);
    RUN(test_invalid_code);
    RUN(test_changed);
    return 0;
}
