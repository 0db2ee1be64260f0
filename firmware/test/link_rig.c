#include "link_rig.h"

#include "cbor.h"
#include "frame.h"
#include "port.h"
#include "sha256.h"
#include "sim/room.h"

link_rig rig;

static uint8_t in[16384], out[65536];
static size_t in_count, in_taken, out_count, out_taken;
static uint8_t *heap;
static uint8_t frame_bytes[RIG_BODY_MAX + KP_FRAME_CRC_BYTES];
static kp_frame_decoder decoder;

/* ---- The board ---- */

size_t kp_port_receive(uint8_t *bytes, size_t room) {
    const size_t left = in_count - in_taken, count = left < room ? left : room;
    memcpy(bytes, in + in_taken, count);
    in_taken += count;
    if (in_taken == in_count) {
        in_taken = in_count = 0;
    }
    return count;
}

size_t kp_port_send(const uint8_t *bytes, size_t count) {
    const size_t taken = count < rig.wire_room ? count : rig.wire_room;
    CHECK(out_count + taken <= sizeof out);
    memcpy(out + out_count, bytes, taken);
    out_count += taken;
    rig.wire_room -= taken;
    rig.bytes += taken;
    return taken;
}

uint64_t kp_port_ms(void) {
    return rig.ms;
}

void kp_port_sleep(uint32_t ms) {
    rig.asleep = ms;
}

uint32_t kp_port_random(void) {
    return rig.boot++;
}

uint32_t kp_port_reset_reason(void) {
    return KP_RESET_PIN;
}

void kp_port_unique_id(uint8_t id[8]) {
    memcpy(id, "device01", 8);
}

size_t kp_port_stack_used(void) {
    return 1000;
}

const kp_flash kp_port_flash = {.bytes = 0}; /* modules in the heap */

const kp_capability kp_port_capabilities[] = {ROOM_CAPABILITIES};
const size_t kp_port_capability_count = 3;

/* ---- The host's end ---- */

void rig_begin(size_t heap_bytes) {
    static const char *const attributes[] = {"room=kitchen", "floor=-1", "dry=true", "a=007", "floor=2"};
    static const kp_identity identity = {
        .name = "s1", .board = "test", .attributes = attributes, .attribute_count = 5, .simulated = true};
    static kp_config config;
    free(heap);
    heap = malloc(heap_bytes);
    memset(heap, 0xAA, heap_bytes);
    room_reset();
    in_count = in_taken = out_count = out_taken = 0;
    rig = (link_rig){.ms = 5, .wire_room = SIZE_MAX, .boot = 0xB0070001u};
    config = (kp_config)KP_CONFIG_DEFAULT;
    config.heap = heap;
    config.heap_bytes = heap_bytes;
    config.native_stack_bytes = 262144; /* the sanitizers' frames are large */
    kp_frame_decoder_init(&decoder, frame_bytes, sizeof frame_bytes);
    CHECK_EQUAL(kp_link_init(&config, &identity), KP_OK);
}

void rig_raw(const uint8_t *bytes, size_t count) {
    CHECK(in_count + count <= sizeof in);
    memcpy(in + in_count, bytes, count);
    in_count += count;
}

static void send_in(const uint8_t *body, size_t length, uint32_t session) {
    uint8_t wire[2048];
    kp_frame_encoder encoder;
    kp_frame_begin(&encoder, wire, sizeof wire, session);
    kp_frame_put(&encoder, body, length);
    rig_raw(wire, kp_frame_end(&encoder));
}

void rig_send(const uint8_t *body, size_t length) {
    send_in(body, length, rig.session);
}

static size_t from_hex(const char *hex, uint8_t *bytes, size_t room) {
    size_t count = 0;
    unsigned value;
    for (int read; sscanf(hex, "%2x%n", &value, &read) == 1; hex += read) {
        CHECK(count < room);
        bytes[count++] = (uint8_t)value;
    }
    return count;
}

static const char *to_hex(const uint8_t *bytes, size_t count) {
    static char text[2 * RIG_BODY_MAX + 1];
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
    return text;
}

void rig_send_hex(const char *hex) {
    uint8_t body[1024];
    rig_send(body, from_hex(hex, body, sizeof body));
}

