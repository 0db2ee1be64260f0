/* Actors on the whole core: firing, atomicity, traps, fuel, timers, state, flyweights. */
#include "harness.h"

#include <math.h>

#define CHECK_TEXT(actual, expected)                                                                                   \
    do {                                                                                                               \
        const char *actual_ = (actual);                                                                                \
        if (strcmp(actual_, expected) != 0) {                                                                          \
            fprintf(stderr, "%s:%d: %s: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, __func__, #actual, actual_,   \
                    expected);                                                                                         \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* on i32: sum += it; send sum */
static const module_text counter = {
    .types = "ii;i",
    .imports = "1 0",
    .functions = "1 00 23 00 20 00 6a 24 00 41 00 23 00 10 00 0b",
    .globals = "i 0",
    .exports = "1",
    .inports = "2",
    .outports = "2",
    .actions = "1 1",
    .global_types = "2",
    .arguments = "00",
};

static void test_fires(void) {
    harness_begin(0);
    kp_actor *actor = harness_actor(&counter, 1, NULL);
    kp_queue *in = harness_in(actor, 0, 0);
    kp_queue *out = harness_out(actor, 0, 0);
    CHECK_EQUAL(harness_push(in, "05"), 0);
    CHECK_EQUAL(harness_run(), UINT32_MAX); /* held */
    CHECK_EQUAL(actor->firings, 0);
    harness_start(actor);
    CHECK_EQUAL(harness_run(), UINT32_MAX);
    CHECK_EQUAL(harness_push(in, "1903e8"), 0);
    CHECK_EQUAL(harness_run(), UINT32_MAX);
    CHECK_TEXT(harness_pop(out), "05");
    CHECK_TEXT(harness_pop(out), "1903ed");
    CHECK_TEXT(harness_pop(out), "");
    CHECK_EQUAL(actor->firings, 2);
    CHECK_EQUAL(actor->fuel, 2); /* one function entered in each */
    CHECK_EQUAL(seen.readable, 2);
    CHECK_EQUAL(seen.writable, 2);
    CHECK_TEXT(harness_state(actor), "ed030000");
    kp_actor_remove(actor);
    CHECK_EQUAL(seen.detached, 2);
    CHECK_EQUAL(kp_heap_check(), 0);
}

static void test_back_pressure(void) {
    harness_begin(0);
    kp_actor *actor = harness_actor(&counter, 1, NULL);
    kp_queue *in = harness_in(actor, 0, 3);
    kp_queue *out = harness_out(actor, 0, 2);
    harness_start(actor);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQUAL(harness_push(in, "01"), 0);
    CHECK_EQUAL(harness_push(in, "01"), KP_E_FULL);
    harness_run();
    CHECK_EQUAL(actor->firings, 2);
    CHECK_EQUAL(kp_queue_room(in), 2);
    CHECK_EQUAL(kp_queue_room(out), 0);
    CHECK_TEXT(harness_pop(out), "01");
    harness_run();
    CHECK_EQUAL(actor->firings, 3);
    CHECK_TEXT(harness_pop(out), "02");
    CHECK_TEXT(harness_pop(out), "03");
}

static void test_unconnected_outport_has_no_room(void) {
    harness_begin(0);
    kp_actor *actor = harness_actor(&counter, 1, NULL);
    kp_queue *in = harness_in(actor, 0, 0);
    harness_start(actor);
    harness_push(in, "01");
    harness_run();
    CHECK_EQUAL(actor->firings, 0);
    CHECK_EQUAL(kp_connect_void(actor, 0), 0);
    harness_run();
    CHECK_EQUAL(actor->firings, 1);
    kp_disconnect_void(actor, 0);
    harness_push(in, "01");
    harness_run();
    CHECK_EQUAL(actor->firings, 1);
}

static void test_local_chain_of_flyweights(void) {
    harness_begin(0);
    kp_actor *a = harness_actor(&counter, 1, "8105");
    size_t unused = kp_heap_free_bytes();
    kp_actor *b = harness_actor(&counter, 2, "811864");
    kp_actor *twice = harness_actor(&counter, 3, NULL);
    const kp_manner two = {.length = 2};
    CHECK_EQUAL(kp_connect_local(a, 0, b, 0, &two), 0);
    CHECK_EQUAL(kp_connect_local(a, 0, twice, 0, &two), 0);
    CHECK_EQUAL(kp_connect_local(a, 0, b, 0, &two), KP_E_PORT); /* the inport is taken */
    kp_queue *in = harness_in(a, 0, 8), *out = harness_out(b, 0, 8), *third = harness_out(twice, 0, 8);
    printf("    another instance with its queues: %zu bytes\n", (unused - kp_heap_free_bytes()) / 2);
    harness_start(a);
    harness_start(b);
    harness_start(twice);
    for (unsigned i = 0; i < 4; i++)
        harness_push(in, "01");
    harness_run();
    CHECK_TEXT(harness_pop(out), "186a"); /* 100 + 6 */
    CHECK_TEXT(harness_pop(out), "1871");
    CHECK_TEXT(harness_pop(out), "1879");
    CHECK_TEXT(harness_pop(out), "1882");
    CHECK_TEXT(harness_pop(third), "06");
    CHECK_TEXT(harness_state(a), "09000000");
    CHECK_TEXT(harness_state(b), "82000000");
    CHECK_TEXT(harness_state(twice), "1e000000");
    /* A receiver that goes takes its queue along: the sender goes on with the other one. */
    kp_actor_remove(b);
    CHECK(kp_connection_find(a, 0, twice, 0) != NULL);
    harness_push(in, "01");
    harness_run();
    CHECK_EQUAL(a->firings, 5);
    kp_actor_remove(a);
    kp_actor_remove(twice);
    CHECK_EQUAL(kp_heap_check(), 0);
}

/* on i32 n: global += 1; memory[8] = n; send n; 10 / n; loop while n < 0 */
static const module_text risky = {
    .types = "ii;i",
    .imports = "1 0",
    .functions = "1 00 23 00 41 01 6a 24 00 41 08 20 00 36 02 00 41 00 20 00 10 00 "
                 "41 0a 20 00 6d 1a 03 40 20 00 41 00 48 0d 00 0b 0b",
    .globals = "i 7",
    .exports = "1",
    .data = "0 41 42",
    .inports = "2",
    .outports = "2",
    .actions = "1 1",
    .global_types = "2",
    .memory = 16,
};

static void check_fault(const char *token, enum kp_trap trap) {
    harness_begin(0);
    kp_actor *actor = harness_actor(&risky, 1, NULL);
    kp_queue *in = harness_in(actor, 0, 0), *out = harness_out(actor, 0, 0);
    harness_start(actor);
    harness_push(in, "01");
    harness_run();
    CHECK_TEXT(harness_state(actor), "0800000041420000000000000"
                                     "1");
    harness_push(in, token);
    harness_run();
    CHECK_EQUAL(seen.faults, 1);
    CHECK(seen.faulted == actor);
    CHECK_EQUAL(actor->status, KP_FAULTED);
    CHECK_EQUAL(actor->fault, trap);
    CHECK_EQUAL(actor->firings, 1);
    CHECK_EQUAL(actor->fuel, 2);
    CHECK_TEXT(harness_state(actor), "080000004142000000000000"
                                     "01");
    CHECK_EQUAL(in->count, 1);
    CHECK_EQUAL(out->count, 1);
    /* It is tried again when it is resumed, and faults again; another token in its place, and it goes on. */
    CHECK_EQUAL(kp_actor_resume(actor), 0);
    harness_run();
    CHECK_EQUAL(seen.faults, 2);
    kp_queue_pop(in);
    harness_push(in, "02");
    CHECK_EQUAL(kp_actor_resume(actor), 0);
    harness_run();
    CHECK_EQUAL(actor->firings, 2);
    CHECK_TEXT(harness_pop(out), "01");
    CHECK_TEXT(harness_pop(out), "02");
    CHECK_TEXT(harness_pop(out), "");
}

static void test_traps_change_nothing(void) {
    check_fault("00", KP_TRAP_DIVISION);
    check_fault("20", KP_TRAP_FUEL);
    check_fault("f6", KP_TRAP_TOKEN);
    check_fault("1a80000000", KP_TRAP_TOKEN);
    check_fault("1b0000000100000000", KP_TRAP_TOKEN); /* larger than a slot of the queue */
}

/* One action without ports that is due every 100 ms: sends the time */
static const module_text clock_text = {
    .types = "iI;:I;",
    .imports = "2 0;48 1",
    .functions = "2 00 41 00 10 01 10 00 0b",
    .globals = "f 100.7",
    .exports = "2",
    .outports = "4",
    .actions = "0 1 0 1",
    .global_types = "6",
    .arguments = "00",
};

static void test_timers_do_not_drift(void) {
    harness_begin(0);
    seen.ms = 1000;
    kp_actor *actor = harness_actor(&clock_text, 1, NULL);
    kp_queue *out = harness_out(actor, 0, 8);
    harness_start(actor);
    CHECK_EQUAL(harness_run(), 100);
    seen.ms = 1099;
    CHECK_EQUAL(harness_run(), 1);
    seen.ms = 1130;
    CHECK_EQUAL(harness_run(), 70);
    CHECK_TEXT(harness_pop(out), "19044c"); /* the time that it was due */
    seen.ms = 1455;                         /* three periods are missed */
    CHECK_EQUAL(harness_run(), 45);
    CHECK_TEXT(harness_pop(out), "1904b0");
    CHECK_TEXT(harness_pop(out), "");
    seen.ms = 1500;
    CHECK_EQUAL(harness_run(), 100);
    CHECK_TEXT(harness_pop(out), "1905dc");
    kp_actor_stop(actor);
    CHECK_EQUAL(harness_run(), UINT32_MAX);
    seen.ms = 2050;
    harness_start(actor);
    CHECK_EQUAL(harness_run(), 100);
}

/* text in, text out by memory; and pass of any; construct takes text and an i32 */
static const module_text texts = {
    .types = "iii;i:i;ii;;i",
    .imports = "5 0;9 1;10 2;8 2;50 2",
    .functions = "3 01 01 7f 41 00 10 01 21 00 41 00 41 10 10 02 41 00 41 10 20 00 10 00 0b;"
                 "3 00 41 01 41 01 10 03 0b;"
                 "4 00 20 00 24 00 41 02 41 08 10 02 41 08 41 02 10 01 10 04 0b",
    .globals = "i 0",
    .exports = "5 6 7",
    .inports = "12 0",
    .outports = "12 0",
    .actions = "1 1;2 2",
    .global_types = "2",
    .arguments = "82616e0c;82616d02",
    .memory = 64,
    .roles = "0 3",
};

static void test_texts(void) {
    harness_begin(0);
    kp_actor *actor = harness_actor(&texts, 1,
                                    "8263c3a5"
                                    "6107");
    CHECK_TEXT(seen.log, "\xc3\xa5"
                         "a");
    CHECK_TEXT(harness_state(actor), "070000000000000000000000e50061");
    kp_queue *in = harness_in(actor, 0, 0), *any = harness_in(actor, 1, 0);
    kp_queue *out = harness_out(actor, 0, 0), *passed = harness_out(actor, 1, 0);
    harness_start(actor);
    harness_push(in, "64f09f8ca1");
    harness_push(any, "a16161820120");
    harness_run();
    CHECK_TEXT(harness_pop(out), "64f09f8ca1");
    CHECK_TEXT(harness_pop(passed), "a16161820120");
    harness_push(in, "781c6161616161616161616161616161616161616161616161616161616161"); /* 28 units beyond memory */
    harness_run();
    CHECK_EQUAL(actor->fault, KP_TRAP_MEMORY);
    kp_actor_stop(actor);
    kp_queue_pop(in);
    harness_start(actor);
    harness_push(in, "00");
    harness_run();
    CHECK_EQUAL(actor->fault, KP_TRAP_TOKEN);
    /* A queue of texts never promises more than it can hold. */
    CHECK_EQUAL(kp_queue_room(out), 2);
    CHECK_EQUAL(harness_push(any, "f4"), 0);
    CHECK_EQUAL(kp_queue_room(any), 1);
}

static void test_arguments(void) {
    uint8_t hash[KP_HASH_BYTES], given[32];
    uint32_t detail;
    kp_actor *actor;
    harness_begin(0);
    CHECK(harness_store(&texts, hash) > 0);
    const struct {
        const char *arguments;
        int error;
        uint32_t detail;
    } cases[] = {
        {"80", KP_E_ARGUMENT, 0},
        {"816161", KP_E_ARGUMENT, 1},
        {"82f701", KP_E_ARGUMENT, 0},
        {"8261616161", KP_E_ARGUMENT, 1},
        {"8361610101", KP_E_ARGUMENT, 2},
        {"8261", KP_E_MALFORMED, 0},
        {"01", KP_E_MALFORMED, 0},
        {"827818616161616161616161616161616161616161616161616161616100", KP_E_ARGUMENT, 0},
    };
    size_t unused = kp_heap_free_bytes();
    for (unsigned i = 0; i + 1 < sizeof cases / sizeof *cases; i++) {
        kp_cbor_reader r = kp_cbor_read(given, hex_bytes(cases[i].arguments, given));
        CHECK_EQUAL(kp_actor_create(1, hash, &r, &actor, &detail), cases[i].error);
        if (cases[i].error == KP_E_ARGUMENT)
            CHECK_EQUAL(detail, cases[i].detail);
    }
    CHECK_EQUAL(kp_heap_free_bytes(), unused);
    hash[0] ^= 1;
    kp_cbor_reader r = kp_cbor_read(given, hex_bytes("80", given));
    CHECK_EQUAL(kp_actor_create(1, hash, &r, &actor, &detail), KP_E_UNKNOWN);
}

static void test_state_moves(void) {
    uint8_t state[32];
    harness_begin(0);
    kp_actor *from = harness_actor(&risky, 1, NULL), *to = harness_actor(&risky, 2, NULL);
    kp_queue *in = harness_in(from, 0, 0);
    kp_connect_void(from, 0);
    harness_start(from);
    harness_push(in, "1a01020304");
    harness_run();
    uint32_t total = kp_state_size(from);
    CHECK_EQUAL(total, 4 + 12);
    CHECK_EQUAL(kp_state_save(from, 0, state, 3), 3);
    CHECK_EQUAL(kp_state_save(from, 3, state + 3, sizeof state), total - 3);
    CHECK_EQUAL(kp_state_restore(from, total, 0, state, total), KP_E_STATE); /* not held */
    CHECK_EQUAL(kp_state_restore(to, total, 3, state, 3), KP_E_STATE);       /* out of order */
    CHECK_EQUAL(kp_state_restore(to, 3, 0, state, 3), KP_E_MALFORMED);
    CHECK_EQUAL(kp_state_restore(to, 21, 0, state, 21), KP_E_MEMORY);
    CHECK_EQUAL(kp_state_restore(to, total, 0, state, 6), 0);
    uint32_t detail;
    CHECK_EQUAL(kp_actor_start(to, &detail), KP_E_STATE);
    CHECK_EQUAL(kp_state_restore(to, total, 6, state + 6, total - 6), 0);
    CHECK_TEXT(harness_state(to), "08000000414200000000000004030201");
    kp_connect_void(to, 0);
    kp_queue *second = harness_in(to, 0, 0);
    harness_start(to);
    harness_push(second, "01");
    harness_run();
    CHECK_TEXT(harness_state(to), "0900000041420000000000000"
                                  "1");
    CHECK_TEXT(harness_state(from), "08000000414200000000000004030201");
}

/* guards: action 0 while global 0 (bool) holds; action 1 while function 2 (global 1 < 2); both count in global 1 */
static const module_text guarded = {
    .types = ";:i",
    .functions =
        "0 00 23 01 41 0a 6a 24 01 41 00 24 00 0b;0 00 23 01 41 01 6a 24 01 0b;1 00 41 7f 24 00 23 01 41 0c 48 0b",
    .globals = "i 1;i 0",
    .exports = "0 1 2",
    .actions = "0 0 1;0 0 6",
    .global_types = "1 2",
};

static void test_guards(void) {
    harness_begin(0);
    kp_actor *actor = harness_actor(&guarded, 1, NULL);
    harness_start(actor);
    harness_run();
    /* 0 once (10, clears global 0), 1 sets global 0 by its guard and counts: 11; 0 again: 21; the guard of 1 says no
     * and leaves nothing. */
    CHECK_EQUAL(actor->firings, 3);
    CHECK_EQUAL(actor->fuel, 4);
    CHECK_TEXT(harness_state(actor), "0000000015000000");
}

/* capability calls: sends the temperature, switches the light */
static const module_text sensor = {
    .types = ":f;if;i;",
    .imports = "32 0;3 1;40 2",
    .functions = "3 00 41 00 10 00 10 01 41 01 10 02 0b",
    .exports = "3",
    .outports = "6",
    .actions = "0 1",
};

static void test_capabilities(void) {
    harness_begin(0);
    seen.temperature = 20.5F;
    kp_actor *actor = harness_actor(&sensor, 1, NULL);
    kp_queue *out = harness_out(actor, 0, 1);
    harness_start(actor);
    harness_run();
    CHECK_EQUAL(actor->firings, 1);
    CHECK_EQUAL(seen.light, 1);
    seen.temperature = NAN;
    CHECK_TEXT(harness_pop(out), "f94d20");
    harness_run();
    CHECK_EQUAL(actor->fault, KP_TRAP_CAPABILITY);
    uint8_t numbers[8];
    const uint8_t expected[] = {32, 40, 48, 49, 50};
    CHECK_EQUAL(kp_capability_numbers(numbers, 8), 5);
    CHECK_BYTES(numbers, expected, 5);
}

/* on i32 n: 10 / n; stop: light off */
static void test_stop(void) {
    const module_text lamp = {
        .types = "i;",
        .imports = "40 0",
        .functions = "0 00 41 0a 20 00 6d 1a 0b;1 00 41 00 10 00 0b",
        .exports = "1 2",
        .inports = "2",
        .actions = "1",
        .roles = "0 0 0 0 2",
    };
    harness_begin(0);
    seen.light = 1;
    kp_actor *held = harness_actor(&lamp, 1, NULL);
    kp_actor_stop(held);
    kp_actor_remove(held);
    CHECK_EQUAL(seen.light, 1); /* it never ran */
    kp_actor *actor = harness_actor(&lamp, 2, NULL);
    kp_queue *in = harness_in(actor, 0, 1);
    harness_start(actor);
    kp_actor_stop(actor);
    CHECK_EQUAL(seen.light, 0);
    harness_start(actor);
    harness_push(in, "00");
    harness_run();
    CHECK_EQUAL(actor->fault, KP_TRAP_DIVISION);
    seen.light = 1;
    kp_actor_remove(actor); /* a faulted one too */
    CHECK_EQUAL(seen.light, 0);
    CHECK_EQUAL(kp_heap_check(), 0);
}

/* sends twice on a port; sends on a port that is not listed; a size over the limit; recursion without end */
static void check_trap(const char *code, const char *actions, enum kp_trap trap) {
    char functions[256];
    snprintf(functions, sizeof functions, "2 %s", code);
    const module_text text = {
        .types = "ii;iii;;:i;f:i",
        .imports = "1 0;6 1",
        .functions = functions,
        .exports = "2",
        .table = "2",
        .outports = "2 13",
        .actions = actions,
        .memory = 1024,
    };
    harness_begin(0);
    kp_actor *actor = harness_actor(&text, 1, NULL);
    kp_queue *out = harness_out(actor, 0, 0);
    harness_out(actor, 1, 0);
    harness_start(actor);
    harness_run();
    CHECK_EQUAL(actor->fault, trap);
    CHECK_EQUAL(out->count, 0);
}

static void test_every_trap(void) {
    check_trap("00 41 00 41 01 10 00 41 00 41 01 10 00 0b", "0 3", KP_TRAP_PORT);
    check_trap("00 41 00 41 01 10 00 0b", "0 2", KP_TRAP_PORT);
    check_trap("00 41 01 41 01 10 00 0b", "0 3", KP_TRAP_PORT);
    check_trap("00 41 01 41 00 41 80 02 10 01 0b", "0 3", KP_TRAP_SIZE);
    check_trap("00 41 01 41 00 41 81 08 10 01 0b", "0 3", KP_TRAP_MEMORY);
    check_trap("00 41 01 41 7f 41 02 10 01 0b", "0 3", KP_TRAP_MEMORY);
    check_trap("00 10 02 0b", "0 3", KP_TRAP_STACK);
    check_trap("00 03 40 0c 00 0b 0b", "0 3", KP_TRAP_FUEL);
    check_trap("00 00 0b", "0 3", KP_TRAP_UNREACHABLE);
    check_trap("00 41 80 08 2d 00 00 1a 0b", "0 3", KP_TRAP_MEMORY);
    check_trap("00 41 fd 07 28 02 00 1a 0b", "0 3", KP_TRAP_MEMORY);
    check_trap("00 41 01 41 00 70 1a 0b", "0 3", KP_TRAP_DIVISION);
    check_trap("00 41 80 80 80 80 78 41 7f 6d 1a 0b", "0 3", KP_TRAP_OVERFLOW);
    check_trap("00 43 00 00 c0 7f a8 1a 0b", "0 3", KP_TRAP_CONVERSION);
    check_trap("00 43 00 00 00 4f a8 1a 0b", "0 3", KP_TRAP_CONVERSION);
    check_trap("00 41 01 11 02 00 0b", "0 3", KP_TRAP_INDIRECT);
    check_trap("00 41 00 11 03 00 1a 0b", "0 3", KP_TRAP_INDIRECT);
}

/* Fuel is exact: n passes of a loop and one entry. */
static void test_fuel_is_exact(void) {
    const module_text text = {
        .types = "i",
        .functions = "0 00 03 40 20 00 41 01 6b 22 00 0d 00 0b 0b",
        .exports = "0",
        .inports = "2",
        .actions = "1",
    };
    harness_begin(0);
    kp_actor *actor = harness_actor(&text, 1, NULL);
    kp_queue *in = harness_in(actor, 0, 0);
    harness_start(actor);
    harness_push(in, "05");
    harness_run();
    CHECK_EQUAL(actor->fuel, 6);
    harness_push(in, "1a0001869f"); /* 99 999 passes and the entry: all of it */
    harness_run();
    CHECK_EQUAL(actor->fuel, 100006);
    harness_push(in, "1a000186a0");
    harness_run();
    CHECK_EQUAL(actor->fault, KP_TRAP_FUEL);
    CHECK_EQUAL(actor->fuel, 100006);
}

static void test_modules(void) {
    uint8_t hash[KP_HASH_BYTES], bytes[512];
    uint32_t detail = 0;
    harness_begin(0);
    size_t unused = kp_heap_free_bytes();
    size_t count = assemble(&counter, bytes, sizeof bytes);
    CHECK_EQUAL(harness_store_bytes(bytes, count, hash, &detail), count);
    printf("    module of %zu bytes: %zu bytes of heap\n", count, unused - kp_heap_free_bytes());
    CHECK_EQUAL(kp_module_write(hash, (uint32_t)count, 0, NULL, 0, &detail), count); /* known already */
    CHECK(kp_module_find(hash) == kp_module_first());
    kp_actor *actor = harness_actor(&counter, 1, NULL);
    printf("    actor without connections: %zu bytes\n", kp_actor_ram(actor));
    CHECK_EQUAL(kp_module_evict(hash), KP_E_STATE);
    kp_actor_remove(actor);
    CHECK_EQUAL(kp_module_evict(hash), 0);
    CHECK_EQUAL(kp_module_evict(hash), KP_E_UNKNOWN);
    CHECK_EQUAL(kp_heap_free_bytes(), unused);
    /* chunks: another offset changes nothing; a wrong hash forgets the module */
    CHECK_EQUAL(kp_module_write(hash, (uint32_t)count, 0, bytes, 20, &detail), 20);
    CHECK_EQUAL(kp_module_write(hash, (uint32_t)count, 10, bytes, 20, &detail), 20);
    CHECK_EQUAL(kp_module_write(hash, (uint32_t)count, 20, bytes, count, &detail), KP_E_MALFORMED);
    CHECK(kp_module_find(hash) == NULL);
    CHECK_EQUAL(kp_module_write(hash, (uint32_t)count, 20, bytes, count - 20, &detail), KP_E_HASH);
    CHECK_EQUAL(kp_heap_free_bytes(), unused);
    const module_text missing = {
        .types = ":f;", .imports = "33 0", .functions = "1 00 0b", .exports = "1", .actions = "0"};
    CHECK_EQUAL(harness_store(&missing, hash), KP_E_CAPABILITY);
    CHECK_EQUAL(kp_heap_free_bytes(), unused);
}

/* With every size of heap that is too small something is refused cleanly. */
static void test_out_of_memory(void) {
    uint8_t hash[KP_HASH_BYTES], bytes[512];
    unsigned made = 0;
    for (size_t heap = 2048; heap < 6000; heap += 8) {
        uint32_t detail = 0;
        uint8_t none[1] = {0x80};
        kp_cbor_reader r = kp_cbor_read(none, 1);
        kp_actor *actor = NULL;
        harness_begin(heap);
        size_t unused = kp_heap_free_bytes();
        size_t count = assemble(&risky, bytes, sizeof bytes);
        int have = harness_store_bytes(bytes, count, hash, &detail);
        CHECK_EQUAL(kp_heap_check(), 0);
        if (have < 0) {
            CHECK_EQUAL(have, KP_E_MEMORY);
            CHECK_EQUAL(kp_heap_free_bytes(), unused);
            continue;
        }
        const size_t stored = kp_heap_free_bytes();
        int error = kp_actor_create(1, hash, &r, &actor, &detail);
        CHECK(error == 0 || error == KP_E_MEMORY);
        made += error == 0;
        if (error == 0)
            kp_actor_remove(actor);
        CHECK_EQUAL(kp_heap_free_bytes(), stored); /* the snapshot of its memory has gone, too */
    }
    CHECK(made > 0);
}

/* The buffer that memories are saved in is as large as the largest of them, while there is one. */
static void test_snapshot_is_given_back(void) {
    uint8_t hash[KP_HASH_BYTES];
    harness_begin(0);
    CHECK(harness_store(&risky, hash) > 0);
    CHECK(harness_store(&texts, hash) > 0);
    const size_t unused = kp_heap_free_bytes();
    kp_actor *small = harness_actor(&risky, 1, NULL);
    const size_t with_small = kp_heap_free_bytes();
    kp_actor_remove(harness_actor(&texts, 2, "82616107"));
    CHECK_EQUAL(kp_heap_free_bytes(), with_small);
    kp_queue *in = harness_in(small, 0, 0);
    (void)harness_out(small, 0, 0);
    harness_start(small);
    harness_push(in, "00");
    harness_run();
    CHECK_EQUAL(small->fault, KP_TRAP_DIVISION);
    CHECK_TEXT(harness_state(small), "070000004142"); /* put back from what is left of the buffer */
    kp_actor_remove(small);
    CHECK_EQUAL(kp_heap_free_bytes(), unused);
    CHECK_EQUAL(kp_heap_check(), 0);
}

int main(void) {
    RUN(test_fires);
    RUN(test_back_pressure);
    RUN(test_unconnected_outport_has_no_room);
    RUN(test_local_chain_of_flyweights);
    RUN(test_traps_change_nothing);
    RUN(test_timers_do_not_drift);
    RUN(test_texts);
    RUN(test_arguments);
    RUN(test_state_moves);
    RUN(test_guards);
    RUN(test_capabilities);
    RUN(test_stop);
    RUN(test_every_trap);
    RUN(test_fuel_is_exact);
    RUN(test_modules);
    RUN(test_out_of_memory);
    RUN(test_snapshot_is_given_back);
    return 0;
}
