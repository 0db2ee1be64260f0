/* Frames: the golden vectors, every length and every byte around the limits of COBS, and noise. */
#include "check.h"
#include "frame.h"

#include <stdbool.h>

#define BODY_MAX 256u
#define VECTORS  "../test/vectors/frames.txt"

static uint8_t buffer[BODY_MAX + KP_FRAME_CRC_BYTES];
static kp_frame_decoder decoder;

static size_t encode(uint8_t *wire, size_t room, const uint8_t *body, size_t length, uint32_t session) {
    kp_frame_encoder encoder;
    kp_frame_begin(&encoder, wire, room, session);
    kp_frame_put(&encoder, body, length);
    return kp_frame_end(&encoder);
}

/* Feeds the wire; returns the length of the one good body of the session in it (now in `buffer`), or -1. */
static int decode(const uint8_t *wire, size_t length, uint32_t session) {
    int found = -1;
    for (size_t i = 0; i < length; i++) {
        if (kp_frame_feed(&decoder, wire[i]) == KP_FRAME_WHOLE && kp_frame_valid(buffer, decoder.whole, session)) {
            CHECK_EQUAL(found, -1);
            found = decoder.whole - (int)KP_FRAME_CRC_BYTES;
        }
    }
    return found;
}

static size_t from_hex(const char *hex, uint8_t *bytes) {
    size_t count = 0;
    for (unsigned value; sscanf(hex + 2 * count, "%2x", &value) == 1; count++) {
        bytes[count] = (uint8_t)value;
    }
    return count;
}

static void check_good(const char *name, uint32_t session, const char *body_hex, const char *wire_hex) {
    uint8_t body[1024], wire[1024], made[1024];
    const size_t body_length = from_hex(body_hex, body), wire_length = from_hex(wire_hex, wire);
    CHECK_EQUAL(encode(made, sizeof made, body, body_length, session), wire_length);
    if (memcmp(made, wire, wire_length) != 0 || decode(wire, wire_length, session) != (int)body_length ||
        memcmp(buffer, body, body_length) != 0) {
        fprintf(stderr, "vector %s\n", name);
        abort();
    }
    CHECK_EQUAL(decode(wire, wire_length, session ^ 1u), -1);
}

static void golden_vectors(void) {
    char line[4096], name[64], first[2048], second[2048];
    unsigned session, good = 0, bad = 0;
    FILE *file = fopen(VECTORS, "r");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "frame %63s %x %2047s %2047s", name, &session, first, second) == 4) {
            check_good(name, session, first, second);
            good++;
        } else if (sscanf(line, "bad %63s %x %2047s", name, &session, first) == 3) {
            uint8_t wire[1024];
            const size_t length = from_hex(first, wire);
            CHECK_EQUAL(decode(wire, length, session), -1);
            bad++;
        }
    }
    fclose(file);
    CHECK(good >= 20 && bad >= 3);
}

static void crc_of_the_check_string(void) {
    CHECK_EQUAL(kp_crc24(KP_FRAME_CRC_START, (const uint8_t *)"123456789", 9), 0x21CF02);
}

/* All zeros; no zero; all values; runs of exactly 254. */
static uint8_t pattern_byte(unsigned pattern, size_t i) {
    switch (pattern) {
    case 0:
        return 0;
    case 1:
        return 0xFF;
    case 2:
        return (uint8_t)i;
    default:
        return i % 255 == 254 ? 0 : 1;
    }
}

static void every_length(void) {
    uint8_t body[BODY_MAX], wire[KP_FRAME_WIRE_MAX(BODY_MAX)];
    for (unsigned pattern = 0; pattern < 4; pattern++) {
        for (size_t length = 1; length <= BODY_MAX; length++) {
            for (size_t i = 0; i < length; i++) {
                body[i] = pattern_byte(pattern, i);
            }
            const size_t wire_length = encode(wire, sizeof wire, body, length, 0xABCDEF);
            CHECK(wire_length > length && wire_length <= KP_FRAME_WIRE_MAX(length));
            CHECK(memchr(wire, 0, wire_length) == wire + wire_length - 1);
            CHECK_EQUAL(decode(wire, wire_length, 0xABCDEF), (int)length);
            CHECK_BYTES(buffer, body, length);
        }
    }
}

static void too_long_is_dropped_and_the_next_taken(void) {
    uint8_t body[BODY_MAX + 1] = {1, 2, 3}, wire[2 * KP_FRAME_WIRE_MAX(BODY_MAX + 1)];
    size_t length = encode(wire, sizeof wire, body, BODY_MAX + 1, 0);
    CHECK_EQUAL(decode(wire, length, 0), -1);
    length = encode(wire, sizeof wire, body, 3, 0);
    CHECK_EQUAL(decode(wire, length, 0), 3);
}

static void encoder_never_leaves_its_buffer(void) {
    uint8_t body[BODY_MAX], wire[KP_FRAME_WIRE_MAX(BODY_MAX) + 1];
    memset(body, 7, sizeof body);
    const size_t whole = encode(wire, sizeof wire, body, sizeof body, 0);
    for (size_t room = 0; room < whole; room++) {
        memset(wire, 0xA5, sizeof wire);
        CHECK_EQUAL(encode(wire, room, body, sizeof body, 0), 0);
        CHECK_EQUAL(wire[room], 0xA5);
    }
}

static void noise_does_no_harm(void) {
    uint8_t body[40], wire[KP_FRAME_WIRE_MAX(sizeof body)];
    uint32_t random = 1;
    for (unsigned round = 0; round < 20000; round++) {
        for (unsigned i = 0; i < sizeof body; i++) {
            random = random * 1664525u + 1013904223u;
            body[i] = (uint8_t)(random >> 24);
            const kp_frame_event event = kp_frame_feed(&decoder, body[i]);
            CHECK(event != KP_FRAME_WHOLE || !kp_frame_valid(buffer, decoder.whole, round));
        }
        (void)kp_frame_feed(&decoder, 0);
        const size_t length = encode(wire, sizeof wire, body, sizeof body, round);
        CHECK_EQUAL(decode(wire, length, round), (int)sizeof body);
        wire[random % (length - 1)] ^= (uint8_t)(1u << (random >> 29));
        CHECK_EQUAL(decode(wire, length, round), -1);
        (void)kp_frame_feed(&decoder, 0);
    }
}

static void empty_frames_are_silent(void) {
    CHECK_EQUAL(kp_frame_feed(&decoder, 0), KP_FRAME_MORE);
    CHECK_EQUAL(kp_frame_feed(&decoder, 0), KP_FRAME_MORE);
    CHECK_EQUAL(kp_frame_feed(&decoder, 1), KP_FRAME_MORE);
    CHECK_EQUAL(kp_frame_feed(&decoder, 0), KP_FRAME_BAD);
}

int main(void) {
    kp_frame_decoder_init(&decoder, buffer, sizeof buffer);
    RUN(golden_vectors);
    RUN(crc_of_the_check_string);
    RUN(every_length);
    RUN(too_long_is_dropped_and_the_next_taken);
    RUN(encoder_never_leaves_its_buffer);
    RUN(noise_does_no_harm);
    RUN(empty_frames_are_silent);
}
