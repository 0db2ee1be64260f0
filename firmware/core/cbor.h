/**
 * CBOR (RFC 8949) in the deterministic subset of docs/tokens.md, over a caller's buffer; nothing is allocated or
 * copied.
 *
 * Reader and writer latch the first error: after it every call does nothing, so that callers check once at the end.
 */
#ifndef KP_CBOR_H
#define KP_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct kp_cbor_reader {
    const uint8_t *at, *end;
    bool bad;
    bool lenient; /* undefined may stand for what is not given, as in requests */
} kp_cbor_reader;

typedef struct kp_cbor_writer {
    uint8_t *start, *at, *end;
    bool full;
} kp_cbor_writer;

/** Major types; KP_CBOR_NONE at the end of the input or after an error. */
enum kp_cbor_major {
    KP_CBOR_UINT = 0,
    KP_CBOR_NINT = 1,
    KP_CBOR_BYTES = 2,
    KP_CBOR_TEXT = 3,
    KP_CBOR_ARRAY = 4,
    KP_CBOR_MAP = 5,
    KP_CBOR_TAG = 6,
    KP_CBOR_SIMPLE = 7,
    KP_CBOR_NONE = 8,
};

#define KP_CBOR_EMPTY_TEXT 0x60U

/** Initial bytes of simple values. */
enum kp_cbor_simple {
    KP_CBOR_FALSE = 0xf4,
    KP_CBOR_TRUE = 0xf5,
    KP_CBOR_NULL = 0xf6,
    KP_CBOR_UNDEFINED = 0xf7,
};

kp_cbor_reader kp_cbor_read(const uint8_t *bytes, size_t count);

/** The major type of the next item, without taking it. */
enum kp_cbor_major kp_cbor_peek(const kp_cbor_reader *reader);

/** True when nothing is left and nothing was wrong. */
bool kp_cbor_done(const kp_cbor_reader *reader);

/** Takes the head of an item: its major type and argument (for floats the bits, low aligned). Refuses longer heads than
 * needed. */
enum kp_cbor_major kp_cbor_head(kp_cbor_reader *reader, uint64_t *argument);

/** Takes an unsigned integer of at most `max`; 0 and an error otherwise. */
uint64_t kp_cbor_uint(kp_cbor_reader *reader, uint64_t max);

/** Takes a signed integer; 0 and an error if it is out of −2⁶³ … 2⁶³−1. */
int64_t kp_cbor_int(kp_cbor_reader *reader);

bool kp_cbor_bool(kp_cbor_reader *reader);

/** Takes a byte string or text; the bytes stay where they are. NULL and count 0 on an error. */
const uint8_t *kp_cbor_bytes(kp_cbor_reader *reader, size_t *count);
const uint8_t *kp_cbor_text(kp_cbor_reader *reader, size_t *count);

/** Takes the head of an array (map); returns its items (pairs). */
uint32_t kp_cbor_array(kp_cbor_reader *reader);
uint32_t kp_cbor_map(kp_cbor_reader *reader);

/** Takes an `undefined` or `null` if it is next. */
bool kp_cbor_take_undefined(kp_cbor_reader *reader);
bool kp_cbor_take_null(kp_cbor_reader *reader);

/** Takes one whole item of any kind and nesting (at most 16 deep); returns where it began, its size in `count`. Strict.
 */
const uint8_t *kp_cbor_item(kp_cbor_reader *reader, size_t *count);

/** Sets the error by hand. */
static inline void kp_cbor_fail(kp_cbor_reader *reader) {
    reader->bad = true;
}

kp_cbor_writer kp_cbor_write(uint8_t *bytes, size_t room);

/** Bytes written so far. */
static inline size_t kp_cbor_written(const kp_cbor_writer *writer) {
    return (size_t)(writer->at - writer->start);
}

void kp_cbor_put_head(kp_cbor_writer *writer, enum kp_cbor_major major, uint64_t argument);
void kp_cbor_put_uint(kp_cbor_writer *writer, uint64_t value);
void kp_cbor_put_int(kp_cbor_writer *writer, int64_t value);
void kp_cbor_put_bool(kp_cbor_writer *writer, bool value);
void kp_cbor_put_null(kp_cbor_writer *writer);
void kp_cbor_put_bytes(kp_cbor_writer *writer, const uint8_t *bytes, size_t count);
void kp_cbor_put_text(kp_cbor_writer *writer, const char *text, size_t count);
void kp_cbor_put_array(kp_cbor_writer *writer, uint32_t items);
void kp_cbor_put_map(kp_cbor_writer *writer, uint32_t pairs);
/** The half-precision bits of a single if they keep its value, else −1. */
int32_t kp_cbor_half(uint32_t bits);
/** Shortest form of a float that keeps its value. */
void kp_cbor_put_f32(kp_cbor_writer *writer, uint32_t bits);
void kp_cbor_put_f64(kp_cbor_writer *writer, uint64_t bits);
/** Bytes that are CBOR already. */
void kp_cbor_put_raw(kp_cbor_writer *writer, const uint8_t *bytes, size_t count);

#endif