void rig_hello(uint32_t nonce) {
    rig_raw(&(const uint8_t){0}, 1); /* ends what may have been noise */
    uint8_t body[40] = {KP_KIND_HELLO};
    kp_cbor_writer w = kp_cbor_write(body + 1, sizeof body - 1);
    kp_cbor_put_array(&w, 5);
    kp_cbor_put_uint(&w, 1);
    kp_cbor_put_uint(&w, 0);
    kp_cbor_put_uint(&w, nonce);
    kp_cbor_put_bytes(&w, (const uint8_t *)"host0001", 8);
    kp_cbor_put_uint(&w, 77);
    send_in(body, 1 + kp_cbor_written(&w), 0);
}

void rig_run(void) {
    for (unsigned rounds = 0;; rounds++) {
        CHECK(rounds < 100000);
        kp_link_round();
        if (in_taken == in_count && rig.asleep > 0) {
            return;
        }
    }
}

void rig_pass(uint32_t ms) {
    const uint64_t end = rig.ms + ms;
    rig_run();
    while (rig.ms + rig.asleep <= end) {
        rig.ms += rig.asleep;
        rig_run();
    }
    rig.ms = end;
}

static bool is_of_no_session(uint8_t kind) {
    return kind == KP_KIND_WELCOME || kind == KP_KIND_READY;
}

bool rig_take(void) {
    while (out_taken < out_count) {
        const kp_frame_event event = kp_frame_feed(&decoder, out[out_taken++]);
        CHECK(event != KP_FRAME_BAD);
        if (event == KP_FRAME_WHOLE) {
            const uint32_t session = is_of_no_session(frame_bytes[0]) ? 0 : rig.session;
            CHECK(kp_frame_valid(frame_bytes, decoder.whole, session));
            rig.length = decoder.whole - KP_FRAME_CRC_BYTES;
            memcpy(rig.body, frame_bytes, rig.length);
            rig.frames++;
            return true;
        }
    }
    out_taken = out_count = 0;
    return false;
}

const char *rig_next(void) {
    return rig_take() ? to_hex(rig.body, rig.length) : "";
}

void rig_open(void) {
    static uint32_t nonce = 0x1000;
    nonce += 0x100; /* unlike the nonces of the device, or each session would have the same number */
    rig_hello(nonce);
    rig_run();
    while (rig_take() && rig.body[0] != KP_KIND_WELCOME) {
    }
    CHECK_EQUAL(rig.body[0], KP_KIND_WELCOME);
    kp_cbor_reader r = kp_cbor_read(rig.body + 1, rig.length - 1);
    CHECK_EQUAL(kp_cbor_array(&r), 6);
    CHECK_EQUAL(kp_cbor_uint(&r, UINT32_MAX), 1);
    CHECK_EQUAL(kp_cbor_uint(&r, UINT32_MAX), 0);
    CHECK_EQUAL(kp_cbor_uint(&r, UINT32_MAX), nonce);
    rig.session = (nonce ^ (uint32_t)kp_cbor_uint(&r, UINT32_MAX)) & 0xFFFFFFu;
    rig.request = 0xFF;
}

const char *rig_request(const char *hex) {
    uint8_t body[512] = {KP_KIND_REQUEST, ++rig.request};
    rig_send(body, 2 + from_hex(hex, body + 2, sizeof body - 2));
    rig_run();
    while (rig_take()) {
        if (rig.body[0] == KP_KIND_REPLY) {
            CHECK_EQUAL(rig.body[1], rig.request);
            return to_hex(rig.body + 2, rig.length - 2);
        }
    }
    return "";
}

void rig_store(const module_text *text, char hash[35]) {
    uint8_t bytes[2048], whole[KP_SHA256_BYTES];
    const size_t total = assemble(text, bytes, sizeof bytes);
    kp_sha256 sha;
    kp_sha256_init(&sha);
    kp_sha256_update(&sha, bytes, total);
    kp_sha256_final(&sha, whole);
    snprintf(hash, 35, "50%s", to_hex(whole, 16));
    for (size_t offset = 0; offset < total;) {
        const size_t chunk = total - offset < 64 ? total - offset : 64;
        char request[512];
        uint8_t array[200];
        kp_cbor_writer w = kp_cbor_write(array, sizeof array);
        kp_cbor_put_array(&w, 4);
        kp_cbor_put_bytes(&w, whole, 16);
        kp_cbor_put_uint(&w, total);
        kp_cbor_put_uint(&w, offset);
        kp_cbor_put_bytes(&w, bytes + offset, chunk);
        snprintf(request, sizeof request, "03%s", to_hex(array, kp_cbor_written(&w)));
        CHECK(memcmp(rig_request(request), "0081", 4) == 0);
        offset += chunk;
    }
}
