/* Tokens: every vector of test/vectors/tokens.txt, text with surrogates, and random bytes. The vectors' path is the
 * argument. */
#include "harness.h"

#include "cbor.h"
#include "token.h"

static unsigned vectors;

/** Decodes a token to memory or words and encodes it again. */
static size_t round_trip(kp_type type, const uint8_t *token, size_t count, uint8_t *again, size_t room) {
    uint8_t memory[512];
    uint32_t slots[2];
    int size;
    if (kp_type_scalar(type)) {
        CHECK_EQUAL(kp_token_get(type, token, slots), 0);
        return kp_token_put(type, slots, again);
    }
    size = kp_token_size(type, token, count);
    CHECK(size >= 0 && size < 64);
    kp_token_read(type, token, count, memory);
    if (type == KP_TYPE_TEXT)
        return (size_t)kp_token_put_text(memory, (uint32_t)size, again, room);
    if (type == KP_TYPE_BYTES)
        return (size_t)kp_token_put_bytes(memory, (uint32_t)size, again, room);
    return (size_t)kp_token_put_array(type & 0x0fU, memory, (uint32_t)size, again, room);
}

static void check_vector(const char *kind, kp_type type, const char *hex) {
    uint8_t token[256], again[256];
    size_t count = hex_bytes(hex, token);
    int fits = kp_token_check(type, token, count);
    if (strcmp(kind, "bad") == 0) {
        if (fits >= 0)
            fprintf(stderr, "type %u: %s is taken\n", type, hex);
        CHECK(fits < 0);
        return;
    }
    if (fits != 0)
        fprintf(stderr, "type %u: %s is refused\n", type, hex);
    CHECK_EQUAL(fits, 0);
    if (type == KP_TYPE_ANY)
        return;
    size_t size = round_trip(type, token, count, again, sizeof again);
    bool same = size == count && memcmp(token, again, size) == 0;
    CHECK(same == (strcmp(kind, "ok") == 0) || strcmp(hex, "f97e00") == 0 || strcmp(hex, "f97c00") == 0 ||
          strcmp(hex, "f9fc00") == 0);
}

static void test_vectors(const char *path) {
    char line[512], kind[8], hex[512];
    unsigned type;
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%7s %u %511s", kind, &type, hex) != 3 || line[0] == '#')
            continue;
        check_vector(kind, (kp_type)type, hex);
        vectors++;
    }
    fclose(file);
    CHECK(vectors > 200);
    printf("  ok %u vectors\n", vectors);
}

static void test_lone_surrogates(void) {
    /* D83C DF21 (one point), then DF21, D83C alone, then "a", then D83C at the end */
    const uint8_t memory[] = {0x3c, 0xd8, 0x21, 0xdf, 0x21, 0xdf, 0x3c, 0xd8, 'a', 0, 0x3c, 0xd8};
    const uint8_t expected[] = {0x6e, 0xf0, 0x9f, 0x8c, 0xa1, 0xef, 0xbf, 0xbd,
                                0xef, 0xbf, 0xbd, 'a',  0xef, 0xbf, 0xbd};
    uint8_t token[32];
    CHECK_EQUAL(kp_token_put_text(memory, 6, token, sizeof token), sizeof expected);
    CHECK_BYTES(token, expected, sizeof expected);
    CHECK_EQUAL(kp_token_put_text(memory, 6, token, sizeof expected - 1), KP_E_FULL);
}

/* Random bytes: a reader says no or takes what a second reading takes too; it never reads beyond the end (the sanitizer
 * looks). */
static void test_random_bytes(void) {
    uint32_t state = 7;
    unsigned good = 0;
    for (unsigned round = 0; round < 300000; round++) {
        size_t count = 1 + state % 24;
        uint8_t *bytes = malloc(count);
        for (size_t i = 0; i < count; i++) {
            state = state * 1664525U + 1013904223U;
            bytes[i] = (uint8_t)(state >> 24);
        }
        int length = kp_token_length(bytes, count);
        CHECK(length <= (int)count);
        good += length > 0;
        if (length > 0) {
            for (kp_type type = 0; type < 32; type++)
                if (kp_type_valid(type))
                    (void)kp_token_check(type, bytes, (size_t)length);
            CHECK_EQUAL(kp_token_length(bytes, (size_t)length), length);
        }
        free(bytes);
    }
    CHECK(good > 1000);
}

int main(int count, char **arguments) {
    CHECK(count > 1);
    test_vectors(arguments[1]);
    RUN(test_lone_surrogates);
    RUN(test_random_bytes);
    return 0;
}
