/* SHA-256: examples of FIPS 180-4 (NIST, "Cryptographic Standards and Guidelines, Example Values") and every split. */
#include "check.h"
#include "sha256.h"

static void hash_of(const void *bytes, size_t length, size_t split, char hex[65]) {
    kp_sha256 sha;
    uint8_t hash[KP_SHA256_BYTES];
    kp_sha256_init(&sha);
    kp_sha256_update(&sha, bytes, split);
    kp_sha256_update(&sha, (const uint8_t *)bytes + split, length - split);
    kp_sha256_final(&sha, hash);
    for (unsigned i = 0; i < sizeof hash; i++) {
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    }
}

static void examples(void) {
    char hex[65];
    hash_of("", 0, 0, hex);
    CHECK(strcmp(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") == 0);
    hash_of("abc", 3, 1, hex);
    CHECK(strcmp(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") == 0);
    const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    for (size_t split = 0; split < sizeof two_blocks; split++) {
        hash_of(two_blocks, sizeof two_blocks - 1, split, hex);
        CHECK(strcmp(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1") == 0);
    }
}

static void a_million_a(void) {
    static char bytes[1000000];
    char hex[65];
    memset(bytes, 'a', sizeof bytes);
    hash_of(bytes, sizeof bytes, 333333, hex);
    CHECK(strcmp(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0") == 0);
}

int main(void) {
    RUN(examples);
    RUN(a_million_a);
}
