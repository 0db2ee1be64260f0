/** SHA-256 (FIPS 180-4) in little flash: the identity of a module is the first 16 bytes of it. */
#ifndef KP_SHA256_H
#define KP_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define KP_SHA256_BYTES 32u

typedef struct {
    uint32_t state[8];
    uint64_t length; /**< bytes taken so far */
    uint8_t block[64];
} kp_sha256;

void kp_sha256_init(kp_sha256 *sha);
void kp_sha256_update(kp_sha256 *sha, const void *bytes, size_t length);
/** Writes the 32 bytes of the hash. The context must be initialised anew before it is used again. */
void kp_sha256_final(kp_sha256 *sha, uint8_t hash[KP_SHA256_BYTES]);

#endif
