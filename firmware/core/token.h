/** Tokens: typed values in CBOR, docs/tokens.md. Types are those of docs/module-abi.md, section 2. */
#ifndef KP_TOKEN_H
#define KP_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t kp_type;
enum kp_type_code {
    KP_TYPE_ANY = 0,
    KP_TYPE_BOOL = 1,
    KP_TYPE_I32 = 2,
    KP_TYPE_U32 = 3,
    KP_TYPE_I64 = 4,
    KP_TYPE_U64 = 5,
    KP_TYPE_F32 = 6,
    KP_TYPE_F64 = 7,
    KP_TYPE_I8 = 8,
    KP_TYPE_U8 = 9,
    KP_TYPE_I16 = 10,
    KP_TYPE_U16 = 11,
    KP_TYPE_TEXT = 12,
    KP_TYPE_BYTES = 13,
    KP_TYPE_ARRAY = 16, /* + type of the elements */
};

/** The longest encoded scalar, in bytes. */
#define KP_SCALAR_MAX 9U

/** True for a code that a port or an argument may have. */
bool kp_type_valid(kp_type type);

static inline bool kp_type_scalar(kp_type type) {
    return type >= KP_TYPE_BOOL && type <= KP_TYPE_U16;
}

static inline bool kp_type_array(kp_type type) {
    return (type & 0x30U) == KP_TYPE_ARRAY;
}

/** Largest encoded token of a scalar type in bytes; 0 for the others, whose bound is the configuration's token_max. */
uint8_t kp_type_max(kp_type type);

/** 32-bit words of a scalar as a parameter: 1 or 2. */
static inline unsigned kp_type_slots(kp_type type) {
    return type == KP_TYPE_I64 || type == KP_TYPE_U64 || type == KP_TYPE_F64 ? 2U : 1U;
}

/** Bytes of a scalar as an element in memory: 1, 2, 4 or 8. */
unsigned kp_type_size(kp_type type);

/** Size in bytes of the one token at `bytes`, or KP_E_MALFORMED if it is not a strict token (nesting ≤ 16) within
 * `count`. */
int kp_token_length(const uint8_t *bytes, size_t count);

/** The tokens that are no values; docs/tokens.md. An exception is followed by its reason, a text. */
#define KP_TOKEN_END       0xf0U
#define KP_TOKEN_EXCEPTION 0xc6U

/** Whether a good token is no value but the end of a stream or an exception. */
static inline bool kp_token_exceptional(const uint8_t *token) {
    return *token == KP_TOKEN_END || *token == KP_TOKEN_EXCEPTION;
}

/** Size in bytes of a scalar token by its first byte, an exception without a reason included; the token is known to be
 * good. */
static inline unsigned kp_token_scalar_length(uint8_t first) {
    unsigned info = first & 0x1fU;
    if (first == KP_TOKEN_EXCEPTION)
        return 2;
    return info < 24 ? 1U : 1U + (1U << (info & 3U));
}

/** 0 if the `count` bytes are one strict token that an inport of that type accepts; KP_E_MALFORMED or KP_E_ARGUMENT
 * (type). */
int kp_token_check(kp_type type, const uint8_t *bytes, size_t count);

/** Decodes a good token for a scalar inport into 1 or 2 words. KP_E_ARGUMENT if it does not fit. */
int kp_token_get(kp_type type, const uint8_t *bytes, uint32_t *slots);

/** Encodes a scalar of 1 or 2 words into at most KP_SCALAR_MAX bytes; returns how many. */
unsigned kp_token_put(kp_type type, const uint32_t *slots, uint8_t *bytes);

/**
 * UTF-16 units, bytes or elements of a good token for a text, bytes or array inport; KP_E_ARGUMENT if it does not fit.
 */
int kp_token_size(kp_type type, const uint8_t *bytes, size_t count);

/** Writes what kp_token_size() counts to `memory` in little-endian elements. The token fits and memory is large enough.
 */
void kp_token_read(kp_type type, const uint8_t *bytes, size_t count, uint8_t *memory);

/** UTF-16LE units in memory to a text token; returns its size, KP_E_FULL if that is more than `room`. */
int kp_token_put_text(const uint8_t *memory, uint32_t units, uint8_t *bytes, size_t room);

/** Bytes in memory to a bytes token; as above. */
int kp_token_put_bytes(const uint8_t *memory, uint32_t length, uint8_t *bytes, size_t room);

/** Packed elements of a scalar type in memory to an array token; as above. */
int kp_token_put_array(kp_type element, const uint8_t *memory, uint32_t count, uint8_t *bytes, size_t room);

/** Bytes of UTF-8 that UTF-16LE units need; lone surrogates count as U+FFFD. */
size_t kp_utf8_size(const uint8_t *memory, uint32_t units);

/** Writes that UTF-8. */
void kp_utf8_write(const uint8_t *memory, uint32_t units, uint8_t *bytes);

#endif
