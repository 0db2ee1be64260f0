#include "sha256.h"

#include <string.h>

/* FIPS 180-4, section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* FIPS 180-4, section 5.3.3: likewise of the square roots of the first 8 primes. */
static const uint32_t start_state[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotr(uint32_t x, unsigned n) {
    return (x >> n) | (x << (32u - n));
}

/* The message schedule keeps only the last 16 words: word t depends on t-16, t-15, t-7 and t-2. */
static uint32_t schedule(uint32_t w[16], unsigned t) {
    const uint32_t a = w[(t + 1) & 15u];
    const uint32_t b = w[(t + 14) & 15u];
    const uint32_t sigma0 = rotr(a, 7) ^ rotr(a, 18) ^ (a >> 3);
    const uint32_t sigma1 = rotr(b, 17) ^ rotr(b, 19) ^ (b >> 10);
    return w[t & 15u] += sigma0 + w[(t + 9) & 15u] + sigma1;
}

/* FIPS 180-4, section 6.2.2. The working variables a..h rotate through `v` instead of being moved. */
static void compress(uint32_t state[8], const uint8_t block[64]) {
    uint32_t w[16];
    uint32_t v[8];
    for (unsigned t = 0; t < 16; t++) {
        const uint8_t *p = block + 4 * t;
        w[t] = ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
    }
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < 64; t++) {
        const uint32_t word = t < 16 ? w[t] : schedule(w, t);
        const uint32_t e = v[(4 - t) & 7u];
        const uint32_t a = v[(0 - t) & 7u];
        const uint32_t choose = (e & v[(5 - t) & 7u]) ^ (~e & v[(6 - t) & 7u]);
        const uint32_t majority = (a & v[(1 - t) & 7u]) ^ (a & v[(2 - t) & 7u]) ^ (v[(1 - t) & 7u] & v[(2 - t) & 7u]);
        const uint32_t t1 =
            v[(7 - t) & 7u] + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + choose + round_constant[t] + word;
        const uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + majority;
        v[(3 - t) & 7u] += t1;
        v[(7 - t) & 7u] = t1 + t2;
    }
    for (unsigned i = 0; i < 8; i++) {
        state[i] += v[i];
    }
}

void kp_sha256_init(kp_sha256 *sha) {
    memcpy(sha->state, start_state, sizeof sha->state);
    sha->length = 0;
}

void kp_sha256_update(kp_sha256 *sha, const void *bytes, size_t length) {
    const uint8_t *from = bytes;
    for (size_t i = 0; i < length; i++) {
        sha->block[sha->length++ & 63u] = from[i];
        if ((sha->length & 63u) == 0) {
            compress(sha->state, sha->block);
        }
    }
}

void kp_sha256_final(kp_sha256 *sha, uint8_t hash[KP_SHA256_BYTES]) {
    uint8_t bits[8];
    for (unsigned i = 0; i < 8; i++) {
        bits[i] = (uint8_t)((sha->length << 3) >> (56u - 8u * i));
    }
    uint8_t pad = 0x80;
    do {
        kp_sha256_update(sha, &pad, 1);
        pad = 0;
    } while ((sha->length & 63u) != 56u);
    kp_sha256_update(sha, bits, sizeof bits);
    for (unsigned i = 0; i < KP_SHA256_BYTES; i++) {
        hash[i] = (uint8_t)(sha->state[i / 4u] >> (24u - 8u * (i & 3u)));
    }
}
