/* The device's whole link against docs/link-protocol.md: sessions, requests, tokens, events, a slow wire. */
#include "link_rig.h"

#include "endpoint.h"
#include "heap.h"

#define CHECK_TEXT(actual, expected)                                                                                   \
    do {                                                                                                               \
        const char *actual_ = (actual);                                                                                \
        if (strcmp(actual_, expected) != 0) {                                                                          \
            fprintf(stderr, "%s:%d: %s: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, __func__, #actual, actual_,   \
                    expected);                                                                                         \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

#define HEAP 65536u

/* on i32: sum += it; send sum. Divides by 0 at 666. */
static const module_text counter = {
    .types = "ii;i",
    .imports = "1 0",
    .functions = "1 00 23 00 20 00 6a 24 00 41 01 20 00 41 9a 05 6b 6d 1a 41 00 23 00 10 00 0b",
    .globals = "i 0",
    .exports = "1",
    .inports = "2",
    .outports = "2",
    .actions = "1 1",
    .global_types = "2",
    .arguments = "00",
};

/* on bool: log the three units in memory */
static const module_text logger = {
    .types = "ii;i",
    .imports = "50 0",
    .functions = "1 00 41 10 41 03 10 00 0b",
    .exports = "1",
    .data = "10 61 00 3d d8 00 de",
    .inports = "1",
    .actions = "1",
    .memory = 32,
};

static char hash[35];

/* A counter, actor 1, started: tokens in by handle 5, out by handle 6, queues of 4. */
static void open_with_counter(void) {
    char request[256];
    rig_begin(HEAP);
    rig_open();
    rig_store(&counter, hash);
    snprintf(request, sizeof request, "0485 01 %s 80 82 84 01 01 00 05 84 00 01 00 06 01", hash);
    CHECK(memcmp(rig_request(request), "0081", 4) == 0);
    CHECK_TEXT(rig_next(), "c50004"); /* the new receiver's first ACK */
    CHECK_TEXT(rig_next(), "");
    rig_send_hex("c60004");
    rig_run();
    CHECK_TEXT(rig_next(), "");
}

/* ---- Session ---- */

static void ready_then_quiet_until_hello(void) {
    rig_begin(HEAP);
    rig_run();
    CHECK_TEXT(rig_next(), "0382486465766963653031"
                           "1ab0070001");
    rig_send_hex("0405");
    rig_pass(20000);
    CHECK_TEXT(rig_next(), "");
    CHECK_EQUAL(rig.asleep, UINT32_MAX);
}

static void hello_repeated_changes_nothing(void) {
    rig_begin(HEAP);
    rig_hello(7);
    rig_run();
    const char welcome[] = "0286010007"
                           "1ab0070002486465766963653031"
                           "1ab0070001";
    CHECK_TEXT(rig_next(), welcome);
    rig.session = (0xB0070002u ^ 7u) & 0xFFFFFFu;
    CHECK(memcmp(rig_request("0180"), "0087", 4) == 0);
    rig_hello(7);
    rig_run();
    CHECK_TEXT(rig_next(), welcome);
    rig.request--; /* the id of the last request: the same reply, from the same session */
    CHECK(memcmp(rig_request("0e80"), "0087", 4) == 0);
    rig_hello(8);
    rig_run();
    CHECK_TEXT(rig_next(), "0286010008"
                           "1ab0070003486465766963653031"
                           "1ab0070001");
}

static void another_version_gets_ours_and_no_session(void) {
    rig_begin(HEAP);
    rig_run();
    rig_next();
    rig.session = 0;
    rig_send_hex("0187020107486162636465666768"
                 "0102f5");
    rig_run();
    CHECK(memcmp(rig_next(), "0286010007", 10) == 0);
    rig.session = (0xB0070002u ^ 7u) & 0xFFFFFFu;
    rig_send_hex("0405");
    rig_run();
    CHECK_TEXT(rig_next(), "");
}

static void ping_keeps_alive_and_silence_closes(void) {
    rig_begin(HEAP);
    rig_open();
    for (unsigned i = 0; i < 10; i++) {
        rig_pass(4000);
        rig_send_hex("0409");
        rig_run();
        CHECK_TEXT(rig_next(), "0509");
    }
    rig_pass(5000);
    rig_send_hex("0409");
    rig_pass(10000);
    CHECK_TEXT(rig_next(), "");
}

static void frames_of_the_session_before_are_dropped(void) {
    open_with_counter();
    const uint32_t before = rig.session;
    rig_open();
    CHECK_TEXT(rig_next(), "c50004");
    const uint32_t now = rig.session;
    rig.session = before;
    rig_send_hex("850001");
    rig.session = now;
    rig_run();
    CHECK_TEXT(rig_next(), "");
    rig_send_hex("850001");
    rig_run();
    CHECK_TEXT(rig_next(), "c50104");
}

/* ---- Requests ---- */

static void describe(void) {
    char expected[256];
    rig_begin(HEAP);
    rig_open();
    snprintf(expected, sizeof expected,
             "0087"
             "627331"                     /* s1 */
             "6474657374"                 /* test */
             "86182018281829183018311832" /* capabilities */
             "a4616163303037"
             "63647279f5"
             "64726f6f6d676b69746368656e"
             "65666c6f6f7202"                   /* in order; the later floor */
             "851a0001000019%04x18c01901001840" /* heap, free, token, frame, actors */
             "65302e312e30"
             "f5", /* 0.1.0, simulated */
             (unsigned)kp_heap_free_bytes());
    CHECK_TEXT(rig_request("0180"), expected);
}

static void unknown_and_malformed_requests(void) {
    static const char *const malformed[] = {
        "0080",   "0f80", "ff80",      "01",     "01f6",   "018101",           "0181",     "0180ff", "0280",
        "028120", "0380", "05810580",  "0581f4", "078180", "0781840900000000", "0e820101", "0b81f6", "0d8141aa",
        "0981",   "1380", "0581fb0000"};
    rig_begin(HEAP);
    rig_open();
    const size_t free_bytes = kp_heap_free_bytes();
    for (unsigned i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        CHECK_TEXT(rig_request(malformed[i]), "0180");
    }
    CHECK_TEXT(rig_request("058101"), "0280");
    CHECK_TEXT(rig_request("0b8101"), "0280");
    CHECK_TEXT(rig_request("0c8101"), "0280");
    CHECK_TEXT(rig_request("098201 00"), "0280");
    CHECK_TEXT(rig_request("0e8101"), "0280");
    CHECK_TEXT(rig_request("068101"), "0080");              /* REMOVE of nobody */
    CHECK_TEXT(rig_request("0881 84 00 01 00 09"), "0080"); /* DISCONNECT of nothing */
    CHECK_EQUAL(kp_heap_free_bytes(), free_bytes);
}

static void a_repeated_id_does_not_act_twice(void) {
    open_with_counter();
    CHECK_TEXT(rig_request("0c8101"), "0080");
    CHECK_TEXT(rig_request("058101"), "0080");
    rig.request--;
    CHECK_TEXT(rig_request("0c8101"), "0080"); /* STOP under START's id: START's reply, and nothing is stopped */
    CHECK(memcmp(rig_request("0e8101"), "008501", 6) == 0);
}

static void create_is_all_or_nothing(void) {
    char request[256];
    open_with_counter();
    const size_t free_bytes = kp_heap_free_bytes();
    static const struct {
        const char *rest, *reply;
    } wrong[] = {
        {"80 81 84 01 00 00 05 00", "0380"},                  /* the handle is in use */
        {"80 82 84 01 00 00 07 84 01 00 00 08 00", "0a8101"}, /* the inport is taken: connection 1 */
        {"80 82 84 01 00 00 07 83 03 00 09 00", "0a8101"},    /* no such outport */
        {"80 81 86 02 00 00 09 00 04 00", "0280"},            /* to an actor that isn't there */
        {"81 f5 80 00", "098100"},                            /* an argument of another type */
        {"80 81 84 01 00 00 07 00 00", "0180"},               /* one byte too many */
        {"80 81 83 01 00 00 00", "0180"},                     /* a connection that is none */
        {"80 82 83 03 00 00 84 01 00 00 05 00", "0380"},
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(request, sizeof request, "0485 02 %s %s", hash, wrong[i].rest);
        CHECK_TEXT(rig_request(request), wrong[i].reply);
        CHECK_EQUAL(kp_heap_free_bytes(), free_bytes);
        CHECK_EQUAL(kp_heap_check(), 0);
    }
    snprintf(request, sizeof request, "0485 01 %s 80 80 00", hash);
    CHECK_TEXT(rig_request(request), "0380"); /* the actor exists */
}

static void connect_is_all_or_nothing(void) {
    open_with_counter();
    const size_t free_bytes = kp_heap_free_bytes();
    CHECK_TEXT(rig_request("0783 83 03 01 00 84 00 01 00 07 84 01 01 00 08"), "0a8102");
    CHECK_EQUAL(kp_heap_free_bytes(), free_bytes);
    CHECK_TEXT(rig_request("0782 83 03 01 00 84 00 01 00 07"), "0080");
    CHECK_TEXT(rig_request("0783 83 03 01 00 84 00 01 00 09 84 01 01 00 08"), "0a8102");
    CHECK_TEXT(rig_request("0882 83 03 01 00 84 00 01 00 07"), "0080"); /* the void from before is still to be taken */
    CHECK_EQUAL(kp_heap_free_bytes(), free_bytes);
}

static void start_is_all_or_nothing(void) {
    char request[256];
    open_with_counter();
    snprintf(request, sizeof request, "0485 02 %s 80 80 00", hash);
    CHECK(memcmp(rig_request(request), "0081", 4) == 0);
    CHECK_TEXT(rig_request("05820203"), "0280"); /* actor 3 isn't there */
    CHECK(memcmp(rig_request("0e8102"), "008500", 6) == 0);
    CHECK_TEXT(rig_request("0b820102"), "0c80"); /* RESUME of what is not faulted */
    CHECK_TEXT(rig_request("05820102"), "0080");
    CHECK(memcmp(rig_request("0e8102"), "008501", 6) == 0);
}

static void inventory_in_pages(void) {
    char request[256];
    open_with_counter();
    for (unsigned id = 2; id <= 21; id++) {
        snprintf(request, sizeof request, "0485 %s%02x %s 80 81 83 03 00 00 00", id < 24 ? "" : "18", id, hash);
        CHECK(memcmp(rig_request(request), "0081", 4) == 0);
    }
    unsigned from = 0, actors = 0, connections = 0, modules = 0, pages = 0;
    do {
        snprintf(request, sizeof request, from < 24 ? "0281%02x" : "028118%02x", from);
        CHECK(memcmp(rig_request(request), "00", 2) == 0);
        kp_cbor_reader r = kp_cbor_read(rig.body + 3, rig.length - 3);
        unsigned items = kp_cbor_array(&r) - 1;
        from = (unsigned)kp_cbor_uint(&r, 1000);
        for (; items > 0; items--) {
            size_t size;
            const uint8_t *item = kp_cbor_item(&r, &size);
            CHECK(item != NULL);
            actors += item[1] == 0;
            connections += item[1] == 1;
            modules += item[1] == 2;
        }
        CHECK(kp_cbor_done(&r));
        pages++;
    } while (from != 0);
    CHECK_EQUAL(actors, 21);
    CHECK_EQUAL(connections, 2);
    CHECK_EQUAL(modules, 1);
    CHECK(pages >= 2);
}

static void state_and_restore(void) {
    open_with_counter();
    rig_send_hex("850007");
    rig_run();
    while (rig_take()) {
    }
    CHECK_TEXT(rig_request("09820100"), "0083"
                                        "04"
                                        "01"
                                        "4407000000");
    CHECK_TEXT(rig_request("09820102"), "0083"
                                        "04"
                                        "01"
                                        "420000");
    CHECK_TEXT(rig_request("09820118ff"), "0083"
                                          "04"
                                          "01"
                                          "40");
    CHECK_TEXT(rig_request("0a840104004409000000"), "0c80"); /* it runs */
    CHECK_TEXT(rig_request("0c8101"), "0080");
    CHECK_TEXT(rig_request("0a840104004409000000"), "0080");
    CHECK_TEXT(rig_request("09820100"), "0083"
                                        "04"
                                        "01"
                                        "4409000000");
}

/* ---- Tokens ---- */

static void a_token_costs_sixteen_bytes_on_the_wire(void) {
    open_with_counter();
    CHECK_TEXT(rig_request("0881 84 00 01 00 06"), "0080");
    CHECK_TEXT(rig_request("0781 83 03 01 00"), "0080");
    rig.bytes = rig.frames = 0;
    rig_send_hex("850001"); /* 3 + 3 + 2 bytes */
    rig_run();
    CHECK_TEXT(rig_next(), "c50104"); /* consumed before the ACK was paid: the window is whole again */
    CHECK_TEXT(rig_next(), "");
    CHECK_EQUAL(rig.bytes, 8);
}

static void a_burst_is_answered_together(void) {
    open_with_counter();
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t token[3] = {0x85, (uint8_t)i, 1};
        rig_send(token, sizeof token);
    }
    rig_run();
    CHECK_TEXT(rig_next(), "c50404");
    CHECK_TEXT(rig_next(), "860001");
    CHECK_TEXT(rig_next(), "860102");
    CHECK_TEXT(rig_next(), "860203");
    CHECK_TEXT(rig_next(), "860304");
    CHECK_TEXT(rig_next(), "");
}

static void back_pressure_reaches_the_sender(void) {
    open_with_counter();
    for (unsigned i = 0; i < 8; i++) { /* 4 out, unacknowledged; 4 wait before the actor */
        const uint8_t token[3] = {0x85, (uint8_t)i, 1};
        rig_send(token, sizeof token);
        rig_run();
    }
    while (rig_take()) {
        CHECK(rig.body[0] != 0xC5 || rig.body[1] + rig.body[2] <= 8);
    }
    CHECK_EQUAL(rig.body[0], 0xC5);
    CHECK_EQUAL(rig.body[1], 8);
    CHECK_EQUAL(rig.body[2], 0);
    rig_send_hex("c60104"); /* one was taken at the other end: one more fires */
    rig_run();
    CHECK_TEXT(rig_next(), "860405");
    CHECK_TEXT(rig_next(), "c50801");
    CHECK_TEXT(rig_next(), "");
}

static void loss_is_mended_by_the_timer(void) {
    open_with_counter();
    rig_send_hex("850001");
    rig_run();
    CHECK_TEXT(rig_next(), "c50104");
    CHECK_TEXT(rig_next(), "860001");
    rig_pass(299);
    CHECK_TEXT(rig_next(), "");
    rig_pass(1);
    CHECK_TEXT(rig_next(), "860001");
    rig_send_hex("0401");
    rig_pass(600);
    CHECK_TEXT(rig_next(), "0501");
    CHECK_TEXT(rig_next(), "860001");
    rig_send_hex("c60104");
    rig_pass(4000);
    CHECK_TEXT(rig_next(), "");
}

static void a_new_session_goes_on_where_the_other_was(void) {
    open_with_counter();
    rig_send_hex("850001");
    rig_run();
    while (rig_take()) {
    }
    rig_pass(60000); /* the host is away: silence */
    while (rig_take()) {
    }
    rig_send_hex("850102");
    rig_pass(1000);
    CHECK_TEXT(rig_next(), "");
    rig_open();
    CHECK_TEXT(rig_next(), "c50104");
    rig_send_hex("c60004"); /* it had got nothing */
    rig_run();
    CHECK_TEXT(rig_next(), "860001");
    CHECK_TEXT(rig_next(), "");
}

static void bad_tokens_are_not_let_in(void) {
    static const char *const bad[] = {"8500", "85001800", "8500ff", "85001a00", "850081", "85000101", "ff0500", "bf05"};
    open_with_counter();
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        rig_send_hex(bad[i]);
        rig_run();
        CHECK_TEXT(rig_next(), "");
    }
    rig_send_hex("bf05000007"); /* the long form of the handle */
    rig_run();
    CHECK_TEXT(rig_next(), "c50104");
    CHECK_TEXT(rig_next(), "860007");
}

static void long_handles(void) {
    open_with_counter();
    CHECK_TEXT(rig_request("0781 84 00 01 00 19 ffff"), "0080");
    rig_send_hex("ffffff0004");
    rig_send_hex("850001");
    rig_run();
    CHECK_TEXT(rig_next(), "bfffff0001");
    CHECK_TEXT(rig_next(), "c50104");
    CHECK_TEXT(rig_next(), "860001");
    CHECK_TEXT(rig_next(), "");
}

/* ---- Events ---- */

static void a_fault_is_told_until_it_is_acknowledged(void) {
    open_with_counter();
    rig_send_hex("8500 19029a"); /* 666 */
    rig_run();
    CHECK_TEXT(rig_next(), "0a000183010500");
    while (rig_take()) {
    }
    rig_pass(300);
    CHECK_TEXT(rig_next(), "0a000183010500");
    rig_send_hex("0b07"); /* of another event */
    rig_pass(600);
    CHECK_TEXT(rig_next(), "0a000183010500");
    rig_send_hex("0b00");
    rig_pass(4000);
    CHECK_TEXT(rig_next(), "");
    rig_send_hex("0401");
    rig_run();
    CHECK_TEXT(rig_next(), "0501");
    CHECK_TEXT(rig_request("0b8101"), "0080"); /* RESUME: it faults again, a new event */
    CHECK_TEXT(rig_next(), "0a010183010500");
}

static void log_text_as_utf8(void) {
    char request[256], name[35];
    rig_begin(HEAP);
    rig_open();
    rig_store(&logger, name);
    snprintf(request, sizeof request, "0485 09 %s 80 81 84 01 00 00 05 01", name);
    CHECK(memcmp(rig_request(request), "0081", 4) == 0);
    while (rig_take()) {
    }
    rig_send_hex("8500f5");
    rig_run();
    CHECK_TEXT(rig_next(), "0a0002820965"
                           "61"
                           "f09f9880");
    CHECK_TEXT(rig_next(), "c50104");
}

/* ---- The wire ---- */

static void a_slow_wire_loses_nothing(void) {
    open_with_counter();
    rig.wire_room = 0;
    for (unsigned i = 0; i < 3; i++) {
        const uint8_t token[3] = {0x85, (uint8_t)i, 1};
        rig_send(token, sizeof token);
    }
    rig_send_hex("0433");
    rig_run();
    CHECK_EQUAL(rig.asleep, UINT32_MAX); /* the wire will wake it */
    unsigned frames = 0;
    for (unsigned i = 0; i < 200; i++) {
        rig.wire_room = 1;
        rig_run();
    }
    while (rig_take()) {
        frames++;
    }
    CHECK_EQUAL(frames, 5); /* PONG, three tokens, one ACK */
}

int main(void) {
    RUN(ready_then_quiet_until_hello);
    RUN(hello_repeated_changes_nothing);
    RUN(another_version_gets_ours_and_no_session);
    RUN(ping_keeps_alive_and_silence_closes);
    RUN(frames_of_the_session_before_are_dropped);
    RUN(describe);
    RUN(unknown_and_malformed_requests);
    RUN(a_repeated_id_does_not_act_twice);
    RUN(create_is_all_or_nothing);
    RUN(connect_is_all_or_nothing);
    RUN(start_is_all_or_nothing);
    RUN(inventory_in_pages);
    RUN(state_and_restore);
    RUN(a_token_costs_sixteen_bytes_on_the_wire);
    RUN(a_burst_is_answered_together);
    RUN(back_pressure_reaches_the_sender);
    RUN(loss_is_mended_by_the_timer);
    RUN(a_new_session_goes_on_where_the_other_was);
    RUN(bad_tokens_are_not_let_in);
    RUN(long_handles);
    RUN(a_fault_is_told_until_it_is_acknowledged);
    RUN(log_text_as_utf8);
    RUN(a_slow_wire_loses_nothing);
}
